"""Every act of the use cases and its line in the access log stand or fall together."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from contract.languages import Language
from contract.policy import CourseMode, Policy
from dashboard.i18n import log_words
from db.engine.store import Store
from db.errors import StoreError
from db.people import audit
from db.schema.tables import metadata
from db.teaching import lectures
from db.values import Role
from services import administration, erasure, my_data, taking_back, teaching
from services.access import OperatorActor, ParticipantActor, UserActor
from services.accounts import own
from services.rosters import courses as kept_courses
from services.rosters import enrolment, lists
from services.rosters.roster import RosterStudent
from tests.builders.world import PASSWORD, make_world

OPERATOR = OperatorActor()
Act = Callable[[Any], object]


def _teacher(world: Any) -> UserActor:
    return UserActor(world.users["tara"], frozenset(course.id for course in world.courses.values()))


def _course(world: Any) -> Any:
    return world.courses[CourseMode.OPEN]


ACTS: Mapping[str, Act] = {
    "add a user": lambda w: administration.add_user(
        w.app.services, OPERATOR, login="vera", name="Vera", role=Role.TEACHER, password=None
    ),
    "disable a user": lambda w: administration.set_disabled(
        w.app.services, OPERATOR, w.users["tara"].id, True
    ),
    "set a role": lambda w: administration.set_role(
        w.app.services, OPERATOR, w.users["tara"].id, Role.ADMIN
    ),
    "set a password": lambda w: administration.set_password(
        w.app.services, OPERATOR, w.users["tara"].id, "battery staple"
    ),
    "end sessions": lambda w: administration.end_sessions(
        w.app.services, OPERATOR, w.users["tara"].id
    ),
    "set the policy": lambda w: administration.set_policy(
        w.app.services, OPERATOR, Policy.AGGREGATE
    ),
    "set the school": lambda w: administration.set_school(
        w.app.services, OPERATOR, name="Anew", timezone="Europe/Berlin", guardian_required=True,
        retention_days=7,
    ),
    "add a course": lambda w: lists.add_course(
        w.app.services, OPERATOR, title="Art", mode=CourseMode.ROSTER
    ),
    "let somebody teach": lambda w: lists.set_teaches(
        w.app.services, OPERATOR, _course(w).id, w.users["tara"].id, teaches=False
    ),
    "import a roster": lambda w: lists.import_roster(
        w.app.services, OPERATOR, {"Art": [RosterStudent("Ana", "1", None)]}
    ),
    "give a course another title": lambda w: kept_courses.change(
        w.app.services, OPERATOR, w.courses[CourseMode.ROSTER].id, title="Art", timezone="UTC"
    ),
    "archive a course": lambda w: kept_courses.archive(
        w.app.services, OPERATOR, w.courses[CourseMode.ROSTER].id
    ),
    "bring a course back": lambda w: kept_courses.bring_back(
        w.app.services, OPERATOR, w.courses[CourseMode.ROSTER].id
    ),
    "delete a course": lambda w: kept_courses.delete(
        w.app.services, OPERATOR, w.courses[CourseMode.ROSTER].id
    ),
    "add a course with its teacher": lambda w: kept_courses.add_taught(
        w.app.services, OPERATOR, title="Art", mode=CourseMode.OPEN, teacher=w.users["tara"].id
    ),
    "put a student on a roster": lambda w: enrolment.enrol(
        w.app.services, OPERATOR, w.courses[CourseMode.ROSTER].id, name="Cy", external_id="7",
        email="",
    ),
    "put a student right": lambda w: enrolment.change(
        w.app.services, OPERATOR, w.students[0].id, name="Anna", external_id="", email=""
    ),
    "take a student off": lambda w: enrolment.take_off(
        w.app.services, OPERATOR, w.students[0].id
    ),
    "put a student back": lambda w: enrolment.put_back(
        w.app.services, OPERATOR, w.students[0].id
    ),
    "erase a whole person": lambda w: erasure.erase_all(
        w.app.services, OPERATOR, [one.id for one in w.students]
    ),
    "make a new link to the own page": lambda w: my_data.new_link(
        w.app.services, w.student, w.waiting
    ),
    "make personal links": lambda w: lists.personal_links(
        w.app.services, OPERATOR, w.courses[CourseMode.ROSTER].id
    ),
    "start a lecture": lambda w: teaching.start_lecture(
        w.app.services, _teacher(w), _course(w).id, "Fractions"
    ),
    "end a lecture": lambda w: teaching.end_lecture(
        w.app.services, _teacher(w), w.running.id
    ),
    "set a marker": lambda w: teaching.add_marker(
        w.app.services, _teacher(w), w.running.id, "Group work"
    ),
    "rename a marker": lambda w: taking_back.rename_marker(
        w.app.services, _teacher(w), w.running.id, w.marker.id, "Groups"
    ),
    "remove a marker": lambda w: taking_back.remove_marker(
        w.app.services, _teacher(w), w.running.id, w.marker.id
    ),
    "put a marker back": lambda w: taking_back.restore_marker(
        w.app.services, _teacher(w), w.running.id, w.marker.at, "Quiz"
    ),
    "take an admission back": lambda w: taking_back.wait_again(
        w.app.services, _teacher(w), w.running.id, w.waiting
    ),
    "admit": lambda w: teaching.admit(w.app.services, _teacher(w), w.running.id, w.waiting),
    "refuse": lambda w: teaching.refuse(w.app.services, _teacher(w), w.running.id, w.waiting),
    "choose": lambda w: my_data.choose(
        w.app.services, w.student, w.waiting, flags=False, ask_first=False, language=Language.EN
    ),
    "withdraw": lambda w: my_data.withdraw(w.app.services, w.student, w.waiting),
    "ask to be erased": lambda w: my_data.ask_to_be_erased(
        w.app.services, w.student, w.waiting
    ),
    "delete own numbers": lambda w: my_data.erase(w.app.services, w.student, w.waiting),
    "erase": lambda w: erasure.erase(w.app.services, OPERATOR, w.waiting),
    "change the password": lambda w: own.change_password(
        w.app.services, _teacher(w), PASSWORD, "battery staple"
    ),
}  # fmt: skip


@pytest.fixture
def scene(store_url: str, tmp_path: Path, password_hash: str) -> Iterator[Any]:
    """A school with a running open lecture at whose door one student waits."""
    world: Any = make_world(store_url, tmp_path, password_hash)
    services = world.app.services
    world.running = teaching.start_lecture(services, _teacher(world), _course(world).id, "Now")
    world.marker = lectures.add_marker(
        world.store, world.running.id, at=world.clock(), label="Quiz", user_id=None
    )
    world.waiting = world.join(world.running, name="Ana").id
    world.student = ParticipantActor(world.waiting, world.running.id)
    yield world
    world.app.close()


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_act_is_on_record(scene: Any, act: Act) -> None:
    before = len(audit.records(scene.store))
    act(scene)
    written = audit.records(scene.store)
    assert len(written) > before
    for line in written:
        assert log_words.what(line) != line.action.replace("_", " "), "the log has no words for it"
        assert not re.search(r"[0-9a-f]{8}-|_", log_words.more(line, {}))


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_cannot_be_recorded_does_not_happen(scene: Any, act: Act) -> None:
    before = _everything(scene.store)
    with _lines_refused(scene.store), pytest.raises(StoreError):
        act(scene)
    assert _everything(scene.store) == before


@contextmanager
def _lines_refused(store: Store) -> Iterator[None]:
    """The database itself refuses every further line of the access log."""
    refuse, again = {
        "sqlite": (
            "CREATE TRIGGER refuse BEFORE INSERT ON access_log "
            "BEGIN SELECT RAISE(ABORT, 'no more lines'); END",
            "DROP TRIGGER refuse",
        ),
        "postgresql": (
            "ALTER TABLE access_log ADD CONSTRAINT refuse CHECK (false) NOT VALID",
            "ALTER TABLE access_log DROP CONSTRAINT refuse",
        ),
    }[store.kind]
    store.write(lambda connection: connection.execute(text(refuse)))
    try:
        yield
    finally:
        store.write(lambda connection: connection.execute(text(again)))


def _everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with store.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(table.select()).all()), key=repr)
            for table in metadata.sorted_tables
        }
