"""A time axis that is straight whatever clocks do, with the school's wall times on it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final

from dashboard import i18n

_STEPS_MIN: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240)
"""Minutes between two ticks, of which the first that leaves few enough of them is taken."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One moment (epoch seconds) of the axis, as it is named there.

    ``day``: its day, where this is the first tick of it and the axis has more than one.
    """

    at: int
    clock: str
    day: str | None


def wall(epoch: int, zone: tzinfo) -> datetime:
    """An epoch second as the school's wall time."""
    return datetime.fromtimestamp(epoch, tz=UTC).astimezone(zone)


def offset(epoch: int, zone: tzinfo) -> int:
    """How many seconds the school's clocks are ahead of UTC then."""
    found = wall(epoch, zone).utcoffset()
    return 0 if found is None else int(found.total_seconds())


def days_within(start: int, end: int, zone: tzinfo) -> bool:
    """Whether more than one day of the school's calendar is touched."""
    return wall(start, zone).date() != wall(end, zone).date()


def ticks(start: int, end: int, zone: tzinfo, most: int = 8) -> list[Tick]:
    """At most ``most`` moments a round step apart, by the clock as it stood at ``start``.

    Equal steps are equal times: where clocks are changed the names jump, and the axis does not.
    """
    minutes = (end - start) / 60
    step = 60 * next((m for m in _STEPS_MIN if minutes / m <= most), _STEPS_MIN[-1])
    ahead = offset(start, zone)
    first = -(-(start + ahead) // step) * step - ahead
    several, named = days_within(start, end, zone), set[date]()
    found = []
    for at in range(first, end + 1, step):
        moment = wall(at, zone)
        new = several and moment.date() not in named
        named.add(moment.date())
        found.append(Tick(at, i18n.clock(moment), i18n.short_day(moment) if new else None))
    return found
