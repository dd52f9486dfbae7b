"""The verdict on one moment: may what was captured then still be stored? Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from contract.exchange import Reason
from db.values import Lecture

MOST_APART: Final = timedelta(days=1)
"""How far the time that an id was minted at may be from the time that its item tells."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far ahead a clock may be, and how long after its end a lecture still takes data."""

    future: timedelta
    late: timedelta


def judge(
    moment: datetime, lecture: Lecture, tolerance: Tolerance, now: datetime
) -> tuple[Reason, str] | None:
    """Why what happened at ``moment`` is rejected, as a reason and a sentence; None: it is taken.

    What was captured before the end is taken until ``tolerance.late`` after it, so that an outbox
    can be emptied; later captures never are.
    """
    if moment > now + tolerance.future:
        ahead = (moment - now).total_seconds()
        return Reason.FUTURE, (
            f"a capture may be at most {tolerance.future.total_seconds():.0f} s ahead of the "
            f"server, but this is {ahead:.0f} s"
        )
    if moment < lecture.started_at:
        return Reason.BEFORE_START, f"the lecture began at {_said(lecture.started_at)}"
    if lecture.ended_at is None:
        return None
    if moment >= lecture.ended_at:
        return Reason.AFTER_END, f"the lecture ended at {_said(lecture.ended_at)}"
    if now > lecture.ended_at + tolerance.late:
        hours = tolerance.late.total_seconds() / 3600
        return Reason.TOO_LATE, (
            f"data is taken for {hours:g} h after the end at {_said(lecture.ended_at)}"
        )
    return None


def misdated(identifier: UUID, moment: datetime) -> str | None:
    """Why the time in a UUIDv7 cannot be that of ``moment``, as a sentence; None: it can.

    The store's keys are laid out by the id's time. A corrected clock moves ``moment`` alone, but
    never by so much.
    """
    # In seconds, since an id has room for years that a datetime has not.
    apart = abs((identifier.int >> 80) / 1000 - moment.timestamp())
    if apart <= MOST_APART.total_seconds():
        return None
    return (
        f"the time in the id may be at most {MOST_APART.total_seconds() / 3600:g} h from the "
        f"item's own, but is {apart / 3600:.0f} h away"
    )


def _said(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
