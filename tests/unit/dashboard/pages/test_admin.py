"""The office's rooms as values: what an admin is told and offered."""

import csv
import io
import json
from dataclasses import replace
from uuid import uuid4

from contract import Policy
from contract.languages import Language
from dashboard.components import grid
from dashboard.i18n import speaking
from dashboard.pages.account import page
from dashboard.pages.admin import courses, erasure, log, people, school
from db.values import (
    AccessRecord,
    ErasureRequest,
    OpenSession,
    Role,
    School,
    Student,
    User,
)
from services.rosters.lists import Difference
from services.rosters.roster import Remark, RosterStudent
from tests.builders.pages import COURSE, LECTURE, NOW, text_of


def test_the_office_shows_that_no_policy_is_set_and_who_waits() -> None:
    said = text_of(school.layout(School("", "UTC", None), 3))
    for word in ("Not set", "AI Act", "no name yet", "Days that data is kept"):
        assert word in said
    assert '"3"' in json.dumps(
        school.layout(School("", "UTC", None), 3), default=lambda part: part.to_plotly_json()
    )


SCHOOL = School("Northbridge", "Europe/Berlin", Policy.INDIVIDUAL)


def test_nobody_is_offered_to_disable_themselves() -> None:
    me = User(uuid4(), "admin", "Jonas", Role.ADMIN, disabled=False)
    other = User(uuid4(), "maria", "Maria", Role.TEACHER, disabled=True)
    mine, theirs = people.rows([me, other], {me.id: 2}, me.id)
    assert (mine["acts"], mine["note"], mine["sessions"]) == ([], "This is you.", 2)
    assert [act for act, *_ in theirs["acts"]] == ["enable", "admin", "password"]
    assert theirs["acts"][0][1:] == ["Enable", "Enable: Maria"]
    assert (theirs["state"], theirs["kind"]) == ("Disabled", "warn")
    said = text_of(people.layout(SCHOOL, [mine, theirs], 0))
    for word in ("Maria", "Enable: Maria", "Search: People", "Add a teacher or an admin"):
        assert word in said


def test_a_course_says_who_teaches_it_and_offers_links_only_for_a_roster() -> None:
    maria = User(uuid4(), "maria", "Maria", Role.TEACHER, disabled=False)
    pupil = User(uuid4(), "kavya", "Kavya", Role.STUDENT, disabled=False)
    gone = User(uuid4(), "otto", "Otto", Role.TEACHER, disabled=True)
    taught, empty = courses.Row(COURSE, [maria], 12), courses.Row(COURSE, [], 0)
    first, second = courses.grid_rows([taught, empty])
    assert (first["teachers"], second["teachers"]) == ("Maria", "Nobody teaches it")
    assert [act for act, *_ in first["acts"]] == ["teachers", "links"]
    assert [act for act, *_ in second["acts"]] == ["teachers"]
    choice = courses.teachers(COURSE, [maria], [maria, pupil, gone])
    assert [one["label"] for one in choice.data] == ["Maria"]
    assert choice.value == [str(maria.id)]


def test_a_grid_says_everything_in_the_viewers_language_and_stands_in_a_region() -> None:
    drawn = grid.grid("some-grid", [grid.words_column("a", "A")], [{"id": "1", "a": "b"}], "Things")
    table = drawn.children[1]
    assert table.dashGridOptions["localeText"]["noMatchingRows"] == "Nothing fits the search"
    with speaking(Language.ES):
        spoken = grid.words()
    assert spoken.keys() == table.dashGridOptions["localeText"].keys()
    same = {key for key, word in grid.words().items() if spoken[key] == word}
    assert not same
    assert (drawn.role, getattr(drawn, "aria-label")) == ("region", "Things")
    assert "dash_ag_grid" in grid.script_address()


def test_a_difference_is_said_before_it_is_made() -> None:
    new = RosterStudent("Di Moss", "4", None)
    old = Student(uuid4(), COURSE.id, "Bo", "2", None)
    gone = Student(uuid4(), COURSE.id, "Cy", "3", None)
    found = Difference(
        "Algebra", COURSE, (new,), ((old, RosterStudent("Bo Lund", "2", None)),), 1, (gone,)
    )
    said = text_of(courses.preview([found]))
    for word in ("Di Moss", "Bo → Bo Lund", "not in the file; they stay", "Cy", "1 student stays"):
        assert word in said
    assert "a new course" in text_of(courses.preview([replace(found, course=None)]))
    twins = replace(found, added=(new, RosterStudent("Cy", "5", None)))
    assert "Di Moss and Cy (5)" in text_of(courses.preview([twins]))
    assert courses.imported([found, found]) == "Imported: 2 new, 2 changed, 2 as before."


def test_a_preview_says_what_was_left_out_and_what_an_id_or_address_becomes() -> None:
    bo = Student(uuid4(), COURSE.id, "Bo", None, "bo@x")
    told = Difference("Algebra", COURSE, (), ((bo, RosterStudent("Bo", "7", "b@x")),), 0, ())
    remark = Remark("Rows of {file} were left out: {lines}.", {"file": "a.csv", "lines": "3, 4"})
    said = text_of(courses.preview([told], [remark]))
    assert "Bo (7, b@x)" in said
    assert "as they are" not in said
    assert "Rows of a.csv were left out: 3, 4." in said


def test_the_log_names_whom_it_knows_and_its_file_starts_no_formula() -> None:
    entry = AccessRecord(uuid4(), NOW, "user:1", "view_students", "lecture:2", uuid4())
    (row,) = log.rows(SCHOOL, [entry], {"user:1": "Maria", "lecture:2": "Heat"})
    assert (row["when"], row["at"]) == ("2026-11-21 10:38", NOW.timestamp())
    told = [row[name] for name in ("who", "what", "object", "whose")]
    assert told == ["Maria", "Looked at single students", "Heat", "erased"]
    said = text_of(log.layout(SCHOOL, [entry], {}, [], ["view_students"], 0))
    for word in ("Access log, newest first", "The newest 500 are shown here"):
        assert word in said
    kept = replace(entry, actor="=1+1", detail={"why": "silence"})
    rows = list(csv.reader(io.StringIO(log.as_csv([kept], {"lecture:2": "Heat"}))))
    assert rows[1][1] == "'=1+1"
    assert rows[1][5] == "why: silence"
    said = dict(zip(rows[0], rows[1], strict=True))
    assert (said["object"], said["to_what"]) == ("lecture:2", "Heat")
    assert (said["did"], said["whose_data"]) == ("Looked at single students", "erased")
    assert said["more"] == "because: no data came any more"


def test_a_wish_to_be_erased_says_how_far_it_reaches() -> None:
    asked = ErasureRequest(uuid4(), uuid4(), uuid4(), LECTURE.id, NOW, None, None, None)
    rostered = text_of(erasure.layout(SCHOOL, [erasure.Asked(asked, "Ana", "Heat")]))
    assert "Everything: the roster" in rostered
    loose = erasure.Asked(replace(asked, student_id=None), "Ana", "Heat")
    assert "this one lecture" in text_of(erasure.layout(SCHOOL, [loose]))
    assert "Nobody is waiting" in text_of(erasure.layout(SCHOOL, []))


def test_ones_own_session_is_marked_and_cannot_be_ended_by_its_button() -> None:
    user = User(uuid4(), "maria", "Maria", Role.TEACHER, disabled=False)
    here, there = (
        OpenSession(uuid4(), user.id, device, NOW, NOW) for device in ("Firefox, Linux", None)
    )
    said = text_of(
        page.layout(
            user, [here, there], here.id, [], SCHOOL, password=True, provider="Northbridge ID"
        )
    )
    for word in ("This one", "Sign out A browser that did not say which", "Link Northbridge ID"):
        assert word in said
    assert "Sign out Firefox" not in said
