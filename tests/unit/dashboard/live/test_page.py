"""What the live page says in each state, and what it never says."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from analytics.flags.answered import InLife
from analytics.flags.budget import ClassDrift
from analytics.flags.evidence import Clause, Evidence
from contract import Policy
from contract.exchange import PulseMood
from contract.flags import FlagKind
from dashboard.components import ids
from dashboard.i18n import wording
from dashboard.live import page as live
from dashboard.live import panels, parts, self_reports, students
from db.values import (
    SelfReportSpan,
)
from services.live.values import (
    Hidden,
    Increment,
    LivePoint,
    LiveSnapshot,
    MarkerPoint,
    MoodFigures,
    OpenFlag,
    StudentTile,
    Waiting,
)
from tests.builders.pages import COURSE, LECTURE, NOW, SHARES, text_of

MOOD = MoodFigures(
    SHARES,
    SHARES,
    tuple(share - 0.01 for share in SHARES),
    tuple(share + 0.01 for share in SHARES),
    (0.0, 0.0, 0.0, 0.08, 0.0, 0.0, -0.08),
    28,
)


def flag(name: str, minute: int = 0) -> OpenFlag:
    evidence = Evidence(0.78, 360, 0.92, 0.97, 20.0, 0.9, Clause.RECENT)
    return OpenFlag(uuid4(), name, "sad", NOW - timedelta(minutes=9 - minute), evidence)


SNAPSHOT = LiveSnapshot(
    lecture=LECTURE,
    course=COURSE,
    sequence=1,
    as_of=NOW,
    newest=NOW - timedelta(seconds=4),
    mood=MOOD,
    hidden=None,
    attentive=0.78,
    attentive_change=0.02,
    presence=0.93,
    reporting=28,
    expected=30,
    coverage=0.9,
    tiles=(StudentTile(uuid4(), "Ana", True, "reporting", True),),
    flags=(flag("Ana"),),
    waiting=(),
    markers=(),
)


def test_the_strip_says_the_look_its_interval_and_the_change() -> None:
    text = text_of(panels.strip(SNAPSHOT))
    for said in ("Neutral", "61 % of the students, likely 60 to 62 %", "78 %", "28", " of 30"):
        assert said in text
    assert "+8 points in the share of happy-looking faces" in text


def test_every_share_has_its_interval_beside_it() -> None:
    legend = text_of(panels.legend(MOOD))
    for said in ("61 %", "60–62", "20 %", "19–21"):
        assert said in legend


def test_one_student_is_no_class() -> None:
    one = tuple(1.0 if share == max(SHARES) else 0.0 for share in SHARES)
    alone = replace(SNAPSHOT, mood=MoodFigures(one, one, one, one, None, 1))
    strip, sentence = text_of(panels.strip(alone)), panels.mood_sentence(alone)
    assert "of the one student who is seen" in strip
    assert "likely" not in strip
    assert "no figure of a class" in sentence
    assert "–1" not in text_of(panels.legend(alone.mood))


def test_an_empty_class_is_shown_its_code() -> None:
    nobody = replace(SNAPSHOT, expected=0, reporting=0, tiles=(), mood=None)
    assert "cp-nobody" in str(panels.strip(nobody))
    assert "cp-nobody" not in str(
        panels.strip(replace(nobody, waiting=(Waiting(uuid4(), "Z", NOW),)))
    )
    assert "cp-nobody" not in str(panels.strip(SNAPSHOT))


def test_who_is_not_heard_of_any_more_is_so_since_then() -> None:
    gone = replace(SNAPSHOT.tiles[0], state="no_data", since=NOW - timedelta(minutes=3))
    assert "No data since 10:35" in text_of(students.tiles(replace(SNAPSHOT, tiles=(gone,))))


def test_a_check_in_that_rests_is_counted_and_not_named() -> None:
    text = text_of(panels.queue(replace(SNAPSHOT, flags=(), resting=1)))
    assert "1 check-in rests" in text
    assert "Ana" not in text


def test_half_a_class_that_drifts_is_one_sentence_with_its_time_and_marker() -> None:
    at = int((NOW - timedelta(minutes=3)).timestamp())
    drift = ClassDrift(FlagKind.DISENGAGED, at, None, 0.6)
    marker = MarkerPoint(NOW - timedelta(minutes=5), "group work")
    said = text_of(panels.queue(replace(SNAPSHOT, drift=drift, held=6, markers=(marker,))))
    assert "Half the class or more has looked disengaged since 10:35." in said
    assert "The last marker before it: group work." in said
    assert "6 check-ins are held back" in said
    alone = text_of(panels.queue(replace(SNAPSHOT, drift=replace(drift, kind=FlagKind.SAD))))
    assert "has looked sad since 10:35" in alone
    assert "held back" not in alone


@pytest.mark.parametrize(
    ("change", "attentive", "said"),
    [
        (None, None, "known after five minutes"),
        ((0.0,) * 7, 0.01, "Steady"),
        ((0.0,) * 7, -0.12, "−12 points in the attentive index"),
    ],
)
def test_the_change_over_five_minutes(change: Any, attentive: Any, said: str) -> None:
    mood = replace(MOOD, change=change)
    snapshot = replace(SNAPSHOT, mood=mood, attentive_change=attentive)
    assert said in text_of(panels.strip(snapshot))


def test_what_is_withheld_is_said_and_not_shown() -> None:
    hidden = replace(SNAPSHOT, mood=None, hidden=Hidden.TOO_FEW)
    assert wording.hidden(Hidden.TOO_FEW) in text_of(panels.strip(hidden))
    assert panels.mood_sentence(hidden) == wording.hidden(Hidden.TOO_FEW)


def test_at_most_three_check_ins_oldest_first() -> None:
    five = replace(SNAPSHOT, flags=tuple(flag(name, i) for i, name in enumerate("ABCDE")))
    text = text_of(panels.queue(five))
    assert all(f"Checked in: {name}" in text for name in "ABC")
    assert "Checked in: D" not in text
    assert "2 more will follow" in text
    assert wording.caveat() in text


def test_the_queue_is_quiet_when_nobody_needs_a_word() -> None:
    assert "Nobody needs a word" in text_of(panels.queue(replace(SNAPSHOT, flags=())))


def test_how_often_check_ins_were_right_is_said_with_its_interval_and_whose_wishes() -> None:
    known = replace(SNAPSHOT, in_life=InLife(answered=24, right=18, wished=3))
    for snapshot in (known, replace(known, flags=())):
        text = text_of(panels.queue(snapshot))
        assert "Of 24 check-ins judged in this course so far, 18 were right: 75 %" in text
        assert "likely 59 % to 87 %" in text
        assert "3 of them are students' own wishes" in text
    narrow = replace(known, lecture=replace(LECTURE, policy=Policy.AGGREGATE))
    assert "were right" not in text_of(panels.queue(narrow))


def test_under_aggregate_there_are_no_rows_and_no_check_ins() -> None:
    lecture = replace(LECTURE, policy=Policy.AGGREGATE)
    snapshot = replace(SNAPSHOT, lecture=lecture)
    assert students.tiles(snapshot) == []
    assert "Ana" not in text_of(panels.queue(snapshot))


def test_names_not_verified_are_said_once_or_where_they_differ() -> None:
    one = replace(SNAPSHOT.tiles[0], verified=False)
    assert "names not verified" in text_of(students.tiles(replace(SNAPSHOT, tiles=(one,))))
    both = replace(SNAPSHOT, tiles=(one, replace(one, name="Ben", verified=True)))
    assert text_of(students.tiles(both)).count("unverified") == 1


def test_waiting_students_have_two_named_buttons() -> None:
    snapshot = replace(SNAPSHOT, waiting=(Waiting(uuid4(), "Zoe", NOW),))
    text = text_of(panels.waiting(snapshot))
    assert "Admit Zoe" in text
    assert "Refuse Zoe" in text


def increment(*, reset: bool, count: int = 2) -> Increment:
    points = tuple(LivePoint(10 * i, SHARES, 0.8, 0.9, 5) for i in range(count))
    return Increment("0.2.0", reset, points, ())


def test_only_what_a_snapshot_changes_is_followed() -> None:
    first = parts.followed(LECTURE, COURSE, SNAPSHOT, increment(reset=True), NOW)
    assert first[ids.LIVE_MOOD]["data"][0]["y"] == [0.61, 0.61]
    later = replace(SNAPSHOT, flags=())
    second = parts.followed(LECTURE, COURSE, later, increment(reset=True), NOW)
    assert {name for name in first if first[name] != second[name]} == {ids.LIVE_QUEUE}


def test_times_that_traces_share_are_told_once() -> None:
    figure = parts.figures(LECTURE, increment(reset=True), ZoneInfo("UTC"))[ids.LIVE_MOOD]
    first, *others = parts.shared_times(figure)["data"]
    assert len(first["x"]) == 2
    assert [trace["x"] for trace in others] == [0] * 6 + [[], []]


def test_the_page_stands_before_the_first_tick_and_after_the_end() -> None:
    nothing = Increment("", reset=False, points=(), markers=())
    starting = live.layout(LECTURE, COURSE, None, nothing, "http://x", NOW)
    assert "The first figures appear within a few seconds." in text_of(starting)
    over = live.layout(replace(LECTURE, ended_at=NOW), COURSE, None, nothing, "http://x", NOW)
    assert "This lecture has ended" in text_of(over)


def test_the_live_page_shows_the_code_its_link_and_a_qr_code() -> None:
    page = live.layout(LECTURE, COURSE, SNAPSHOT, increment(reset=True), "http://school", NOW)
    text = text_of(page)
    assert "http://school/join/ABC234" in text
    assert "data:image/svg+xml" in text
    assert "since 10:00" in text  # the school's zone


def test_no_page_ever_says_what_somebody_feels() -> None:
    page = live.layout(LECTURE, COURSE, SNAPSHOT, increment(reset=True), "http://x", NOW)
    text = text_of(page).lower()
    for never in ("is sad", "is angry", "rank", "score", "unhappy"):
        assert never not in text


SPAN = SelfReportSpan(
    int(NOW.timestamp()) - 300,
    int(NOW.timestamp()),
    7,
    {PulseMood.GOOD: 3, PulseMood.OKAY: 1, PulseMood.LOST: 3},
)


def test_what_students_say_stands_apart_and_the_more_urgent_of_equals_first() -> None:
    assert self_reports.panel(SNAPSHOT) == []
    said = text_of(self_reports.panel(replace(SNAPSHOT, said=(SPAN, SPAN))))
    assert "no part of the figures from faces" in said
    assert "7 students answered: Going well 3, Lost 3 and Okay 1." in said
    assert "10:33 to 10:38" in said
    silent = replace(
        SNAPSHOT, lecture=replace(LECTURE, policy=Policy.SELF_REPORT), mood=None, said=(SPAN,)
    )
    strip = text_of(panels.strip(silent))
    assert "Lost" in strip
    assert "3 of 7 students" in strip
    empty = text_of(self_reports.panel(replace(silent, said=())))
    assert "at least 5 of them" in empty


def test_fewer_than_five_students_are_told_of_as_fewer_than_five() -> None:
    few = replace(SNAPSHOT, reporting=None, expected=None)
    assert "under 5" in text_of(panels.strip(few))
    assert "of under" not in text_of(panels.strip(few))
    assert "under 5" in text_of(panels.strip(replace(few, expected=7)))
