"""What a report says of moments and earlier lectures: looks, no feelings, shown figures only."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.report.change_points import Advice, ChangePoint, Marker, MarkerChange
from analytics.report.comparison import compare
from contract import Look, Policy
from contract.languages import Language
from dashboard.i18n import speaking
from dashboard.reports import earlier
from dashboard.reports.change_points import (
    ADVICE,
    change_point_words,
    change_words,
    evidence,
    told_change_points,
)
from db.engine.store import Store
from db.teaching import lectures, reports
from services.reporting.earlier import earlier_figures
from tests.builders.clock import START
from tests.builders.lecture import Sitting

AT = int(START.timestamp())
NAN = float("nan")


def moment(**changes: object) -> ChangePoint:
    given = {
        "at": AT + 1080,
        "marker": Marker(AT + 1060, "group work"),
        "look": None,
        "before": 0.52,
        "after": 0.71,
        "span": (0.64, 0.77),
        "lasted_s": 720,
        "advice": Advice.AGAIN,
    }
    return ChangePoint(**given | changes)  # type: ignore[arg-type]


def test_a_moment_says_when_what_how_sure_and_what_to_try() -> None:
    (said,) = change_point_words([moment()], ZoneInfo("Europe/Berlin"))
    assert said.time == (START + timedelta(seconds=1080)).astimezone(
        ZoneInfo("Europe/Berlin")
    ).strftime("%H:%M")
    assert said.evidence == (
        "After group work, attention rose from 52 % to 71 % (likely 64 to 77 %), for 12 min."
    )
    assert said.suggestion == ADVICE[Advice.AGAIN]


def test_a_stored_table_is_read_back_for_the_page() -> None:
    table = (
        "at,seconds,marker,figure,before,after,low,high,evidence,suggestion\r\n"
        '2026-11-21T10:24:00+01:00,720,,attentive,0.8,0.5,,,"Fell, for 12 min.",Ask.\r\n'
    )
    (said,) = told_change_points(table.encode())
    assert (said.time, said.evidence, said.suggestion) == ("10:24", "Fell, for 12 min.", "Ask.")


def test_a_look_is_called_a_look_and_no_feeling() -> None:
    said = evidence(moment(look=Look.SAD, marker=None, before=0.05, after=0.22, span=(NAN, NAN)))
    assert said == "With no marker near, sad-looking rose from 5 % to 22 %, for 12 min."
    feelings = {"sad", "bored", "confused", "unhappy", "feel", "feels", "feeling"}
    for advice in Advice:
        assert not set(ADVICE[advice].lower().replace(".", "").split()) & feelings


def test_every_suggestion_is_said_in_every_language() -> None:
    said: list[list[str]] = []
    for language in Language:
        with speaking(language):
            said.append([*(ADVICE[advice] for advice in Advice), evidence(moment())])
    for sentences in zip(*said, strict=True):
        assert len(set(sentences)) == len(Language), sentences


def test_a_marker_tells_before_and_after_with_its_range() -> None:
    change = MarkerChange(
        Marker(AT, "quiz"), 0.52, 0.71, Look.HAPPY, 0.1, 0.12, attentive_span=(0.64, 0.77)
    )
    assert change_words(change) == (
        "After quiz, attention rose from 52 % to 71 % (likely 64 to 77 %)."
    )


def reported(store: Store, sitting: Sitting, days: int, summary: str, policy: Policy) -> None:
    """A lecture some days before, whose report has that summary."""
    began = START - timedelta(days=days)
    lecture = lectures.start(store, sitting.course.id, "Earlier", policy, began)
    lectures.end(store, lecture.id, began + timedelta(hours=1), timedelta(0))
    job = reports.claim(store, START, "worker")
    assert job is not None
    table = f"figure,value\r\n{summary}".encode()
    reports.complete(store, job, now=START, fingerprint="f", pdf=b"%PDF", tables={"summary": table})


def test_only_what_reports_of_the_same_kind_showed_is_compared(sqlite_store: Store) -> None:
    sitting = Sitting.begin(sqlite_store)
    same, other = Policy.INDIVIDUAL, Policy.AGGREGATE
    for days, summary, policy in (
        (1, "attentive,0.8\r\nmodel,pulse@1\r\nsad_share,0.1", same),
        (2, "attentive,0.6\r\nmodel,pulse@0\r\nsad_share,0.9", same),
        (3, "attentive,\r\nmodel,pulse@1\r\nsad_share,0.2", same),
        (4, "attentive,0.1\r\nmodel,pulse@1", other),
    ):
        reported(sqlite_store, sitting, days, summary, policy)
    found = earlier_figures(sqlite_store, sitting.lecture, "pulse@1")
    assert found == [
        {"attentive": 0.8, "sad": 0.1},
        {"attentive": 0.6},
        {"sad": 0.2},
    ]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (0.7, "Beside 2 earlier lectures, each figure lies within or near what they showed."),
        (0.9, "Beside 2 earlier lectures: attention was higher than in any of them (90 %)."),
        (0.4, "Beside 2 earlier lectures: attention was lower than in any of them (40 %)."),
    ],
)
def test_a_comparison_says_what_stands_out(now: float, said: str) -> None:
    compared = compare({"attentive": now}, [{"attentive": 0.6}, {"attentive": 0.8}])
    assert earlier.sentence(compared) == said
    assert earlier.rows(compared) == [
        ["Attentive", f"{now:.0%}".replace("%", " %"), "70 %", "60 to 80 %"]
    ]


def test_a_course_without_a_past_says_so_and_rare_looks_are_left_out() -> None:
    assert "not yet two earlier lectures" in earlier.sentence(())
    rare = compare({"disgust": 0.01}, [{"disgust": 0.0}, {"disgust": 0.02}])
    assert earlier.rows(rare) == []
    many = compare({"sad": 0.3}, [{"sad": 0.1}, {"sad": float(np.float64(0.2))}])
    assert "sad-looking faces were more common than in any (30 %)" in earlier.sentence(many)
