"""What the report's template says by itself: its headings and the heads of its tables."""

from typing import Any

from dashboard.i18n import text


def headings() -> dict[str, Any]:
    """What ``lecture.typ`` says by itself."""
    return {
        "page": text("{n} of {total}"),
        "glance": text("At a glance"),
        "looked": text("How the class looked"),
        "attentive": text("How attentive it was"),
        "sad": text("Sad-looking students, with uncertainty"),
        "said": text("What students said"),
        "said_head": [text("Answer"), text("Students who gave it at least once")],
        "moments": text("Moments to revisit"),
        "moments_head": [text("Time"), text("What changed"), text("What to try next time")],
        "moments_note": text(
            "Changes of class figures that lasted four minutes or more, found over the whole "
            "lecture. A suggestion is a place to start, not a finding."
        ),
        "no_moments": text(
            "No change lasted four minutes or more over the whole lecture. What moved around a "
            "marker stands beside the marker."
        ),
        "next": text("For the next lesson"),
        "next_note": text("A place to start, not a finding."),
        "coverage": text("How much was seen"),
        "earlier": text("Beside earlier lectures"),
        "earlier_head": [
            text("Figure"),
            text("This lecture"),
            text("Earlier, middle"),
            text("Earlier, range"),
        ],
        "markers": text("Markers"),
        "markers_head": [
            text("No"),
            text("Time"),
            text("What the teacher noted"),
            text("Five minutes before and after"),
        ],
        "no_markers": text("No markers were set."),
        "flags": text("Check-ins"),
        "flags_head": [
            text("Student"),
            text("Time"),
            text("Why"),
            text("Evidence"),
            text("Outcome"),
        ],
        "students": text("Students"),
        "students_head": [text("Name"), text("In view"), text("Attentive"), text("Check-ins")],
        "attendance": text("Attendance"),
        "attendance_head": [
            text("Name"),
            text("Joined"),
            text("Took part"),
            text("In view"),
            text("Gaps"),
            text("Present"),
        ],
        "reading": text("How to read this report"),
        "model_head": [text("Look"), text("Seen as most people do")],
    }
