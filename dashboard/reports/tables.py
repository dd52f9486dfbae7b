"""The report's tables as CSV: UTF-8, RFC 4180, and harmless in a spreadsheet."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from math import isnan
from typing import Final

from analytics.privacy.self_reports import SelfReportCounts
from analytics.privacy.suppression import K
from analytics.report.comparison import ATTENTIVE
from analytics.report.lecture_report import LectureReport
from contract import LOOKS, Policy
from dashboard.reports.change_points import ADVICE, evidence
from dashboard.reports.charts import local_time, zone_of
from dashboard.reports.words import flag_why, outcome_words
from db.values import Course

Cell = str | int | float | None

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def tables(
    report: LectureReport, course: Course, said: SelfReportCounts | None = None
) -> Mapping[str, bytes]:
    """The tables by name; ``flags`` and ``students`` only where the report holds such rows.

    Where nothing may be inferred from faces there is no ``timeline``; the summary holds what
    students ``said`` instead (None: too few to be counted).

    Times are the school's wall time with its offset (ISO 8601), shares 0..1 with four digits, an
    unknown or withheld figure is an empty cell.
    """
    inferred = report.facts.policy is not Policy.SELF_REPORT
    figures = _inferred(report) if inferred else _said(said)
    made = {
        "summary": _csv(("figure", "value"), [*_facts(report, course), *figures]),
        "markers": _csv(
            ("at", "label"),
            [(_at(marker.at, course), marker.label) for marker in report.markers],
        ),
    }
    if inferred:
        made["timeline"] = _csv(_timeline_head(), _timeline(report, course))
        made["moments"] = _csv(_MOMENT_HEAD, _change_points(report, course))
        made["comparison"] = _csv(_COMPARED_HEAD, _compared(report))
    if report.students:
        made["students"] = _csv(_STUDENT_HEAD, _students(report))
        made["flags"] = _csv(_FLAG_HEAD, _flags(report, course))
    return made


def safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP)."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _csv(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([safe(_plain(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8")


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return None if isnan(cell) else f"{cell:.4f}"
    return cell


def _at(epoch: int, course: Course) -> str:
    return local_time(epoch, zone_of(course)).isoformat(timespec="seconds")


def _facts(report: LectureReport, course: Course) -> list[tuple[str, Cell]]:
    facts, summary = report.facts, report.summary
    return [
        ("lecture", facts.title),
        ("course", facts.course),
        ("policy", facts.policy.value),
        ("started_at", _at(facts.started_at, course)),
        ("ended_at", _at(facts.ended_at, course)),
        ("duration_s", summary.duration_s),
        ("students", summary.expected),
    ]


def _said(said: SelfReportCounts | None) -> list[tuple[str, Cell]]:
    """The students' own answers; that there is nothing else is said as well."""
    none: list[tuple[str, Cell]] = [("inferred_from_faces", "nothing")]
    if said is None:
        return [*none, ("students_who_answered", f"fewer than {K}")]
    counts = [(f"said_{mood.value}", count) for mood, count in said.students]
    return [*none, ("students_who_answered", said.answered), *counts]


def _inferred(report: LectureReport) -> list[tuple[str, Cell]]:
    """What the faces gave."""
    summary = report.summary
    rows: list[tuple[str, Cell]] = [
        ("students_with_a_face", summary.reported),
        ("attentive", float(summary.attentive)),
        ("presence", float(summary.presence)),
        ("coverage", float(summary.coverage)),
        ("check_ins", summary.flags),
        ("withheld_steps", summary.withheld_steps),
        ("model", report.facts.model),
    ]
    for total in report.totals:
        rows += [
            (f"{total.look.value}_share", float(total.share)),
            (f"{total.look.value}_low", float(total.low)),
            (f"{total.look.value}_high", float(total.high)),
            (f"{total.look.value}_raw", float(total.raw)),
        ]
    return rows


def _timeline_head() -> list[str]:
    looks = [f"{look.value}{part}" for look in LOOKS for part in ("", "_low", "_high")]
    return ["at", "seconds", "reporting", "coverage", "attentive", "presence", *looks]


def _timeline(report: LectureReport, course: Course) -> list[list[Cell]]:
    line = report.timeline
    rows: list[list[Cell]] = []
    for step, start in enumerate(line.starts.tolist()):
        looks = [
            float(values[step, look])
            for look in range(len(LOOKS))
            for values in (line.shares, line.low, line.high)
        ]
        rows.append(
            [
                _at(start, course),
                line.step_s,
                int(line.reporting[step]),
                float(line.coverage[step]),
                float(line.attentive[step]),
                float(line.presence[step]),
                *looks,
            ]
        )
    return rows


_MOMENT_HEAD: Final = (
    "at", "seconds", "marker", "figure", "before", "after", "low", "high", "evidence", "suggestion",
)  # fmt: skip


def _change_points(report: LectureReport, course: Course) -> list[list[Cell]]:
    return [
        [
            _at(point.at, course),
            point.lasted_s,
            None if point.marker is None else point.marker.label,
            ATTENTIVE if point.look is None else point.look.value,
            point.before,
            point.after,
            *point.span,
            evidence(point),
            ADVICE[point.advice],
        ]
        for point in report.change_points
    ]


_COMPARED_HEAD: Final = ("figure", "this_lecture", "middle", "low", "high", "lectures", "standing")


def _compared(report: LectureReport) -> list[list[Cell]]:
    return [
        [one.figure, one.now, one.usual, one.low, one.high, one.lectures, one.standing.value]
        for one in report.compared
    ]


_FLAG_HEAD: Final = (
    "student",
    "kind",
    "raised_at",
    "cleared_at",
    "evidence",
    "share",
    "seen",
    "outcome",
    "shown_live",
    "recomputed",
)


def _flags(report: LectureReport, course: Course) -> list[list[Cell]]:
    return [
        [
            flag.name,
            flag.kind.value,
            _at(flag.raised_at, course),
            None if flag.cleared_at is None else _at(flag.cleared_at, course),
            flag_why(flag),
            float(flag.share),
            float(flag.seen),
            outcome_words(flag.outcome),
            "yes" if flag.shown_live else "no",
            "yes" if flag.recomputed else "no",
        ]
        for flag in report.flags
    ]


_STUDENT_HEAD: Final = (
    "student",
    "observed_s",
    "coverage",
    "presence",
    "attentive",
    "away_s",
    "paused_s",
    "check_ins",
    *(look.value for look in LOOKS),
)


def _students(report: LectureReport) -> list[list[Cell]]:
    return [
        [
            line.name,
            line.observed_s,
            float(line.coverage),
            float(line.presence),
            float(line.attentive),
            line.away_s,
            line.paused_s,
            line.flags,
            *(float(share) for share in line.shares),
        ]
        for line in report.students
    ]
