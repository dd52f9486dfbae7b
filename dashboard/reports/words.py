"""The report's words and pictures: a ``LectureReport`` in, what the template sets out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isnan
from typing import Any, Final
from zoneinfo import ZoneInfo

from analytics.pulses import PulseCounts
from analytics.report import EmotionTotal, LectureReport, ReportFlag
from analytics.steady import K
from contract import EMOTIONS, Emotion, Policy
from dashboard import wording
from dashboard.reports import svg
from dashboard.theme import ATTENTIVE_COLOUR, LOOK_COLOURS, PRESENCE_COLOUR, STACK
from db.values import Course

_MOOD_HEIGHT: Final = 190.0
_LINE_HEIGHT: Final = 112.0


@dataclass(frozen=True, slots=True)
class ModelWords:
    """What the model's card says of it: sentences, and the F1 of each look where measured."""

    sentences: Sequence[str]
    f1: Sequence[float] | None


def words(
    report: LectureReport,
    course: Course,
    school: str,
    model: ModelWords,
    said: PulseCounts | None = None,
) -> dict[str, Any]:
    """All that ``lecture.typ`` reads. ``said``: the students' own answers, where enough gave any.

    Where nothing may be inferred from faces the answers are shown, and no model is spoken of.
    """
    told = _words(report, course, school, model)
    if report.facts.policy is Policy.SELF_REPORT:
        told |= _self_reported(report, said)
    return {key: _unbroken(value) for key, value in told.items()}


def _self_reported(report: LectureReport, said: PulseCounts | None) -> dict[str, Any]:
    """What takes the place of all figures from faces."""
    span = wording.length(timedelta(seconds=report.summary.duration_s))
    if said is None:
        answers = f"Fewer than {K} students answered, so their answers are not counted here."
    else:
        answers = f"{said.answered} of {wording.students(report.summary.expected)} answered."
    took_part = {
        "label": "Students",
        "value": str(report.summary.expected),
        "note": "who took part",
    }
    answered = {
        "label": "Answered",
        "value": f"under {K}" if said is None else str(said.answered),
        "note": "how the lecture went for them",
    }
    return {
        "figures": [took_part, answered],
        "summary": f"The lecture lasted {span}. {_no_mood(report)} {answers}",
        "answers": answers,
        "said": []
        if said is None
        else [[mood.value.capitalize(), str(count)] for mood, count in said.students],
        "footer": f"{report.facts.title} · told by students, nothing inferred from faces",
        "model": {"title": "", "items": []},
        "model_rows": [],
    }


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
    day = f"{start.day} {start:%B %Y}"
    title = report.facts.title
    axis = _axis(report, zone)
    marks = [
        svg.Mark(local_time(marker.at, zone), number)
        for number, marker in enumerate(report.markers, start=1)
    ]
    return {
        "title": title,
        "course": report.facts.course,
        "school": school or "ClassPulse lecture report",
        "author": school or "ClassPulse",
        "description": f"How the class looked in “{title}” on {day}.",
        "footer": f"{title} · {day} · {wording.caveat()}",
        "facts": [
            {"label": "Date", "value": day},
            {"label": "Time", "value": f"{wording.clock(start)} to {wording.clock(end)}"},
            {"label": "Length", "value": wording.length(end - start)},
            {"label": "Policy", "value": wording.POLICY_NAME[report.facts.policy]},
            {"label": "Time zone", "value": course.timezone},
        ],
        "figures": _figures(report),
        "summary": _summary(report),
        "legend": _legend(report.totals),
        "mood": _mood_chart(report, axis, marks),
        "no_mood": _no_mood(report),
        "attention": _attention_chart(report, axis, marks),
        "sad": _sad_chart(report, axis),
        "answers": None,
        "said": [],
        "markers": _markers(report, zone),
        "flags": [_flag(flag, zone) for flag in report.flags],
        "no_flags": _no_flags(report),
        "caveat": wording.caveat(),
        "students": _students(report),
        "students_note": (
            "By name, and only those who agreed that their own row may be shown. Attentive is the "
            "share of the time with a face in view; it is not a grade and must not become one."
        ),
        "method": {"title": "How the figures are made", "items": list(report.method)},
        "model": {"title": "How good the model is", "items": list(model.sentences)},
        "model_rows": [
            [wording.LOOK[look], f"{score:.2f}"]
            for look, score in zip(EMOTIONS, model.f1 or (), strict=False)
        ],
        "limits": {"title": "What they cannot say", "items": list(report.limits)},
    }


def zone_of(course: Course) -> ZoneInfo:
    """The zone a course lives in."""
    return ZoneInfo(course.timezone)


def local_time(epoch: int, zone: ZoneInfo) -> datetime:
    """An epoch second as wall time."""
    return datetime.fromtimestamp(epoch, tz=UTC).astimezone(zone)


def outcome_words(outcome: str | None) -> str:
    """What became of a check-in."""
    return "not answered" if outcome is None else wording.OUTCOME.get(outcome, outcome)


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _axis(report: LectureReport, zone: ZoneInfo) -> svg.Axis:
    line = report.timeline
    return svg.Axis(
        start=local_time(report.facts.started_at, zone),
        end=local_time(report.facts.ended_at, zone),
        times=[local_time(int(start), zone) for start in line.starts],
        step=timedelta(seconds=line.step_s),
    )


def _ranked(totals: Sequence[EmotionTotal]) -> list[EmotionTotal]:
    return sorted(
        (total for total in totals if not isnan(total.share)), key=lambda t: t.share, reverse=True
    )


def _figures(report: LectureReport) -> list[dict[str, str]]:
    summary = report.summary
    ranked = _ranked(report.totals)
    if ranked:
        top = ranked[0]
        span = "" if isnan(top.low) else f", likely {wording.between(top.low, top.high)}"
        look = (wording.MOOD_WORD[top.look], f"{wording.percent(top.share)} of looks{span}")
    else:
        look = ("–", "no figure is shown")
    return [
        {"label": "Most common look", "value": look[0], "note": look[1]},
        {
            "label": "Attentive",
            "value": wording.percent(_known(summary.attentive)),
            "note": "of the time with a face in view",
        },
        {
            "label": "In view",
            "value": wording.percent(_known(summary.presence)),
            "note": "of the time devices reported",
        },
        {
            "label": "Students",
            "value": str(summary.reported),
            "note": f"with a face, of {summary.expected} who took part",
        },
    ]


def _summary(report: LectureReport) -> str:
    ranked = [total for total in _ranked(report.totals)[:3] if total.share >= 0.01]
    span = wording.length(timedelta(seconds=report.summary.duration_s))
    if not ranked:
        return f"The lecture lasted {span}. {_no_mood(report)}"
    looks = wording.listing(
        [f"{wording.LOOK[t.look]} ({wording.percent(t.share)})" for t in ranked]
    )
    said = f"Over {span} the class was mostly {looks}."
    count = report.summary.flags
    if report.facts.policy is Policy.INDIVIDUAL:
        checks = "No check-in was" if count == 0 else f"{count} check-ins were"
        checks = "One check-in was" if count == 1 else checks
        said += f" {checks} suggested."
    changes = " ".join(change.text for change in report.changes)
    return f"{said} {changes}".strip()


def _legend(totals: Sequence[EmotionTotal]) -> list[dict[str, str]]:
    by_look: Mapping[Emotion, EmotionTotal] = {total.look: total for total in totals}
    return [
        {
            "colour": LOOK_COLOURS[look],
            "name": wording.LOOK[look],
            "share": wording.percent(_known(by_look[look].share) if look in by_look else None),
        }
        for look in reversed(STACK)
    ]


def _mood_chart(
    report: LectureReport, axis: svg.Axis, marks: Sequence[svg.Mark]
) -> dict[str, str] | None:
    rows = [None if any(isnan(v) for v in row) else row for row in report.timeline.shares.tolist()]
    if not any(row is not None for row in rows):
        return None
    ranked = _ranked(report.totals)
    looks = wording.listing(
        [f"{wording.LOOK[t.look]} {wording.percent(t.share)}" for t in ranked[:3]]
    )
    step = wording.length(axis.step)
    withheld = sum(row is None for row in rows)
    gap = f" White gaps: {withheld} steps without a figure." if withheld else ""
    return {
        "svg": svg.stacked_looks(axis, rows, marks, _MOOD_HEIGHT),
        "alt": f"Shares of the seven looks, one step each {step}, corrected for the model's known "
        f"errors. Over the lecture: {looks}.{gap}",
    }


def _attention_chart(
    report: LectureReport, axis: svg.Axis, marks: Sequence[svg.Mark]
) -> dict[str, str] | None:
    attentive = [_known(value) for value in report.timeline.attentive.tolist()]
    presence = [_known(value) for value in report.timeline.presence.tolist()]
    found = [value for value in attentive if value is not None]
    if not found:
        return None
    drawn = [
        svg.Line(presence, PRESENCE_COLOUR, 1.3, dashed=True),
        svg.Line(attentive, ATTENTIVE_COLOUR, 2.2),
    ]
    return {
        "svg": svg.lines(axis, drawn, marks, _LINE_HEIGHT),
        "alt": "Solid line: attentive, the share of time with a face in view, "
        f"{wording.between(min(found), max(found))}. Dotted line: in view, the share of time "
        "with a face.",
    }


def _sad_chart(report: LectureReport, axis: svg.Axis) -> dict[str, str] | None:
    index = EMOTIONS.index(Emotion.SAD)
    line = report.timeline
    share = [_known(value) for value in line.shares[:, index].tolist()]
    low = [_known(value) for value in line.low[:, index].tolist()]
    high = [_known(value) for value in line.high[:, index].tolist()]
    if not any(value is not None for value in low):
        return None
    colour = LOOK_COLOURS[Emotion.SAD]
    drawn = [svg.Line(share, colour, 2.0)]
    highest = max(value for value in (*share, *high) if value is not None)
    ceiling = next(top for top in (0.25, 0.5, 1.0) if highest <= top or top == 1.0)
    return {
        "svg": svg.lines(axis, drawn, (), _LINE_HEIGHT, (low, high, colour), ceiling),
        "alt": "Line: the share of sad-looking students. Band: where the true share lies nine "
        "times in ten.",
    }


def _no_mood(report: LectureReport) -> str:
    if report.facts.policy is Policy.SELF_REPORT:
        return "Under the school's policy nothing was inferred from faces."
    if report.summary.withheld_steps:
        return "Too few students reported to show a class figure without showing one of them."
    return "No faces were seen in this lecture."


def _no_flags(report: LectureReport) -> str:
    if report.facts.policy is not Policy.INDIVIDUAL:
        return "Under the school's policy no figure of a single student is made."
    return "No check-in was suggested."


def _markers(report: LectureReport, zone: ZoneInfo) -> list[list[str]]:
    return [
        [str(number), wording.clock(local_time(marker.at, zone)), marker.label]
        for number, marker in enumerate(report.markers, start=1)
    ]


def _flag(flag: ReportFlag, zone: ZoneInfo) -> list[str]:
    outcome = outcome_words(flag.outcome)
    if not flag.shown_live:
        outcome = "found afterwards"
    elif not flag.recomputed:
        outcome = f"{outcome}; late data does not confirm it"
    return [
        flag.name,
        wording.clock(local_time(flag.raised_at, zone)),
        wording.FLAG_TITLE[flag.kind.value],
        flag.reason,
        outcome,
    ]


def _students(report: LectureReport) -> list[list[str]]:
    return [
        [
            line.name,
            wording.length(timedelta(seconds=line.observed_s)),
            wording.percent(_known(line.presence)),
            wording.percent(_known(line.attentive)),
            wording.length(timedelta(seconds=line.away_s)),
        ]
        for line in report.students
    ]
