"""The words of a report's attendance: who was there, how long, and why not for the rest."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from analytics.report.attendance import Attendance, Attended, Gap
from contract import Policy
from dashboard import i18n
from dashboard.i18n import Said, mark, plural, text, wording
from dashboard.reports.charts import local_time

_WHY: Final[Mapping[Gap, str]] = Said(
    {
        Gap.PAUSED: mark("paused"),
        Gap.CAMERA_LOST: mark("camera lost"),
        Gap.LEFT: mark("had left"),
        Gap.AWAY: mark("away from the camera"),
        Gap.NO_DATA: mark("no data"),
    }
)


def rows(attendance: Attendance, zone: ZoneInfo) -> list[list[str]]:
    """Of each student: name, when joined, time taking part and in view, gaps, whether present."""
    return [
        [
            one.name,
            wording.clock(local_time(one.joined_at, zone)),
            _length(one.taking_part_s) if one.camera else text("no camera"),
            _length(one.in_view_s) if one.camera else "–",
            gaps_told(one, zone) or "–",
            text("yes") if one.present else text("no"),
        ]
        for one in attendance.rows
    ]


def gaps_told(one: Attended, zone: ZoneInfo) -> str:
    """The gaps with their times and reasons, as *10:03 to 10:08 paused*."""
    told = [
        text(
            "{start} to {end} {why}",
            start=wording.clock(local_time(gap.begin, zone)),
            end=wording.clock(local_time(gap.end, zone)),
            why=_WHY[gap.why],
        )
        for gap in one.gaps
        # Of whoever only taps nothing else was to be expected.
        if one.camera
    ]
    return i18n.listing(told) if told else ""


def sentences(attendance: Attendance, policy: Policy) -> list[str]:
    """What must be said beside the table, and of those who are not in it."""
    told = []
    if attendance.rows:
        present = sum(one.present for one in attendance.rows)
        told.append(
            plural(
                "{present} of {n} student by name was present.",
                "{present} of {n} students by name were present.",
                len(attendance.rows),
                present=i18n.number(present),
            )
        )
    told += _others(attendance, policy)
    if attendance.rows:
        told.append(_counts_as_present(attendance.least))
        told.append(
            text(
                "A camera that is off is not absence: paused, or without a camera, a student still "
                "takes part. No data means that nothing is known, such as a line that was down."
            )
        )
    return told


def _others(attendance: Attendance, policy: Policy) -> list[str]:
    if attendance.others is None:
        return [text("Others took part, fewer than may be counted by themselves.")]
    if not attendance.others:
        return []
    if policy is not Policy.INDIVIDUAL:
        return [
            plural(
                "{n} student took part. The policy allows no row of a single one.",
                "{n} students took part. The policy allows no row of a single one.",
                attendance.others,
            )
        ]
    return [
        plural(
            "{n} other took part, who did not choose to be shown.",
            "{n} others took part, who did not choose to be shown.",
            attendance.others,
        )
    ]


def _counts_as_present(least: float) -> str:
    if least <= 0:
        return text("Whoever joined counts as present.")
    return text(
        "Present is who took part in {share} of the lecture or more, as the school chose; who "
        "joined without a camera counts as present, as there is nothing to measure.",
        share=wording.percent(least),
    )


def _length(seconds: int) -> str:
    return wording.length(timedelta(seconds=seconds))
