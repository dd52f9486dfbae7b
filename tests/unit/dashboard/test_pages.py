"""Pages as values: what is said in each state, and what is never said."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from analytics.evidence import Clause, Evidence
from contract import Choices, CourseMode, Emotion, Policy, uuid7
from contract.exchange import PulseMood
from dashboard import wording
from dashboard.live_values import (
    Hidden,
    Increment,
    LivePoint,
    LiveSnapshot,
    MoodFigures,
    OpenFlag,
    StudentTile,
    Waiting,
)
from dashboard.pages import (
    ASSETS,
    account_page,
    admin,
    admin_courses,
    admin_erasure,
    admin_log,
    admin_people,
    home,
    ids,
    index,
    join,
    live,
    live_panels,
    live_parts,
    live_said,
    me,
    reports,
    shell,
    signin_html,
    tap,
    urls,
)
from dashboard.rosters import Difference, RosterStudent
from db.values import (
    AccessRecord,
    Course,
    ErasureRequest,
    Lecture,
    OpenSession,
    Participant,
    ParticipantStatus,
    PulseRow,
    PulseSpan,
    Report,
    Role,
    School,
    Student,
    User,
)

NOW = datetime(2026, 11, 21, 9, 38, tzinfo=UTC)
COURSE = Course(uuid4(), "Physics 10b", CourseMode.OPEN, "Europe/Berlin")
LECTURE = Lecture(
    uuid7(NOW), COURSE.id, "Heat", "ABC234", Policy.INDIVIDUAL, NOW - timedelta(minutes=38), None
)
SHARES = (0.02, 0.02, 0.02, 0.2, 0.08, 0.05, 0.61)
MOOD = MoodFigures(
    SHARES,
    SHARES,
    tuple(share - 0.01 for share in SHARES),
    tuple(share + 0.01 for share in SHARES),
    (0.0, 0.0, 0.0, 0.08, 0.0, 0.0, -0.08),
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


def text_of(component: Any) -> str:
    """Everything a person can read in it, and all labels."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for name, part in value.items():
                if name not in ("className", "namespace", "type", "style"):
                    walk(part)
        elif isinstance(value, list | tuple):
            for part in value:
                walk(part)

    plain = json.loads(json.dumps(component, default=lambda part: part.to_plotly_json()))
    walk(plain)
    return " ".join(found)


def test_the_strip_says_the_look_its_interval_and_the_change() -> None:
    text = text_of(live_panels.strip(SNAPSHOT))
    for said in ("Neutral", "61 % of the students, likely 60 to 62 %", "78 %", "28", " of 30"):
        assert said in text
    assert "+8 points in the share of happy-looking faces" in text


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
    assert said in text_of(live_panels.strip(snapshot))


def test_what_is_withheld_is_said_and_not_shown() -> None:
    hidden = replace(SNAPSHOT, mood=None, hidden=Hidden.TOO_FEW)
    assert wording.hidden(Hidden.TOO_FEW) in text_of(live_panels.strip(hidden))
    assert live_panels.mood_sentence(hidden) == wording.hidden(Hidden.TOO_FEW)


def test_at_most_three_check_ins_oldest_first() -> None:
    five = replace(SNAPSHOT, flags=tuple(flag(name, i) for i, name in enumerate("ABCDE")))
    text = text_of(live_panels.queue(five))
    assert all(f"Checked in: {name}" in text for name in "ABC")
    assert "Checked in: D" not in text
    assert "2 more will follow" in text
    assert wording.caveat() in text


def test_the_queue_is_quiet_when_nobody_needs_a_word() -> None:
    assert "Nobody needs a word" in text_of(live_panels.queue(replace(SNAPSHOT, flags=())))


def test_under_aggregate_there_are_no_rows_and_no_check_ins() -> None:
    lecture = replace(LECTURE, policy=Policy.AGGREGATE)
    snapshot = replace(SNAPSHOT, lecture=lecture)
    assert live_panels.tiles(snapshot) == []
    assert "Ana" not in text_of(live_panels.queue(snapshot))


def test_names_not_verified_are_said_once_or_where_they_differ() -> None:
    one = replace(SNAPSHOT.tiles[0], verified=False)
    assert "names not verified" in text_of(live_panels.tiles(replace(SNAPSHOT, tiles=(one,))))
    both = replace(SNAPSHOT, tiles=(one, replace(one, name="Ben", verified=True)))
    assert text_of(live_panels.tiles(both)).count("unverified") == 1


def test_waiting_students_have_two_named_buttons() -> None:
    snapshot = replace(SNAPSHOT, waiting=(Waiting(uuid4(), "Zoe", NOW),))
    text = text_of(live_panels.waiting(snapshot))
    assert "Admit Zoe" in text
    assert "Refuse Zoe" in text


def increment(*, reset: bool, count: int = 2) -> Increment:
    points = tuple(LivePoint(10 * i, SHARES, 0.8, 0.9, 5) for i in range(count))
    return Increment("0.2.0", reset, points, ())


def test_only_what_a_snapshot_changes_is_followed() -> None:
    first = live_parts.followed(LECTURE, COURSE, SNAPSHOT, increment(reset=True), NOW)
    assert first[ids.LIVE_MOOD]["data"][0]["y"] == [0.61, 0.61]
    later = replace(SNAPSHOT, flags=())
    second = live_parts.followed(LECTURE, COURSE, later, increment(reset=True), NOW)
    assert {name for name in first if first[name] != second[name]} == {ids.LIVE_QUEUE}


def test_times_that_traces_share_are_told_once() -> None:
    figure = live_parts.figures(increment(reset=True), ZoneInfo("UTC"))[ids.LIVE_MOOD]
    first, *others = live_parts.shared_times(figure)["data"]
    assert len(first["x"]) == 2
    assert [trace["x"] for trace in others] == [0] * 6 + [[]]


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


def test_reports_link_to_what_this_person_may_have() -> None:
    everything = text_of(reports.layout([report_row(students=True)]))
    assert urls.report_pdf(LECTURE.id) in everything
    assert urls.report_csv(LECTURE.id, "students") in everything
    less = text_of(reports.layout([report_row(students=False)]))
    assert urls.report_csv(LECTURE.id, "summary") in less
    assert "table=students" not in less
    assert "table=flags" not in less


def test_reports_say_what_is_being_written_and_that_there_are_none() -> None:
    assert "Being written" in text_of(reports.layout([report_row(students=True, built=False)]))
    assert "No report yet" in text_of(reports.layout([]))


def test_join_gives_the_exact_command_and_what_is_sent() -> None:
    text = text_of(join.layout(LECTURE, COURSE, "https://school.example"))
    assert "classpulse agent --server https://school.example --join ABC234" in text
    assert "no picture, no sound, no text" in text
    over = text_of(join.layout(replace(LECTURE, ended_at=NOW), COURSE, "https://x"))
    assert "opens nothing any more" in over
    pulse = text_of(join.layout(replace(LECTURE, policy=Policy.SELF_REPORT), COURSE, "https://x"))
    assert "classpulse agent" not in pulse
    assert "seven numbers" not in pulse


def test_the_office_shows_that_no_policy_is_set_and_who_waits() -> None:
    said = text_of(admin.layout(School("", "UTC", None), 3))
    for word in ("Not set", "AI Act", "no name yet", "Days that data is kept"):
        assert word in said
    assert '"3"' in json.dumps(
        admin.layout(School("", "UTC", None), 3), default=lambda part: part.to_plotly_json()
    )


SCHOOL = School("Northbridge", "Europe/Berlin", Policy.INDIVIDUAL)


def test_nobody_is_offered_to_disable_themselves() -> None:
    me = User(uuid4(), "admin", "Jonas", Role.ADMIN, disabled=False)
    other = User(uuid4(), "maria", "Maria", Role.TEACHER, disabled=True)
    said = text_of(admin_people.layout(SCHOOL, [me, other], {me.id: 2}, me.id, 0))
    assert "Enable: Maria" in said
    assert "Disable: Jonas" not in said
    assert "Disabled" in said


def test_a_difference_is_said_before_it_is_made() -> None:
    new = RosterStudent("Di Moss", "4", None)
    old = Student(uuid4(), COURSE.id, "Bo", "2", None)
    gone = Student(uuid4(), COURSE.id, "Cy", "3", None)
    found = Difference(
        "Algebra", COURSE, (new,), ((old, RosterStudent("Bo Lund", "2", None)),), 1, (gone,)
    )
    said = text_of(admin_courses.preview([found]))
    for word in ("Di Moss", "Bo → Bo Lund", "not in the file; they stay", "Cy", "1 student stays"):
        assert word in said
    assert "a new course" in text_of(admin_courses.preview([replace(found, course=None)]))


def test_the_log_names_whom_it_knows_and_its_file_starts_no_formula() -> None:
    entry = AccessRecord(uuid4(), NOW, "user:1", "view_students", "lecture:2", uuid4())
    said = text_of(admin_log.table(SCHOOL, [entry], {"user:1": "Maria", "lecture:2": "Heat"}))
    for word in ("2026-11-21 10:38", "Maria", "view students", "Heat", "erased"):
        assert word in said
    kept = replace(entry, actor="=1+1", detail={"why": "silence"})
    rows = list(csv.reader(io.StringIO(admin_log.as_csv([kept]))))
    assert rows[1][1] == "'=1+1"
    assert rows[1][5] == "why: silence"


def test_a_wish_to_be_erased_says_how_far_it_reaches() -> None:
    asked = ErasureRequest(uuid4(), uuid4(), uuid4(), LECTURE.id, NOW, None, None, None)
    rostered = text_of(admin_erasure.layout(SCHOOL, [admin_erasure.Asked(asked, "Ana", "Heat")]))
    assert "Everything: the roster" in rostered
    loose = admin_erasure.Asked(replace(asked, student_id=None), "Ana", "Heat")
    assert "this one lecture" in text_of(admin_erasure.layout(SCHOOL, [loose]))
    assert "Nobody is waiting" in text_of(admin_erasure.layout(SCHOOL, []))


def test_ones_own_session_is_marked_and_cannot_be_ended_by_its_button() -> None:
    user = User(uuid4(), "maria", "Maria", Role.TEACHER, disabled=False)
    here, there = (
        OpenSession(uuid4(), user.id, device, NOW, NOW) for device in ("Firefox, Linux", None)
    )
    said = text_of(
        account_page.layout(
            user, [here, there], here.id, [], SCHOOL, password=True, provider="Northbridge ID"
        )
    )
    for word in ("This one", "Sign out A browser that did not say which", "Link Northbridge ID"):
        assert word in said
    assert "Sign out Firefox" not in said


SPAN = PulseSpan(
    int(NOW.timestamp()) - 300,
    int(NOW.timestamp()),
    7,
    {PulseMood.GOOD: 3, PulseMood.OKAY: 1, PulseMood.LOST: 3},
)


def test_what_students_say_stands_apart_and_the_more_urgent_of_equals_first() -> None:
    assert live_said.panel(SNAPSHOT) == []
    said = text_of(live_said.panel(replace(SNAPSHOT, said=(SPAN, SPAN))))
    assert "no part of the figures from faces" in said
    assert "7 students answered: Going well 3, Lost 3 and Okay 1." in said
    assert "10:33 to 10:38" in said
    silent = replace(
        SNAPSHOT, lecture=replace(LECTURE, policy=Policy.SELF_REPORT), mood=None, said=(SPAN,)
    )
    strip = text_of(live_panels.strip(silent))
    assert "Lost" in strip
    assert "3 of 7 students" in strip
    empty = text_of(live_said.panel(replace(silent, said=())))
    assert "at least 5 of them" in empty


ANA = Participant(
    uuid4(), LECTURE.id, None, "Ana", ParticipantStatus.ADMITTED, False,
    Choices(class_mood=True, flags=True), NOW, None,
)  # fmt: skip


def me_page(participant: Participant = ANA, *, lecture: Lecture = LECTURE, **kept: Any) -> str:
    told = {"points": [], "seconds": 0, "pulses": (), "flags": (), "request": None, **kept}
    standing = tap.Standing(participant, lecture, COURSE, None, None)
    return text_of(me.layout(standing, me.Kept(**told), me.MayChoose(shown=True, room=True)))


def test_me_says_what_is_stored_and_what_can_be_done() -> None:
    said = me_page(points=[LivePoint(0, SHARES, None, None, 1)], seconds=1976)
    assert "1,976 seconds as numbers, no picture" in said
    assert "the class mood and check-ins by your teacher" in said
    gone = replace(ANA, withdrawn_at=NOW, status=ParticipantStatus.WITHDRAWN)
    assert "taken back at 10:38" in me_page(gone)
    assert "Open your own link" in text_of(me.stranger())


def test_me_asks_only_who_takes_part_while_it_runs() -> None:
    assert "How is it going?" in me_page()
    assert "has not admitted you yet" in me_page(replace(ANA, status=ParticipantStatus.WAITING))
    for status in (ParticipantStatus.WITHDRAWN, ParticipantStatus.REFUSED):
        assert "How is it going?" not in me_page(replace(ANA, status=status))
    assert "How is it going?" not in me_page(lecture=replace(LECTURE, ended_at=NOW))


def test_a_private_question_stands_first_and_the_last_answer_is_said() -> None:
    said = PulseRow(uuid4(), ANA.id, NOW, PulseMood.LOST)
    shown = text_of(tap.panel(tap.Standing(ANA, LECTURE, COURSE, said, uuid4())))
    assert shown.index("check in with you") < shown.index("How is it going?")
    assert "You said “I am lost” at 10:38" in shown


def test_me_tells_what_became_of_the_wish_to_be_erased() -> None:
    asked = ErasureRequest(uuid4(), ANA.id, None, LECTURE.id, NOW, None, None, None)
    assert "You asked the school on 21 November 2026" in me_page(request=asked)
    declined = replace(asked, answered_at=NOW, verdict="declined", note="An exam is open.")
    assert "did not delete it: An exam is open." in me_page(request=declined)


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
    assert '<html lang="{%language%}">' in index.INDEX
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
    assert set(wording.LOOK) == set(wording.MOOD_WORD) == set(Emotion)
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
