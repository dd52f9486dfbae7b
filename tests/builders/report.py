"""A report made by hand for the tests of its tables: each table, with every kind of cell."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from analytics.flags.evidence import FlagKind
from analytics.flags.log import ReportFlag
from analytics.privacy.self_reports import SelfReportCounts
from analytics.report.attendance import Attendance, Attended, Gap, Stretch
from analytics.report.change_points import Advice, ChangePoint, Marker
from analytics.report.comparison import Compared, Standing
from analytics.report.lecture_report import (
    LectureFacts,
    LectureReport,
    LookTotal,
    ReportSummary,
    ReportTimeline,
    StudentLine,
)
from contract import LOOKS, CourseMode, Look, Policy
from contract.exchange import PulseMood
from contract.room import RoomWindow
from db.values import Course

NAN = float("nan")
# The last Sunday of October: the wall clock shows the hour from two to three twice.
START = int(datetime(2026, 10, 25, 0, 58, tzinfo=UTC).timestamp())
COURSE = Course(UUID(int=1), "Physics, 10b", CourseMode.OPEN, "Europe/Berlin")
SAID = SelfReportCounts(5, tuple((mood, number) for number, mood in enumerate(PulseMood)))
MARKERS = (
    Marker(START + 60, "Group work"),
    Marker(START + 150, '=HYPERLINK("x")'),
    Marker(START + 200, 'Two lines,\na comma and a "word"'),
)
STEPS = 4


def grid(columns: int, phase: float) -> Any:
    """Shares of ``STEPS`` steps that differ in every digit; the third step is withheld."""
    made = (np.arange(STEPS * columns).reshape(STEPS, columns) * 0.03719 + phase) % 1
    made[2] = NAN
    return made


def line(number: int, name: str) -> StudentLine:
    seen = number != 1
    shares = grid(len(LOOKS), 0.1 * number)[0] if seen else np.full(len(LOOKS), NAN)
    presence, attentive = (0.98765, 0.5) if seen else (NAN, NAN)
    return StudentLine(
        number, name, 180 * seen, 0.75 * seen, presence, attentive, shares, 20, 10 * number, number
    )


def flag(number: int, name: str, **changes: Any) -> ReportFlag:
    made = ReportFlag(
        participant=number, name=name, kind=FlagKind.SAD, raised_at=START + 100,
        cleared_at=START + 220, evidence=None, said_yes=False, share=0.81234, seen=1.0,
        reason="Looked sad 80 % of the last 5 min, seen 100 % of the time.",
        outcome="dismissed", shown_live=True, recomputed=True,
    )  # fmt: skip
    return replace(made, **changes)


def change_point(**changes: Any) -> ChangePoint:
    made = ChangePoint(
        START + 120, MARKERS[0], None, 0.52, 0.71236, (0.64, 0.77), 720, Advice.AGAIN
    )
    return replace(made, **changes)


def report(policy: Policy = Policy.INDIVIDUAL) -> LectureReport:
    """A short lecture across the change to winter time, with each kind of row."""
    names = ("=Ana", "Chloé", "+Dev", "@Emeka, Jr.", "काव्या")
    individual = policy is Policy.INDIVIDUAL
    return LectureReport(
        facts=LectureFacts("1", "-Heat", COURSE.title, policy, START, START + 240, "pulse@7"),
        summary=ReportSummary(240, 5, 4, 0.61249, NAN, 0.9, 2, 0, 1, 180),
        timeline=ReportTimeline(
            starts=START + 60 * np.arange(STEPS), step_s=60,
            shares=grid(7, 0.0), raw=grid(7, 0.5), low=grid(7, 0.2), high=grid(7, 0.4),
            attentive=grid(1, 0.7)[:, 0], presence=grid(1, 0.9)[:, 0],
            reporting=np.array([5, 4, 0, 5]), coverage=np.array([1.0, 0.8, 0.0, 1.0]),
        ),
        totals=tuple(
            LookTotal(look, 0.01 * at, NAN if at == 3 else 0.2 * at, 0.0, 1.0)
            for at, look in enumerate(LOOKS)
        ),
        flags=(
            flag(0, "=Ana"),
            flag(
                3, "@Emeka, Jr.", kind=FlagKind.DISENGAGED, cleared_at=None, share=NAN, seen=NAN,
                reason="-", outcome=None, shown_live=False, recomputed=False,
            ),
        ) if individual else (),
        students=tuple(line(at, name) for at, name in enumerate(names)) if individual else (),
        markers=MARKERS,
        changes=(),
        change_points=(
            change_point(),
            change_point(marker=None, look=Look.SAD, span=(NAN, NAN), advice=Advice.ASK),
            change_point(marker=MARKERS[1]),
        ),
        compared=(
            Compared("attentive", 0.61249, 0.5, 0.25, 0.55, 3, Standing.ABOVE),
            Compared("happy", 0.1, 0.12, 0.1, 0.123456, 2, Standing.WITHIN),
        ),
        method=(),
        limits=(),
        attendance=Attendance(ATTENDED, 7, 0.5) if individual else Attendance((), None, 0.0),
    )  # fmt: skip


def attended(number: int, name: str, **changes: Any) -> Attended:
    gap_s = {why: 10 * at for at, why in enumerate(Gap)}
    gaps = (
        Stretch(START + 60, START + 150, Gap.PAUSED),
        Stretch(START + 160, START + 230, Gap.AWAY),
    )
    made = Attended(
        participant=number, name=name, joined_at=START + 30, late_s=30, in_view_s=110, gap_s=gap_s,
        gaps=gaps, camera=True, present=True,
    )  # fmt: skip
    return replace(made, **changes)


ATTENDED = (
    attended(0, "=Ana"),
    attended(1, "काव्या", camera=False, gaps=(), present=False),
)
ROOM = tuple(
    RoomWindow(
        at=datetime.fromtimestamp(START, tz=UTC) + timedelta(minutes=5 * number, microseconds=700),
        faces=12 + number,
        shares=(0.05, 0.0, 0.1, 0.2, 0.15, 0.0, 0.5),
        attentive=None if number else 0.85,
    )
    for number in range(2)
)
