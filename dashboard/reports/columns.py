"""What each column of each table means: the words of its page and of the companion file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from contract import LOOKS
from contract.exchange import PulseMood


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, or one figure of the summary."""

    kind: str
    """*time*, *text*, *count*, *seconds*, *share* (0 to 1) or *yes or no*"""
    meaning: str


_ATTENTIVE: Final = (
    "how engaged the faces in view looked, judged by head, eyes, mouth and expression against the "
    "student's own habit: the mean of a probability"
)
_PRESENCE: Final = "share of the time that devices reported in which a face was in view"
_COVERAGE: Final = "share of the expected students behind the figures"
_WITHHELD: Final = "empty where too few students were seen to show a class figure"
_MEAN: Final = "the mean of the steps shown, empty where they are too few to stand for the lecture"

_ADJECTIVES: Final = ("angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral")
"""Of a look, in FER2013 order."""


def _looks(sentence: str, suffix: str = "") -> dict[str, Column]:
    return {
        f"{look.value}{suffix}": Column("share", sentence.format(look=f"{adjective}-looking"))
        for look, adjective in zip(LOOKS, _ADJECTIVES, strict=True)
    }


def _with_ends(sentence: str) -> dict[str, Column]:
    """Each look's share with the ends of its interval after it."""
    shares = _looks(sentence)
    low = _looks("lower end of the 90 % interval of that share ({look})", "_low")
    high = _looks("upper end of the 90 % interval of that share ({look})", "_high")
    ends = zip(shares.items(), low.items(), high.items(), strict=True)
    return dict(pair for of_look in ends for pair in of_look)


SUMMARY: Final[Mapping[str, Column]] = {
    "lecture": Column("text", "the lecture's title"),
    "course": Column("text", "the course's title"),
    "policy": Column("text", "individual, aggregate or self_report, as the lecture began"),
    "started_at": Column("time", "when the lecture began"),
    "ended_at": Column("time", "when it ended"),
    "duration_s": Column("seconds", "how long it lasted"),
    "students": Column("count", "students who took part"),
    "students_with_a_face": Column("count", "students of whom at least one face was judged"),
    "attentive": Column("share", f"{_ATTENTIVE}; {_MEAN}"),
    "presence": Column("share", f"{_PRESENCE}; {_MEAN}"),
    "coverage": Column("share", f"{_COVERAGE}; {_MEAN}"),
    "check_ins": Column("count", "check-ins that were suggested"),
    "withheld_steps": Column("count", "steps in which too small a group was left out"),
    "model": Column("text", "the expression model, name@version"),
    **_looks("share of {look} students, corrected for the model's known errors", "_share"),
    **_looks("lower end of the 90 % interval of that share ({look})", "_low"),
    **_looks("upper end of the 90 % interval of that share ({look})", "_high"),
    **_looks("the same share ({look}) before the correction", "_raw"),
    "inferred_from_faces": Column("text", "“nothing” under the policy self_report"),
    "students_who_answered": Column("count", "students who tapped an answer, or “fewer than 5”"),
    **{
        f"said_{mood.value}": Column("count", f"students who tapped “{mood.value}” at least once")
        for mood in PulseMood
    },
}  # fmt: skip
"""The rows of the summary, whose columns are *figure* and *value*."""

COLUMNS: Final[Mapping[str, Mapping[str, Column]]] = {
    "summary": {
        "figure": Column("text", "what the value is; each is explained below"),
        "value": Column("text", "a text, time, count or share, as its figure says"),
    },
    "timeline": {
        "at": Column("time", "when the step begins"),
        "seconds": Column("seconds", "how long the step is: one minute, or five under aggregate"),
        "reporting": Column("count", f"students behind the figures; 0: {_WITHHELD}"),
        "coverage": Column("share", _COVERAGE),
        "attentive": Column("share", f"{_ATTENTIVE}; {_WITHHELD}"),
        "presence": Column("share", f"{_PRESENCE}; {_WITHHELD}"),
        **_with_ends("share of {look} students, corrected for the model's known errors"),
    },
    "moments": {
        "at": Column("time", "when a class figure changed"),
        "seconds": Column("seconds", "how long it stayed changed"),
        "marker": Column("text", "the marker just before, if there was one"),
        "figure": Column("text", "attentive, or the look whose share changed"),
        "before": Column("share", "mean of the figure before the change"),
        "after": Column("share", "mean of the figure after it"),
        "low": Column("share", "lower end of the likely range of the mean after it"),
        "high": Column("share", "upper end of that range"),
        "evidence": Column("text", "the change as a sentence"),
        "suggestion": Column("text", "a place to start in the next lesson, not a finding"),
    },
    "comparison": {
        "figure": Column("text", "attentive, presence or a look"),
        "this_lecture": Column("share", "the figure of this lecture"),
        "middle": Column("share", "median of the course's earlier lectures"),
        "low": Column("share", "least of them"),
        "high": Column("share", "most of them"),
        "lectures": Column("count", "how many earlier lectures those are, five at most"),
        "standing": Column("text", "above, below or within: beside all of the earlier ones"),
    },
    "students": {
        "student": Column("text", "name; only students who agreed that their row may be shown"),
        "observed_s": Column("seconds", "how long the student's device reported"),
        "coverage": Column("share", "the same as a share of the lecture"),
        "presence": Column("share", _PRESENCE),
        "attentive": Column("share", _ATTENTIVE),
        "away_s": Column("seconds", "ten-second stretches with data and no face at all"),
        "paused_s": Column("seconds", "how long the student had paused"),
        "check_ins": Column("count", "check-ins that were suggested for the student"),
        **_looks("share of the time this student was {look}, corrected; not exact for one person"),
    },
    "attendance": {
        "student": Column("text", "name; only students who agreed that their row may be shown"),
        "joined_at": Column("time", "when the student joined, or the lecture's start if before it"),
        "late_s": Column("seconds", "how long the lecture had run by then"),
        "taking_part_s": Column(
            "seconds", "in view, away, paused or without camera: all but left and unknown"
        ),
        "in_view_s": Column("seconds", "seconds in which a face was seen"),
        "paused_s": Column("seconds", "paused by the student"),
        "camera_lost_s": Column("seconds", "the camera had failed or was taken by another program"),
        "left_s": Column("seconds", "after the student had ended the agent"),
        "away_s": Column("seconds", "data came, and no face was seen"),
        "no_data_s": Column("seconds", "nothing is known of them; with all others, the lecture"),
        "gaps": Column("text", "the gaps of a minute or more, with their times and reasons"),
        "present": Column("yes or no", "whether that counts as present, as the school has chosen"),
    },
    "flags": {
        "student": Column("text", "name of a student who agreed to check-ins"),
        "kind": Column("text", "sad or disengaged: how the student looked, never how they felt"),
        "raised_at": Column("time", "when the check-in was suggested"),
        "cleared_at": Column("time", "when its reason had gone; empty: not before the end"),
        "evidence": Column("text", "why, as a sentence"),
        "share": Column("share", "share of the recent time that looked so"),
        "seen": Column("share", "share of the recent time in which the student was seen"),
        "outcome": Column("text", "what the teacher or the student answered"),
        "shown_live": Column("yes or no", "whether the teacher saw it during the lecture"),
        "recomputed": Column("yes or no", "whether all data, late ones too, give it again"),
    },
    "markers": {
        "at": Column("time", "when the teacher set the marker"),
        "label": Column("text", "what the teacher noted"),
    },
    "room": {
        "begins": Column("time", "when the window of five minutes begins"),
        "faces": Column("count", "faces that the room's camera saw, of nobody in particular"),
        "attentive": Column("share", "share of those faces that looked attentive"),
        **_looks("share of {look} faces, in steps of five points"),
    },
}  # fmt: skip
"""Each table's columns, in their order."""

COMPANION: Final = "columns"
"""The table that goes with the others and explains them."""


def companion(names: Iterable[str]) -> pd.DataFrame:
    """*table*, *column*, *kind*, *meaning* ``str``: every column of the tables ``names``."""
    return pd.DataFrame(
        list(_rows(names)), columns=["table", "column", "kind", "meaning"], dtype="str"
    )


def _rows(names: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    for name in names:
        for column, told in COLUMNS[name].items():
            yield name, column, told.kind, told.meaning
        if name == "summary":
            for figure, told in SUMMARY.items():
                yield name, f"value of {figure}", told.kind, told.meaning
