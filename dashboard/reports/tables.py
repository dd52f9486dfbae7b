"""The report's tables as data frames, one function each; whatever file they become, they come here.

Times are the school's wall time (``datetime64[us, zone]``, NaT: not yet), shares 0..1 (``float64``,
NaN: unknown or withheld), counts and seconds ``int64``, words ``str``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.privacy.self_reports import SelfReportCounts
from analytics.privacy.suppression import K
from analytics.report.attendance import Gap
from analytics.report.comparison import ATTENTIVE
from analytics.report.lecture_report import LectureReport
from contract import LOOKS, Policy
from dashboard.reports.attendance import gaps_told
from dashboard.reports.change_points import ADVICE, evidence
from dashboard.reports.charts import zone_of
from dashboard.reports.words import flag_why, outcome_words
from db.values import Course

Cell = str | int | float | pd.Timestamp


def tables(
    report: LectureReport, course: Course, said: SelfReportCounts | None = None
) -> Mapping[str, pd.DataFrame]:
    """The tables by name; ``flags``, ``students`` and ``attendance`` only where the report holds
    such rows.

    Where nothing may be inferred from faces there is no ``timeline``; the summary holds what
    students ``said`` instead (None: too few to be counted).
    """
    zone = zone_of(course)
    made = {"summary": summary(report, zone, said), "markers": markers(report, zone)}
    if report.facts.policy is not Policy.SELF_REPORT:
        made["timeline"] = timeline(report, zone)
        made["moments"] = moments(report, zone)
        made["comparison"] = comparison(report)
    if report.students:
        made["students"] = students(report)
        made["attendance"] = attendance(report, zone)
        made["flags"] = flags(report, zone)
    return made


def summary(report: LectureReport, zone: ZoneInfo, said: SelfReportCounts | None) -> pd.DataFrame:
    """*figure* ``str``, *value* ``object``: of each figure its own kind."""
    inferred = report.facts.policy is not Policy.SELF_REPORT
    rows = [*_facts(report, zone), *(_inferred(report) if inferred else _nothing_inferred())]
    if not inferred or said is not None:
        rows += _said(said)
    return pd.DataFrame(
        {
            "figure": _words(name for name, _ in rows),
            "value": pd.Series([value for _, value in rows], dtype="object"),
        }
    )


def markers(report: LectureReport, zone: ZoneInfo) -> pd.DataFrame:
    """*at* time, *label* ``str``."""
    return pd.DataFrame(
        {
            "at": wall_times([marker.at for marker in report.markers], zone),
            "label": _words(marker.label for marker in report.markers),
        }
    )


def timeline(report: LectureReport, zone: ZoneInfo) -> pd.DataFrame:
    """*at* time; *seconds*, *reporting* ``int64``; *coverage*, *attentive*, *presence* and, for
    each look, its share and the ends of its interval (*sad*, *sad_low*, *sad_high*) ``float64``.
    """
    line = report.timeline
    columns = {
        "at": wall_times(line.starts.tolist(), zone),
        "seconds": _counts([line.step_s] * len(line.starts)),
        "reporting": _counts(line.reporting),
        "coverage": _shares(line.coverage),
        "attentive": _shares(line.attentive),
        "presence": _shares(line.presence),
    }
    for index, look in enumerate(LOOKS):
        for end, values in (("", line.shares), ("_low", line.low), ("_high", line.high)):
            columns[f"{look.value}{end}"] = _shares(values[:, index])
    return pd.DataFrame(columns)


def moments(report: LectureReport, zone: ZoneInfo) -> pd.DataFrame:
    """*at* time; *seconds* ``int64``; *marker* (missing: none was near), *figure* ``str``;
    *before*, *after* and its interval's ends *low*, *high* ``float64``; *evidence*, *suggestion*
    ``str``, as sentences.
    """
    found = report.change_points
    return pd.DataFrame(
        {
            "at": wall_times([one.at for one in found], zone),
            "seconds": _counts([one.lasted_s for one in found]),
            "marker": _words(None if one.marker is None else one.marker.label for one in found),
            "figure": _words(ATTENTIVE if one.look is None else one.look.value for one in found),
            "before": _shares([one.before for one in found]),
            "after": _shares([one.after for one in found]),
            "low": _shares([one.span[0] for one in found]),
            "high": _shares([one.span[1] for one in found]),
            "evidence": _words(evidence(one) for one in found),
            "suggestion": _words(ADVICE[one.advice] for one in found),
        }
    )


def comparison(report: LectureReport) -> pd.DataFrame:
    """*figure* ``str``; *this_lecture* and the earlier ones' *middle*, *low*, *high* ``float64``;
    how many *lectures* those are ``int64``; *standing* ``str``.
    """
    found = report.compared
    return pd.DataFrame(
        {
            "figure": _words(one.figure for one in found),
            "this_lecture": _shares([one.now for one in found]),
            "middle": _shares([one.usual for one in found]),
            "low": _shares([one.low for one in found]),
            "high": _shares([one.high for one in found]),
            "lectures": _counts([one.lectures for one in found]),
            "standing": _words(one.standing.value for one in found),
        }
    )


def students(report: LectureReport) -> pd.DataFrame:
    """*student* ``str``; *observed_s*, *away_s*, *paused_s*, *check_ins* ``int64``; *coverage*,
    *presence*, *attentive* and each look ``float64``.
    """
    found = report.students
    return pd.DataFrame(
        {
            "student": _words(one.name for one in found),
            "observed_s": _counts([one.observed_s for one in found]),
            "coverage": _shares([one.coverage for one in found]),
            "presence": _shares([one.presence for one in found]),
            "attentive": _shares([one.attentive for one in found]),
            "away_s": _counts([one.away_s for one in found]),
            "paused_s": _counts([one.paused_s for one in found]),
            "check_ins": _counts([one.flags for one in found]),
            **{
                look.value: _shares([one.shares[index] for one in found])
                for index, look in enumerate(LOOKS)
            },
        }
    )


def attendance(report: LectureReport, zone: ZoneInfo) -> pd.DataFrame:
    """*student* ``str``; *joined_at* time; *late_s*, *taking_part_s*, *in_view_s* and the seconds
    of each gap ``int64``; *gaps* ``str``, each with its times (missing: none); *present* ``bool``.
    """
    found = report.attendance.rows
    return pd.DataFrame(
        {
            "student": _words(one.name for one in found),
            "joined_at": wall_times([one.joined_at for one in found], zone),
            "late_s": _counts([one.late_s for one in found]),
            "taking_part_s": _counts([one.taking_part_s for one in found]),
            "in_view_s": _counts([one.in_view_s for one in found]),
            **{f"{why.value}_s": _counts([one.gap_s[why] for one in found]) for why in Gap},
            "gaps": _words(gaps_told(one, zone) or None for one in found),
            "present": pd.Series([one.present for one in found], dtype="bool"),
        }
    )


def flags(report: LectureReport, zone: ZoneInfo) -> pd.DataFrame:
    """*student*, *kind* ``str``; *raised_at*, *cleared_at* time; *evidence* ``str``, a sentence;
    *share*, *seen* ``float64``; *outcome* ``str``; *shown_live*, *recomputed* ``bool``.
    """
    found = report.flags
    return pd.DataFrame(
        {
            "student": _words(one.name for one in found),
            "kind": _words(one.kind.value for one in found),
            "raised_at": wall_times([one.raised_at for one in found], zone),
            "cleared_at": wall_times([one.cleared_at for one in found], zone),
            "evidence": _words(flag_why(one) for one in found),
            "share": _shares([one.share for one in found]),
            "seen": _shares([one.seen for one in found]),
            "outcome": _words(outcome_words(one.outcome) for one in found),
            "shown_live": pd.Series([one.shown_live for one in found], dtype="bool"),
            "recomputed": pd.Series([one.recomputed for one in found], dtype="bool"),
        }
    )


def wall_times(epochs: Sequence[int | None], zone: ZoneInfo) -> "pd.Series[Any]":
    """Epoch seconds as ``zone``'s wall time; None: NaT."""
    seconds = pd.Series(pd.array(list(epochs), dtype="Int64"))
    return pd.to_datetime(seconds, unit="s", utc=True).dt.tz_convert(zone).dt.as_unit("us")


def _words(values: Iterable[str | None]) -> "pd.Series[Any]":
    return pd.Series(list(values), dtype="str")


def _counts(values: Any) -> "pd.Series[Any]":
    return pd.Series(values, dtype="int64")


def _shares(values: Any) -> "pd.Series[Any]":
    return pd.Series(values, dtype="float64")


def _facts(report: LectureReport, zone: ZoneInfo) -> list[tuple[str, Cell]]:
    facts, figures = report.facts, report.summary
    began, ended = wall_times([facts.started_at, facts.ended_at], zone)
    return [
        ("lecture", facts.title),
        ("course", facts.course),
        ("policy", facts.policy.value),
        ("started_at", began),
        ("ended_at", ended),
        ("duration_s", figures.duration_s),
        ("students", _told(figures.expected)),
    ]


def _told(count: int | None) -> Cell:
    return f"fewer than {K}" if count is None else count


def _nothing_inferred() -> list[tuple[str, Cell]]:
    return [("inferred_from_faces", "nothing")]


def _said(said: SelfReportCounts | None) -> list[tuple[str, Cell]]:
    """The students' own answers."""
    if said is None:
        return [("students_who_answered", f"fewer than {K}")]
    counts = [(f"said_{mood.value}", count) for mood, count in said.students]
    return [("students_who_answered", said.answered), *counts]


def _inferred(report: LectureReport) -> list[tuple[str, Cell]]:
    """What the faces gave."""
    figures = report.summary
    rows: list[tuple[str, Cell]] = [
        ("students_with_a_face", _told(figures.reported)),
        ("attentive", float(figures.attentive)),
        ("presence", float(figures.presence)),
        ("coverage", float(figures.coverage)),
        ("check_ins", figures.flags),
        ("withheld_steps", figures.withheld_steps),
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
