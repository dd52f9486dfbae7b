"""What a report leaves its reader with: where to start next time, and how much was seen at all."""

from zoneinfo import ZoneInfo

from analytics.report.lecture_report import LectureReport
from contract import Policy
from dashboard import i18n
from dashboard.i18n import plural, text, wording
from dashboard.reports.change_points import change_point_words
from dashboard.reports.charts import known


def next_lesson(report: LectureReport, zone: ZoneInfo) -> list[str]:
    """Where to start in the next lesson: a suggestion each, with the times that it is for."""
    times: dict[str, list[str]] = {}
    for said in change_point_words(report.change_points, zone):
        times.setdefault(said.suggestion, []).append(said.time)
    told = [
        text("{times}: {suggestion}", times=i18n.listing(at), suggestion=suggestion)
        for suggestion, at in times.items()
    ]
    unanswered = sum(flag.outcome is None for flag in report.flags)
    if unanswered:
        told.append(
            plural(
                "{n} check-in has no answer yet: ask the student how it went.",
                "{n} check-ins have no answer yet: ask the students how it went.",
                unanswered,
            )
        )
    return told


def coverage(report: LectureReport) -> list[str]:
    """How much of the lecture, and of its students, the figures speak of."""
    if report.facts.policy is Policy.SELF_REPORT:
        return []
    summary, line = report.summary, report.timeline
    told = []
    if known(summary.coverage) is not None:
        told.append(
            text(
                "The figures speak of {share} of the students who took part, step by step.",
                share=wording.percent(known(summary.coverage)),
            )
        )
    steps, empty = len(line.starts), int((line.reporting == 0).sum())
    if steps:
        told.append(
            plural(
                "{told} of {n} step of the timeline has a figure.",
                "{told} of {n} steps of the timeline have a figure.",
                steps,
                told=i18n.number(steps - empty),
            )
        )
    if summary.withheld_steps:
        told.append(
            plural(
                "In {n} step too small a group was left out, so that nobody is shown by it.",
                "In {n} steps too small a group was left out, so that nobody is shown by it.",
                summary.withheld_steps,
            )
        )
    if summary.unknown:
        told.append(
            plural(
                "{n} second came from another version of the model and is left out of the looks.",
                "{n} seconds came from another version of the model and are left out of the looks.",
                summary.unknown,
            )
        )
    return told
