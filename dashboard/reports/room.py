"""What a report says of the room's camera: a table of its windows, and one sentence."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from contract import LOOKS
from contract.room import RoomWindow
from dashboard import i18n
from dashboard.i18n import plural, text
from dashboard.reports.charts import zone_of
from dashboard.reports.tables import wall_times
from db.values import Course

ROOM_DIGITS: Final = 2
"""Decimals of a room's shares, which come in steps of 5 points."""


def room_table(windows: Sequence[RoomWindow], course: Course) -> pd.DataFrame:
    """*begins* the school's wall time; *faces* ``int64``; *attentive* (NaN: nobody's was known)
    and each look ``float64``, 0..1.
    """
    began = wall_times([int(one.at.timestamp()) for one in windows], zone_of(course))
    return pd.DataFrame(
        {
            "begins": began,
            "faces": pd.Series([one.faces for one in windows], dtype="int64"),
            "attentive": pd.Series([one.attentive for one in windows], dtype="float64"),
            **{
                look.value: pd.Series([one.shares[index] for one in windows], dtype="float64")
                for index, look in enumerate(LOOKS)
            },
        }
    )


def room_sentence(windows: Sequence[RoomWindow]) -> str:
    """How much a room's camera showed, for the report's method."""
    faces = sorted(one.faces for one in windows)[len(windows) // 2]
    seen = plural("{n} window of five minutes", "{n} windows of five minutes", len(windows))
    return text(
        "A camera for the whole room, which every participant and the teacher agreed to, showed "
        "about {faces} faces in {seen}; nobody was told apart. The table “room” has the shares of "
        "each window, in steps of 5 points; they are no part of the figures above.",
        faces=i18n.number(faces),
        seen=seen,
    )
