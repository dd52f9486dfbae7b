"""The report's words and pictures: a ``LectureReport`` in, what the template sets out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan
from typing import Any, Final
from zoneinfo import ZoneInfo

from analytics.flags.log import ReportFlag
from analytics.privacy.self_reports import SelfReportCounts
from analytics.privacy.suppression import K
from analytics.report.lecture_report import LectureReport, LookTotal
from contract import LOOKS, Look, Policy
from dashboard import i18n
from dashboard.components.theme import LOOK_COLOURS, STACK
from dashboard.i18n import plural, text, wording
from dashboard.i18n.flag_words import why_logged
from dashboard.i18n.self_report_words import SELF_REPORT_OF_SOME
from dashboard.reports import attendance, earlier, svg
from dashboard.reports.change_points import change_point_words, change_words
from dashboard.reports.charts import (
    attention_chart,
    known,
    local_time,
    mood_chart,
    ranked,
    sad_chart,
    time_axis,
    zone_of,
)
from dashboard.reports.headings import headings
from dashboard.reports.next_lesson import coverage, next_lesson
from dashboard.reports.notes import sentences
from db.values import Course

_MOST_OF_IT: Final = 0.6
"""A summary says how much of the lecture it speaks of, where that is less than this share."""


@dataclass(frozen=True, slots=True)
class ModelWords:
    """What the model's card says of it: sentences, and how often it agrees on each look."""

    sentences: Sequence[str]
    agreement: Sequence[float] | None
    """shares of the faces on which most people see that look; None where not measured"""


def words(
    report: LectureReport,
    course: Course,
    school: str,
    model: ModelWords,
    said: SelfReportCounts | None = None,
) -> dict[str, Any]:
    """All that the PDF and the page read. ``said``: the students' own answers, where enough gave
    any.

    Where nothing may be inferred from faces the answers are shown, and no model is spoken of.
    """
    told = _words(report, course, school, model)
    if report.facts.policy is Policy.SELF_REPORT:
        told |= _self_reported(report, said)
    elif said is not None:
        told |= {"answers": _answers(report, said), "said": _said(said)}
    return {key: _unbroken(value) for key, value in told.items()}


def _self_reported(report: LectureReport, said: SelfReportCounts | None) -> dict[str, Any]:
    """What takes the place of all figures from faces."""
    lasted, answers = _lasted(report), _answers(report, said)
    took_part = {
        "label": text("Students"),
        "value": wording.told(report.summary.expected),
        "note": text("who took part"),
    }
    answered = {
        "label": text("Answered"),
        "value": text("under {n}", n=i18n.number(K))
        if said is None
        else i18n.number(said.answered),
        "note": text("how the lecture went for them"),
    }
    return {
        "figures": [took_part, answered],
        "summary": " ".join([lasted, _no_mood(report), answers]),
        "answers": answers,
        "said": _said(said),
        "footer": text(
            "{title} · told by students, nothing inferred from faces", title=report.facts.title
        ),
        "model": {"title": "", "items": []},
        "model_rows": [],
    }


def _answers(report: LectureReport, said: SelfReportCounts | None) -> str:
    if said is None:
        return text(
            "Fewer than {n} students answered, so their answers are not counted here.",
            n=i18n.number(K),
        )
    return text(
        "{n} of {students} answered.",
        n=i18n.number(said.answered),
        students=wording.students(max(report.summary.expected or 0, said.answered)),
    )


def _said(said: SelfReportCounts | None) -> list[list[str]]:
    if said is None:
        return []
    return [[SELF_REPORT_OF_SOME[mood], i18n.number(count)] for mood, count in said.students]


def _unbroken(value: Any) -> Any:
    """No line may end between a number and its per cent sign."""
    if isinstance(value, str):
        return value.replace(" %", "\u00a0%")
    if isinstance(value, list):
        return [_unbroken(item) for item in value]
    if isinstance(value, dict):
        return {key: _unbroken(item) for key, item in value.items()}
    return value


def _words(report: LectureReport, course: Course, school: str, model: ModelWords) -> dict[str, Any]:
    zone = zone_of(course)
    start, end = local_time(report.facts.started_at, zone), local_time(report.facts.ended_at, zone)
    day = i18n.full_day(start)
    title = report.facts.title
    axis = time_axis(report, zone)
    marks = [
        svg.Mark(local_time(marker.at, zone), number)
        for number, marker in enumerate(report.markers, start=1)
    ]
    return {
        "title": title,
        "course": report.facts.course,
        "words": headings(),
        "language": i18n.language().value,
        "school": school or text("ClassPulse lecture report"),
        "author": school or "ClassPulse",
        "description": text("How the class looked in “{title}” on {day}.", title=title, day=day),
        "footer": f"{title} · {day} · {wording.caveat()}",
        "facts": _facts(report, course, start, end),
        "figures": _figures(report),
        "summary": _summary(report),
        "legend": _legend(report.totals),
        "mood": mood_chart(report, axis, marks),
        "no_mood": _no_mood(report),
        "attention": attention_chart(report, axis, marks),
        "sad": sad_chart(report, axis),
        "answers": None,
        "said": [],
        "inferred": report.facts.policy is not Policy.SELF_REPORT,
        "moments": [
            [said.time, said.evidence, said.suggestion]
            for said in change_point_words(report.change_points, zone)
        ],
        "next": next_lesson(report, zone),
        "coverage": coverage(report),
        "earlier": earlier.rows(report.compared),
        "earlier_said": earlier.sentence(report.compared),
        "markers": _markers(report, zone),
        "flags": [_flag(flag, zone) for flag in report.flags],
        "no_flags": _no_flags(report),
        "caveat": wording.caveat(),
        "attendance": attendance.rows(report.attendance, zone),
        "attendance_said": attendance.sentences(report.attendance, report.facts.policy),
        "students": _students(report),
        "students_note": text(
            "By name, and only those who agreed that their own row may be shown. Attentive is "
            "the share of the time with a face in view; it is not a grade and must not become "
            "one."
        ),
        **_reading(report, model),
    }


def _reading(report: LectureReport, model: ModelWords) -> dict[str, Any]:
    """How the figures are made, how good the model is, and what they cannot say."""
    return {
        "method": {
            "title": text("How the figures are made"),
            "items": sentences(report.method, report.facts.model),
        },
        "model": {"title": text("How good the model is"), "items": list(model.sentences)},
        "model_rows": [
            [wording.LOOK[look], wording.percent(share)]
            for look, share in zip(LOOKS, model.agreement or (), strict=False)
        ],
        "limits": {
            "title": text("What they cannot say"),
            "items": sentences(report.limits, report.facts.model),
        },
    }


def _facts(
    report: LectureReport, course: Course, start: datetime, end: datetime
) -> list[dict[str, str]]:
    hours = text("{start} to {end}", start=i18n.clock(start), end=i18n.clock(end))
    days = i18n.full_day(start)
    if start.date() != end.date():
        days = text("{start} to {end}", start=days, end=i18n.full_day(end))
    # By the clock on the wall a lecture may seem an hour longer or shorter than it was.
    lasted = timedelta(seconds=report.facts.ended_at - report.facts.started_at)
    named = {
        text("Date"): days,
        text("Time"): hours,
        text("Length"): wording.length(lasted),
        text("Policy"): wording.POLICY_NAME[report.facts.policy],
        text("Time zone"): course.timezone,
    }
    return [{"label": label, "value": value} for label, value in named.items()]


def outcome_words(outcome: str | None) -> str:
    """What became of a check-in."""
    return text("not answered") if outcome is None else wording.OUTCOME.get(outcome, outcome)


def flag_why(flag: ReportFlag) -> str:
    """Why a check-in was suggested, in one sentence."""
    return why_logged(flag.kind, flag.evidence, flag.reason, said_yes=flag.said_yes)


def _figures(report: LectureReport) -> list[dict[str, str]]:
    summary = report.summary
    shown = ranked(report.totals)
    if shown:
        top = shown[0]
        note = text("{share} of looks", share=wording.percent(top.share))
        if not isnan(top.low):
            note = text(
                "{share} of looks, likely {interval}",
                share=wording.percent(top.share),
                interval=wording.between(top.low, top.high),
            )
        look = (wording.MOOD_WORD[top.look], note)
    else:
        look = ("–", text("no figure is shown"))
    return [
        {"label": text("Most common look"), "value": look[0], "note": look[1]},
        {
            "label": text("Attentive"),
            "value": wording.percent(known(summary.attentive)),
            "note": text("of the time with a face in view"),
        },
        {
            "label": text("In view"),
            "value": wording.percent(known(summary.presence)),
            "note": text("of the time devices reported"),
        },
        {
            "label": text("Students"),
            "value": wording.told(summary.reported),
            "note": text("with a face, of {n} who took part", n=wording.told(summary.expected)),
        },
    ]


def _summary(report: LectureReport) -> str:
    shown = [total for total in ranked(report.totals)[:3] if total.share >= 0.01]
    span = wording.length(timedelta(seconds=report.summary.duration_s))
    if not shown:
        return f"{_lasted(report)} {_no_mood(report)}"
    looks = wording.listing([f"{wording.LOOK[t.look]} ({wording.percent(t.share)})" for t in shown])
    said = [text("Over {span} the class was mostly {looks}.", span=span, looks=looks)]
    if report.summary.told_s < _MOST_OF_IT * report.summary.duration_s:
        said = [_told_part(report), text("In it the class was mostly {looks}.", looks=looks)]
    if report.facts.policy is Policy.INDIVIDUAL:
        said.append(_suggested(report.summary.flags))
    return " ".join(said)


def _told_part(report: LectureReport) -> str:
    return text(
        "{told} of the {span} can be shown.",
        told=wording.length(timedelta(seconds=report.summary.told_s)),
        span=wording.length(timedelta(seconds=report.summary.duration_s)),
    )


def _lasted(report: LectureReport) -> str:
    span = wording.length(timedelta(seconds=report.summary.duration_s))
    return text("The lecture lasted {span}.", span=span)


def _suggested(count: int) -> str:
    if count == 0:
        return text("No check-in was suggested.")
    return plural("One check-in was suggested.", "{n} check-ins were suggested.", count)


def _legend(totals: Sequence[LookTotal]) -> list[dict[str, str]]:
    by_look: Mapping[Look, LookTotal] = {total.look: total for total in totals}
    return [
        {
            "colour": LOOK_COLOURS[look],
            "name": wording.LOOK[look],
            "share": wording.percent(known(by_look[look].share) if look in by_look else None),
            "between": _likely(by_look.get(look)),
        }
        for look in reversed(STACK)
    ]


def _likely(total: LookTotal | None) -> str:
    if total is None or isnan(total.low) or isnan(total.high):
        return ""
    return wording.between(total.low, total.high)


def _no_mood(report: LectureReport) -> str:
    if report.facts.policy is Policy.SELF_REPORT:
        return text("Under the school's policy nothing was inferred from faces.")
    if report.summary.told_s and not report.summary.stands:
        too_little = text("That is too little to speak for all of the lecture.")
        return f"{_told_part(report)} {too_little}"
    if report.summary.withheld_steps:
        return text("Too few students reported to show a class figure without showing one of them.")
    return text("No faces were seen in this lecture.")


def _no_flags(report: LectureReport) -> str:
    if report.facts.policy is not Policy.INDIVIDUAL:
        return text("Under the school's policy no figure of a single student is made.")
    return text("No check-in was suggested.")


def _markers(report: LectureReport, zone: ZoneInfo) -> list[list[str]]:
    changed = {change.marker: change_words(change) for change in report.changes}
    return [
        [
            i18n.number(number),
            wording.clock(local_time(marker.at, zone)),
            marker.label,
            changed.get(marker, ""),
        ]
        for number, marker in enumerate(report.markers, start=1)
    ]


def _flag(flag: ReportFlag, zone: ZoneInfo) -> list[str]:
    outcome = outcome_words(flag.outcome)
    if not flag.shown_live:
        outcome = text("found afterwards")
    elif not flag.recomputed:
        outcome = text("{outcome}; late data does not confirm it", outcome=outcome)
    return [
        flag.name,
        wording.clock(local_time(flag.raised_at, zone)),
        wording.FLAG_TITLE[flag.kind.value],
        flag_why(flag),
        outcome,
    ]


def _students(report: LectureReport) -> list[list[str]]:
    return [
        [
            line.name,
            wording.percent(known(line.presence)),
            wording.percent(known(line.attentive)),
            i18n.number(line.flags),
        ]
        for line in report.students
    ]
