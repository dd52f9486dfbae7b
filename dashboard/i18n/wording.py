"""The words people read: what a face looks like, never what somebody feels."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from analytics.privacy.blocks import UNVERIFIED_PER_PERSON, K
from contract import CourseMode, Look, Policy
from dashboard import i18n
from dashboard.i18n import Said, listing, mark, plural, text
from db.values import Role
from services.live.values import Hidden

__all__ = [
    "COURSE_MODE",
    "FLAG_TITLE",
    "LOOK",
    "MOOD_WORD",
    "OUTCOME",
    "POLICY_MEANING",
    "POLICY_NAME",
    "ROLE",
    "STATE",
    "ago",
    "between",
    "caveat",
    "clock",
    "hidden",
    "length",
    "listing",
    "percent",
    "points",
    "students",
]

LOOK: Final = Said(
    {
        # For translators: said of faces and of students, in legends and within sentences.
        Look.NEUTRAL: mark("neutral"),
        Look.HAPPY: mark("happy-looking"),
        Look.SURPRISE: mark("surprised-looking"),
        Look.FEAR: mark("fearful-looking"),
        Look.DISGUST: mark("disgusted-looking"),
        Look.ANGRY: mark("angry-looking"),
        Look.SAD: mark("sad-looking"),
    }
)
"""The seven looks in a sentence or a legend."""

MOOD_WORD: Final = Said(
    {
        # For translators: one word after "The class looks".
        Look.NEUTRAL: mark("Neutral"),
        Look.HAPPY: mark("Happy"),
        Look.SURPRISE: mark("Surprised"),
        Look.FEAR: mark("Fearful"),
        Look.DISGUST: mark("Disgusted"),
        Look.ANGRY: mark("Angry"),
        Look.SAD: mark("Sad"),
    }
)
"""One word that follows "the class looks"."""

FLAG_TITLE: Final = Said(
    {
        "sad": mark("Sad-looking for a while"),
        "disengaged": mark("Looks disengaged"),
    }
)

OUTCOME: Final = Said(
    {
        "checked_in": mark("Checked in"),
        "not_now": mark("Not now"),
        "wrong": mark("Wrong"),
    }
)
"""What a teacher may answer to a check-in, in the order of the buttons."""

STATE: Final = Said(
    {
        "reporting": mark("Reporting"),
        "away": mark("Away from the camera"),
        "paused": mark("Paused by the student"),
        "camera_lost": mark("Camera lost"),
        "no_data": mark("No data"),
    }
)

POLICY_NAME: Final = Said(
    {
        Policy.INDIVIDUAL: mark("Individual"),
        Policy.AGGREGATE: mark("Aggregate"),
        Policy.SELF_REPORT: mark("Self-report"),
    }
)

POLICY_MEANING: Final = Said(
    {
        Policy.INDIVIDUAL: mark(
            "Class figures, and rows and check-ins of the students who chose them."
        ),
        Policy.AGGREGATE: mark("Figures of the whole class only, never of one student."),
        Policy.SELF_REPORT: mark(
            "Nothing is inferred from faces; students answer a one-tap question."
        ),
    }
)

ROLE: Final = Said(
    {
        Role.TEACHER: mark("Teacher"),
        Role.ADMIN: mark("Admin"),
        Role.STUDENT: mark("Student"),
    }
)

COURSE_MODE: Final = Said(
    {
        CourseMode.ROSTER: mark("Roster: personal links"),
        CourseMode.OPEN: mark("Open: code and name, you admit"),
        CourseMode.ANONYMOUS: mark("Anonymous: code only, class figures"),
    }
)


def caveat() -> str:
    """What stands beside every figure that might be taken for a finding."""
    return text("A face shows an expression, not a feeling. Ask before you conclude.")


_HIDDEN: Final[Mapping[Hidden, str]] = {
    Hidden.NOT_INFERRED: mark("Under this policy nothing is inferred from faces."),
    Hidden.TOO_FEW_YET: mark(
        "Figures follow every five minutes, once at least {n} students of a roster report, or "
        "{more} where there is none."
    ),
    Hidden.TOO_FEW: mark(
        "Too few students report to show a class figure without showing one of them."
    ),
}


def hidden(why: Hidden) -> str:
    """Why no class figure is shown, in one sentence."""
    more = UNVERIFIED_PER_PERSON * K
    return text(_HIDDEN[why], n=i18n.number(K), more=i18n.number(more))


def percent(share: float | None) -> str:
    """``0.614`` as ``61 %``; a dash where nothing is known. A share, 0..1."""
    return "–" if share is None else i18n.percent(share)


def between(low: float, high: float) -> str:
    """An interval of shares, as ``54 to 67 %``."""
    if round(low * 100) == round(high * 100):
        return percent(low)
    return text("{low} to {high}", low=i18n.number(round(low * 100)), high=percent(high))


def points(change: float | None) -> str:
    """A change of a share, as ``+4 points``; a dash where nothing is known."""
    if change is None:
        return "–"
    whole = round(change * 100)
    if whole == 0:
        return text("no change")
    said = plural("{n} point", "{n} points", abs(whole))
    return f"{'+' if whole > 0 else '−'}{said}"


def length(span: timedelta) -> str:
    """How long something lasted or lasts, as ``38 min`` or ``1 h 05 min``."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return text("{n} min", n=minutes)
    return text("{hours} h {minutes} min", hours=minutes // 60, minutes=f"{minutes % 60:02d}")


def ago(seconds: float) -> str:
    """An age in seconds, as ``8 s`` or ``3 min``."""
    if seconds < 90:
        return text("{n} s", n=round(seconds))
    return text("{n} min", n=round(seconds / 60))


def clock(moment: datetime) -> str:
    """A moment, already in the school's zone, as ``10:42``."""
    return i18n.clock(moment)


def told(count: int | None) -> str:
    """How many students; None: fewer than may be told of."""
    return text("under {n}", n=i18n.number(K)) if count is None else i18n.number(count)


def students(count: int) -> str:
    """``1 student``, ``28 students``."""
    return plural("{n} student", "{n} students", count)
