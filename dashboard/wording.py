"""The words people read: what a face looks like, never what somebody feels."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from contract import CourseMode, Emotion, Policy

LOOK: Final[dict[Emotion, str]] = {
    Emotion.NEUTRAL: "neutral",
    Emotion.HAPPY: "happy-looking",
    Emotion.SURPRISE: "surprised-looking",
    Emotion.FEAR: "fearful-looking",
    Emotion.DISGUST: "disgusted-looking",
    Emotion.ANGRY: "angry-looking",
    Emotion.SAD: "sad-looking",
}
"""The seven looks in a sentence or a legend."""

MOOD_WORD: Final[dict[Emotion, str]] = {
    Emotion.NEUTRAL: "Neutral",
    Emotion.HAPPY: "Happy",
    Emotion.SURPRISE: "Surprised",
    Emotion.FEAR: "Fearful",
    Emotion.DISGUST: "Disgusted",
    Emotion.ANGRY: "Angry",
    Emotion.SAD: "Sad",
}
"""One word that follows "the class looks"."""

FLAG_TITLE: Final[dict[str, str]] = {
    "sad": "Sad-looking for a while",
    "disengaged": "Looks disengaged",
}

OUTCOME: Final[dict[str, str]] = {
    "checked_in": "Checked in",
    "not_now": "Not now",
    "wrong": "Wrong",
}
"""What a teacher may answer to a check-in, in the order of the buttons."""

STATE: Final[dict[str, str]] = {
    "reporting": "Reporting",
    "away": "Away from the camera",
    "paused": "Paused by the student",
    "camera_lost": "Camera lost",
    "no_data": "No data",
}

POLICY: Final[dict[Policy, tuple[str, str]]] = {
    Policy.INDIVIDUAL: (
        "Individual",
        "Class figures, and rows and check-ins of the students who chose them.",
    ),
    Policy.AGGREGATE: ("Aggregate", "Figures of the whole class only, never of one student."),
    Policy.SELF_REPORT: (
        "Self-report",
        "Nothing is inferred from faces; students answer a one-tap question.",
    ),
}

COURSE_MODE: Final[dict[CourseMode, str]] = {
    CourseMode.ROSTER: "Roster: personal links",
    CourseMode.OPEN: "Open: code and name, you admit",
    CourseMode.ANONYMOUS: "Anonymous: code only, class figures",
}

CAVEAT: Final = "A face shows an expression, not a feeling. Ask before you conclude."


def percent(share: float | None) -> str:
    """``0.614`` as ``61 %``; a dash where nothing is known. A share, 0..1."""
    return "–" if share is None else f"{round(share * 100)} %"


def between(low: float, high: float) -> str:
    """An interval of shares, as ``54 to 67 %``."""
    if round(low * 100) == round(high * 100):
        return percent(low)
    return f"{round(low * 100)} to {round(high * 100)} %"


def points(change: float | None) -> str:
    """A change of a share, as ``+4 points``; a dash where nothing is known."""
    if change is None:
        return "–"
    whole = round(change * 100)
    if whole == 0:
        return "no change"
    unit = "point" if abs(whole) == 1 else "points"
    return f"{'+' if whole > 0 else '−'}{abs(whole)} {unit}"


def length(span: timedelta) -> str:
    """How long something lasted or lasts, as ``38 min`` or ``1 h 05 min``."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def ago(seconds: float) -> str:
    """An age in seconds, as ``8 s`` or ``3 min``."""
    return f"{round(seconds)} s" if seconds < 90 else f"{round(seconds / 60)} min"


def clock(moment: datetime) -> str:
    """A moment, already in the school's zone, as ``10:42``."""
    return moment.strftime("%H:%M")


def students(count: int) -> str:
    """``1 student``, ``28 students``."""
    return f"{count} student" if count == 1 else f"{count} students"


def listing(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
