"""What a report says of the room's camera: a table of its windows, and one sentence."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Final

from contract import LOOKS
from contract.room import RoomWindow
from dashboard import i18n
from dashboard.i18n import plural, text
from dashboard.reports.charts import zone_of
from db.values import Course

ROOM_HEAD: Final = ("begins", "faces", "attentive", *map(str, LOOKS))


def room_table(windows: Sequence[RoomWindow], course: Course) -> bytes:
    """The windows as CSV: the school's wall time, shares 0..1 in steps of 5 points."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(ROOM_HEAD)
    for one in windows:
        began = one.at.astimezone(zone_of(course)).isoformat(timespec="seconds")
        attentive = None if one.attentive is None else f"{one.attentive:.2f}"
        writer.writerow([began, one.faces, attentive, *(f"{share:.2f}" for share in one.shares)])
    return out.getvalue().encode("utf-8")


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
