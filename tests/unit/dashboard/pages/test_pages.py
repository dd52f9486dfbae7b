"""The other pages as values: what is said in each state; addresses and words."""

import re
from dataclasses import replace
from datetime import timedelta
from importlib import resources
from uuid import uuid4

import pytest

from contract import CourseMode, Look, Policy
from dashboard.components import document, ids, shell, urls
from dashboard.i18n import wording
from dashboard.pages import ASSETS, home, signin_html
from dashboard.pages.reports import page as reports
from db.values import (
    Course,
    Report,
)
from tests.builders.pages import COURSE, LECTURE, NOW, text_of


def test_home_offers_to_start_only_what_does_not_run() -> None:
    other = Course(uuid4(), "Chemistry", CourseMode.ROSTER, "UTC")
    page = home.layout(
        name="Maria", courses=[other, COURSE], lectures=[LECTURE], policy=Policy.INDIVIDUAL, now=NOW
    )
    text = text_of(page)
    assert urls.live(LECTURE.id) in text
    assert "Start a lecture of Chemistry" in text
    assert "Start a lecture of Physics 10b" not in text
    assert text.index("Physics 10b") < text.index("Chemistry")


def test_home_says_why_nothing_can_start() -> None:
    page = home.layout(name="Maria", courses=[], lectures=[], policy=None, now=NOW)
    assert "has not set its policy" in text_of(page)
    assert "No course yet" in text_of(page)


def report_row(*, students: bool, built: bool = True) -> reports.Row:
    lecture = replace(LECTURE, ended_at=NOW)
    tables = ("flags", "markers", "students", "summary", "timeline")
    report = Report(uuid4(), lecture.id, 2, NOW, "f", 80_123, tables) if built else None
    return reports.Row(lecture, COURSE, report, None, students)


def shown(*rows: reports.Row) -> reports.Shown:
    return reports.Shown(rows, len(rows))


def test_reports_link_to_what_this_person_may_have() -> None:
    everything = text_of(reports.layout(shown(report_row(students=True)), [], []))
    assert urls.report_pdf(LECTURE.id) in everything
    assert urls.report_csv(LECTURE.id, "students") in everything
    less = text_of(reports.layout(shown(report_row(students=False)), [], []))
    assert urls.report_csv(LECTURE.id, "summary") in less
    assert "table=students" not in less
    assert "table=flags" not in less


def test_a_report_is_sorted_by_its_time_and_read_by_its_words() -> None:
    (row,) = reports.grid_rows(shown(report_row(students=True)))
    assert row["at"] == LECTURE.started_at.timestamp()
    assert (row["day"], row["span"]) == ("21 November 2026", "10:00 to 10:38")
    assert (row["seconds"], row["length"]) == (38 * 60, "38 min")
    assert row["pdf"][0][2] == "Download: Heat (PDF)"
    assert row["tables"][0][2] == "Summary: Heat (CSV)"


def test_reports_say_what_is_being_written_and_that_there_are_none() -> None:
    assert "Being written" in text_of(
        reports.layout(shown(report_row(students=True, built=False)), [], [])
    )
    assert "No report yet" in text_of(reports.layout(shown(), [], []))


def test_the_sign_in_page_escapes_what_it_repeats() -> None:
    page = signin_html('No such "<b>" name', '/live/1?a="><script>')
    assert "<script>" not in page
    assert "&lt;b&gt;" in page
    assert "<script" not in signin_html(None, "/")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (urls.live(LECTURE.id), LECTURE.id),
        (urls.live(LECTURE.id) + "/", LECTURE.id),
        ("/live/x", None),
        ("/", None),
    ],
)
def test_live_addresses(path: str, expected: object) -> None:
    assert urls.live_lecture(path) == expected


def test_join_addresses() -> None:
    assert urls.join_code(urls.join("abc234")) == "ABC234"
    assert urls.join_code("/join/") is None
    assert urls.join_code("/reports") is None


def test_the_frame_names_its_language_and_has_one_place_for_notices() -> None:
    assert '<html lang="{%language%}">' in document.INDEX
    assert text_of(shell.frame()).split().count(ids.NOTICE) == 1


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (wording.percent(0.614), "61 %"),
        (wording.percent(None), "–"),
        (wording.between(0.54, 0.67), "54 to 67 %"),
        (wording.between(0.352, 0.354), "35 %"),
        (wording.points(0.041), "+4 points"),
        (wording.points(-0.01), "−1 point"),
        (wording.points(0.001), "no change"),
        (wording.points(None), "–"),
        (wording.length(timedelta(minutes=65)), "1 h 05 min"),
        (wording.length(timedelta(seconds=-3)), "0 min"),
        (wording.students(1), "1 student"),
        (wording.listing(["a", "b", "c"]), "a, b and c"),
        (wording.listing([]), ""),
    ],
)
def test_words(said: str, expected: str) -> None:
    assert said == expected


def test_every_look_state_and_policy_has_its_words() -> None:
    assert set(wording.LOOK) == set(wording.MOOD_WORD) == set(Look)
    assert set(wording.POLICY_NAME) == set(wording.POLICY_MEANING) == set(Policy)
    assert set(wording.COURSE_MODE) == set(CourseMode)


def test_the_shipped_plotly_is_the_one_the_server_speaks_to() -> None:
    def version(head: bytes) -> str:
        found = re.search(rb"plotly\.js (?:\(.*?\) )?v([\d.]+)", head)
        assert found is not None
        return found[1].decode()

    shipped = (ASSETS / "plotly-basic.min.js").read_bytes()[:300]
    whole = resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()[:300]
    assert version(shipped) == version(whole)
