"""The verdict on one moment: may what was captured then still be stored? Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from contract.errors import rule_text
from contract.exchange import Reason
from db.values import Lecture
from services.context import Terms

MOST_APART: Final = timedelta(days=1)
"""How far the time that an id was minted at may be from the time that its item tells."""

_FUTURE: Final = rule_text(
    "a capture may be at most {most} s ahead of the server, but this is {ahead} s"
)
_BEFORE: Final = rule_text("the lecture began at {began}")
_AFTER: Final = rule_text("the lecture ended at {ended}")
_LATE: Final = rule_text("data is taken for {hours} h after the end at {ended}")
_APART: Final = rule_text(
    "the time in the id may be at most {most} h from the item's own, but is {apart} h away"
)


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why an item is rejected: a rule of the catalogues, and the values that broke it."""

    reason: Reason
    rule: str
    values: Mapping[str, object]


def judge(moment: datetime, lecture: Lecture, terms: Terms, now: datetime) -> Grounds | None:
    """Why what happened at ``moment`` is rejected; None: it is taken.

    What was captured before the end is taken until ``terms.late`` after it, so that an outbox can
    be emptied; later captures never are.
    """
    if moment > now + terms.future:
        most, ahead = f"{terms.future.total_seconds():.0f}", (moment - now).total_seconds()
        return Grounds(Reason.FUTURE, _FUTURE, {"most": most, "ahead": f"{ahead:.0f}"})
    if moment < lecture.started_at:
        return Grounds(Reason.BEFORE_START, _BEFORE, {"began": said(lecture.started_at)})
    if lecture.ended_at is None:
        return None
    ended = said(lecture.ended_at)
    if moment >= lecture.ended_at:
        return Grounds(Reason.AFTER_END, _AFTER, {"ended": ended})
    if now > lecture.ended_at + terms.late:
        hours = f"{terms.late.total_seconds() / 3600:g}"
        return Grounds(Reason.TOO_LATE, _LATE, {"hours": hours, "ended": ended})
    return None


def misdated(identifier: UUID, moment: datetime) -> Grounds | None:
    """Why the time in a UUIDv7 cannot be that of ``moment``; None: it can.

    The store's keys are laid out by the id's time. A corrected clock moves ``moment`` alone, but
    never by so much.
    """
    # In seconds, since an id has room for years that a datetime has not.
    apart = abs((identifier.int >> 80) / 1000 - moment.timestamp())
    if apart <= MOST_APART.total_seconds():
        return None
    most = f"{MOST_APART.total_seconds() / 3600:g}"
    return Grounds(Reason.INVALID, _APART, {"most": most, "apart": f"{apart / 3600:.0f}"})


def said(moment: datetime) -> str:
    """A moment, as the rules say it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
