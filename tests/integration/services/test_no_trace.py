"""Nothing of whoever is gone stands in any file, byte for byte, nor does a backup bring it back."""

import gc
import random
import sys
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, bindparam, create_engine, delete, insert, text

from contract.events import Event, EventKind
from contract.exchange import PulseMood
from contract.flags import FlagKind
from contract.ids import uuid7
from contract.languages import Language
from contract.looks import Look
from contract.policy import CourseMode
from dashboard.app import App
from dashboard.reports import render_report
from db.engine import backup
from db.engine.store import Store, open_store
from db.engine.unit_of_work import UnitOfWork, together
from db.measurements import ingest, retention
from db.people import agreements, audit, consents, courses, erasure_requests, erasures
from db.schema.tables import observations, students
from db.teaching import flags, lectures, reports
from services import erasure, my_data, restoring
from services.access import ParticipantActor, UserActor
from services.jobs.upkeep import PROOF, Upkeep, forget
from tests.builders.clock import START as NOW
from tests.builders.lecture import Sitting
from tests.builders.school import settle
from tests.builders.world import World, make_world

NAME, KEY, MAIL = "Zebulon Übermut", "K-7731-ZEB", "zebulon@north.example"
GUARDIAN, SAID = "Xanthippe Übermut", "Zebulon is ill, says the nurse"
OFFSET = 0x4D5A11BBCC
"""A value like no other: as a number in a row it is these very bytes."""


class Traces:
    """What to look for, and where it is found."""

    def __init__(self, *folders: Path, **sought: Any) -> None:
        self.folders = folders
        self.sought: dict[str, bytes] = {}
        for what, value in sought.items():
            self.seek(what, value)

    def seek(self, what: str, value: Any) -> None:
        if isinstance(value, UUID):
            self.sought[f"{what} in bytes"] = value.bytes
            self.sought[f"{what} in digits"] = value.hex.encode()
            value = str(value)
        self.sought[what] = value if isinstance(value, bytes) else str(value).encode()

    def found(self) -> dict[str, set[str]]:
        """What stands in which file."""
        held: dict[str, set[str]] = {}
        for folder in self.folders:
            for path in folder.rglob("*"):
                if not path.is_file():
                    continue
                content = path.read_bytes()
                for what, value in self.sought.items():
                    if value in content:
                        held.setdefault(what, set()).add(path.name)
        return held


def kept(school: World, student: Any) -> None:
    """All that can be stored of a student, beside what they send themselves."""
    flag = flags.raise_flag(
        school.store,
        lecture_id=student.lecture_id,
        participant_id=student.id,
        kind=FlagKind.SAD,
        raised_at=school.clock(),
        evidence={"who": NAME},
        reason=f"{NAME} looked sad",
    )
    flags.decide(
        school.store, flag.id, flags.FlagOutcome.DISMISSED, at=school.clock(),
        user_id=school.users["tara"].id, note=SAID,
    )  # fmt: skip


class Class:
    """A lecture of the roster's course that has ended with a report, and one student to look for.

    ``only_others``: the same lecture, which that student never came to.
    """

    def __init__(self, school: World, *, only_others: bool = False) -> None:
        self.school = school
        course = school.courses[CourseMode.ROSTER]
        listed = {
            name: courses.add_student(
                school.store, course.id, name, external_id=key, email=mail, now=school.clock()
            )
            for name, key, mail in [
                *((f"Other {number}", f"K-{number}", None) for number in range(6)),
                *([] if only_others else [(NAME, KEY, MAIL)]),
            ]
        }
        self.lecture = school.lecture(CourseMode.ROSTER)
        start = school.clock.now
        school.clock.forward(seconds=301)
        self.people = {
            name: school.join(self.lecture, link=school.link(student), guardian=GUARDIAN)
            if name == NAME
            else school.join(self.lecture, link=school.link(student))
            for name, student in listed.items()
        }
        self.seconds = []
        for number, (name, person) in enumerate(self.people.items()):
            items = [
                school.observation(
                    start + timedelta(seconds=second), number % 7,
                    **({"clock_offset_ms": OFFSET} if name == NAME else {}),
                )
                for second in range(0, 300, 3)
            ]  # fmt: skip
            assert person.send(items).status_code == 200
            if name == NAME:
                self.seconds = [UUID(item["id"]) for item in items]
                event = school.event(start + timedelta(seconds=4))
                assert person.send([event], "events").status_code == 200
                self.seconds.append(UUID(event["id"]))
            ingest.ingest_self_report(school.store, person.id, PulseMood.LOST, school.clock())
        school.app.board.tick(school.clock())
        if only_others:
            return
        self.student = listed[NAME]
        self.gone = consents.participant(school.store, self.people[NAME].id)
        assert self.gone is not None
        kept(school, self.gone)

    def end(self) -> None:
        lectures.end(self.school.store, self.lecture.id, self.school.clock(), timedelta())
        self.school.app.scheduler.run_due(self.school.clock.forward(minutes=5))

    def tables(self) -> Mapping[str, bytes]:
        """The newest report's, without what no two lectures have in common."""
        _, made = render_report(
            self.school.app.services, Language.EN, self.lecture.id, self.school.clock()
        )
        own = str(self.lecture.id).encode()
        return {name: table.replace(own, b"") for name, table in made.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def lesson(world: World) -> Class:
    made = Class(world)
    made.end()
    return made


@pytest.fixture
def traces(lesson: Class, folder: Path) -> Traces:
    seeking = Traces(
        folder, name=NAME, guardian=GUARDIAN, said=SAID, mail=MAIL, key=KEY,
        value=OFFSET.to_bytes(5, "big"), student=lesson.student.id, participant=lesson.gone.id,
    )  # fmt: skip
    for number, one in enumerate(lesson.seconds):
        seeking.sought[f"second {number}"] = one.bytes
    return seeking


def office(world: World) -> UserActor:
    return UserActor(world.users["ada"])


def test_nothing_of_the_erased_is_in_any_file_nor_said(
    world: World, lesson: Class, traces: Traces, capfd: pytest.CaptureFixture[str]
) -> None:
    before = set(traces.found())
    assert {"name", "value", "participant in bytes", "student in bytes", "mail", "key"} <= before
    assert {"guardian", "said", "second 0", "second 7"} <= before
    student = ParticipantActor(lesson.gone.id, lesson.lecture.id)
    asked = my_data.ask_to_be_erased(world.app.services, student, lesson.gone.id)

    erasure.grant(world.app.services, office(world), asked.id)

    # As soon as it is answered the log is empty; what pages keep goes when nobody is in the way.
    assert (Path(str(world.store.url.database) + "-wal")).stat().st_size == 0
    assert Upkeep(world.app.services).overwrite_erased(world.clock()) == 1
    assert traces.found() == {}
    world.app.scheduler.run_due(world.clock.forward(minutes=5))
    assert reports.latest(world.store, lesson.lecture.id) is not None
    assert traces.found() == {}
    told = "".join(capfd.readouterr())
    assert not [what for what, value in traces.sought.items() if value.decode("latin1") in told]
    assert NAME not in told


def test_a_lecture_is_then_what_it_were_without_them(
    world: World, lesson: Class, sqlite_template: Path, folder: Path, password_hash: str
) -> None:
    other = folder / "without"
    other.mkdir()
    (other / "store.db").write_bytes(sqlite_template.read_bytes())
    without = make_world(f"sqlite:///{other / 'store.db'}", other / "data", password_hash)
    never = Class(without, only_others=True)
    never.end()
    assert lesson.tables() != never.tables()
    erasure.erase(world.app.services, office(world), lesson.student.id)
    left, expected = lesson.tables(), never.tables()
    # A count of answers is never made anew: the difference would be what they said.
    assert b"students_who_answered" in expected["summary"]
    assert b"students_who_answered" not in left["summary"]
    assert left == expected | {"summary": _unanswered(expected["summary"])}
    without.app.close()


def _unanswered(summary: bytes) -> bytes:
    """The summary without what students said."""
    rows = summary.splitlines(keepends=True)
    return b"".join(one for one in rows if not one.startswith((b"students_who", b"said_")))


def test_nor_does_the_live_board_remember(world: World) -> None:
    lesson = Class(world)
    before = world.app.board.snapshot(lesson.lecture.id)
    assert before is not None
    assert NAME in repr(before)
    erasure.erase(world.app.services, office(world), lesson.student.id)
    world.app.board.tick(world.clock.forward(seconds=2))
    after = world.app.board.snapshot(lesson.lecture.id)
    assert after is not None
    assert NAME not in repr(after)
    assert str(lesson.gone.id) not in repr(after)


def test_nor_does_the_server_keep_them_in_mind_or_write_of_them(
    capfd: pytest.CaptureFixture[str], world: World
) -> None:
    """Caches in memory are searched object by object, the log from its first line on."""
    lesson = Class(world)
    who, student = lesson.gone.id, lesson.student.id
    own = lesson.people[NAME]
    browser, tara = world.client(), world.browser("tara")
    assert browser.get(own.recovery).status_code == 303
    for address in ("summary", "timeline", "students", "flags"):
        tara.get(f"/api/v1/lectures/{lesson.lecture.id}/{address}")
    # Whatever they are refused is written down.
    assert own.client.get("/api/v1/room", headers=own.headers).status_code in (401, 403)
    lesson.end()
    taken = tara.get(f"/api/v1/lectures/{lesson.lecture.id}/report.csv?table=students")
    assert NAME in taken.text
    sought = {NAME, KEY, MAIL, str(who), who.hex, str(student), student.hex, own.agreed["token"]}
    assert remembered(world.app, sought, {who, student})
    erasure.erase(world.app.services, office(world), student)
    assert own.send([world.observation(world.clock())]).status_code == 401
    world.app.board.tick(world.clock.forward(seconds=2))
    world.app.scheduler.run_due(world.clock.forward(minutes=5))
    assert Upkeep(world.app.services).overwrite_erased(world.clock()) in (0, 1)
    assert remembered(world.app, sought, {who, student}) == []
    told = "".join(capfd.readouterr())
    assert "refused" in told
    assert not [word for word in sought if word in told]


def remembered(app: App, words: Set[str], ids: Set[UUID]) -> list[str]:
    """Where a server holds any of them, within reach of its own objects and modules."""
    ours = ("analytics", "contract", "dashboard", "db", "services")
    modules = [vars(it) for name, it in sys.modules.items() if name.partition(".")[0] in ours]
    found: list[str] = []
    left: list[object] = [app, *modules]
    come: dict[int, tuple[object, object]] = {id(it): (it, None) for it in left}
    while left:
        one = left.pop()
        held = one in ids if isinstance(one, UUID) else any(word in _letters(one) for word in words)
        if held:
            found.append(_way(one, come))
        for part in gc.get_referents(one):
            if id(part) not in come and not _of_the_tests(part):
                come[id(part)] = (part, one)
                left.append(part)
    return found


def _of_the_tests(one: object) -> bool:
    """What leads out of the server, to whoever is looking for it."""
    home = str(getattr(one if isinstance(one, FunctionType) else type(one), "__module__", ""))
    return isinstance(one, ModuleType | FrameType) or home.startswith(("_pytest", "tests"))


def _letters(one: object) -> str:
    if isinstance(one, bytes):
        return one.decode("latin1")
    return one if isinstance(one, str) else ""


def _way(one: object, come: Mapping[int, tuple[object, object]]) -> str:
    """By which objects it is come to, for whoever must find out why it is still there."""
    steps: list[str] = []
    while one is not None:
        steps.append(type(one).__name__)
        _, one = come.get(id(one), (None, None))
    return " < ".join(steps)


def test_a_withdrawal_deletes_what_was_measured_and_keeps_that_there_was_an_agreement(
    world: World, lesson: Class, traces: Traces
) -> None:
    student = ParticipantActor(lesson.gone.id, lesson.lecture.id)
    my_data.withdraw(world.app.services, student, lesson.gone.id)
    assert (Path(str(world.store.url.database) + "-wal")).stat().st_size == 0
    Upkeep(world.app.services).overwrite_erased(world.clock())
    left = set(traces.found())
    assert not {"value", "said", *(f"second {n}" for n in range(len(lesson.seconds)))} & left
    assert len(consents.history(world.store, lesson.gone.id)) == 1


def test_what_shows_an_agreement_forgets_whose_it_was(
    world: World, lesson: Class, traces: Traces
) -> None:
    """That somebody agreed, and to what, stays as long as the lecture; who it was, for a time."""
    who, services = lesson.gone.id, world.app.services
    link = lesson.people[NAME].recovery
    my_data.withdraw(services, ParticipantActor(who, lesson.lecture.id), who)
    assert world.client().get(link).status_code == 303
    world.app.scheduler.run_due(world.clock.forward(days=PROOF.days - 1))
    assert "guardian" in traces.found()
    told = consents.participant(world.store, who)
    assert told is not None
    assert (told.name, told.student_id) == (NAME, lesson.student.id)
    world.app.scheduler.run_due(world.clock.forward(days=2))
    Upkeep(services).overwrite_erased(world.clock())
    # The roster goes on listing them, by a name of its own.
    assert "guardian" not in traces.found()
    assert consents.participant(world.store, who) == replace(told, name="", student_id=None)
    (agreed,) = consents.history(world.store, who)
    assert (agreed.choices, agreed.guardian) == (lesson.gone.choices, None)
    assert agreed.withdrawn_at is not None
    assert agreed.notice_version
    assert world.client().get(link).status_code == 403
    # A device that slept until now is told what it was told before: delete what you hold.
    late = lesson.people[NAME].send([world.observation(world.clock())])
    assert (late.status_code, "took your agreement back" in late.text) == (403, True)
    others = [consents.participant(world.store, lesson.people[f"Other {n}"].id) for n in range(6)]
    assert [one and one.name for one in others] == [f"Other {n}" for n in range(6)]


def test_a_narrower_choice_outlives_a_restored_backup(world: World, folder: Path) -> None:
    """Hidden since the backup is hidden after it, in the reports that it brings back as well."""
    lesson = Class(world)
    ana, services = lesson.people["Other 1"].id, world.app.services
    student = ParticipantActor(ana, lesson.lecture.id)

    def shown(flags: bool) -> None:
        my_data.choose(services, student, ana, flags=flags, ask_first=False, language=Language.EN)

    shown(flags=True)
    lesson.end()
    assert b"Other 1" in lesson.tables()["students"]
    copy = folder.parent / f"{folder.name}-backup.db"
    backup.backup(str(world.store.url), copy)
    world.clock.forward(days=1)
    shown(flags=False)
    beside = erasures.file_of(world.store.url)
    assert beside is not None
    new = f"sqlite:///{folder / 'restored.db'}"
    done = restoring.restore(new, copy, ledgers=[beside], clock=world.clock)
    copy.unlink()
    assert done.again == 1
    restored = open_store(new)
    found = consents.participant(restored, ana)
    assert found == consents.participant(world.store, ana)
    histories = [consents.history(store, ana) for store in (restored, world.store)]
    assert [(it.choices, it.at) for it in histories[0]] == [
        (it.choices, it.at) for it in histories[1]
    ]
    assert reports.latest(restored, lesson.lecture.id) is None, "what told of her row"
    restored.close()


def test_a_restored_backup_brings_nobody_back(
    world: World, lesson: Class, traces: Traces, folder: Path, tmp_path_factory: Any
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    copy = folder.parent / f"{folder.name}-backup.db"
    backup.backup(str(world.store.url), copy)
    erasure.erase(world.app.services, office(world), lesson.student.id)
    beside = erasures.file_of(world.store.url)
    assert beside is not None
    assert beside.stat().st_mode & 0o077 == 0

    new = f"sqlite:///{elsewhere / 'store.db'}"
    done = restoring.restore(new, copy, ledgers=[beside], clock=world.clock)
    assert (done.ledgers, done.again) == ((str(beside),), 1)
    traces.folders = (elsewhere,)
    assert traces.found() == {}
    assert not list(copy.parent.glob(f"{copy.name}.*"))
    # The ledger goes on from there: a second restore of the same needs no file from elsewhere.
    again = restoring.restore(new, copy, ledgers=(), clock=world.clock)
    assert again.again == 1
    assert len(again.ledgers) == 2
    restored = open_store(new)
    assert len(courses.roster(restored, lesson.lecture.course_id)) == 2 + 6
    assert audit.records(restored, action="erase_again", limit=1)
    restored.close()
    copy.unlink()


def test_what_came_after_a_deletion_is_not_deleted_again(sqlite_url: str, tmp_path: Path) -> None:
    """Its own ledger tells that a backup was made after it."""
    store = open_store(sqlite_url)
    sitting = Sitting.begin(store)
    ana = sitting.admitted("Ana")
    sitting.send(ana, Look.HAPPY, range(5))
    retention.delete_observations(store, ana, now=sitting.at(10), actor="ana")
    sitting.send(ana, Look.HAPPY, range(20, 25))
    backup.backup(sqlite_url, tmp_path / "copy.db")
    retention.delete_observations(store, sitting.admitted("Bo"), now=sitting.at(10), actor="bo")
    store.close()
    assert (
        restoring.restore(sqlite_url, tmp_path / "copy.db", ledgers=(), clock=lambda: NOW).again
        == 0
    )
    store = open_store(sqlite_url)
    with store.read() as connection:
        assert len(connection.execute(observations.select()).all()) == 5
    store.close()


@pytest.mark.parametrize("kind", erasures.Erased)
def test_each_kind_of_erasure_is_done_again(
    kind: erasures.Erased, sqlite_url: str, tmp_path: Path
) -> None:
    store = open_store(sqlite_url)
    sitting = Sitting.begin(store)
    ana, bo = sitting.admitted("Ana"), sitting.admitted("Bo")
    for who in (ana, bo):
        sitting.send(who, Look.HAPPY, range(5))
    narrower = agreements.TAKEN_BACK
    if kind in narrower:
        choice, narrow = narrower[kind]
        choose(store, ana, "flags", True, sitting.at(7))
        choose(store, ana, choice, not narrow, sitting.at(8))
    lectures.end(store, sitting.lecture.id, sitting.at(9), timedelta())
    backup.backup(sqlite_url, tmp_path / "copy.db")
    now = sitting.at(60)

    def withdraw(unit: UnitOfWork) -> None:
        consents.withdraw(unit, ana, now)
        retention.take_back(unit, ana, now)

    match kind:
        case erasures.Erased.PERSON:
            retention.erase_participant(store, ana, now=now, actor="x")
        case erasures.Erased.NUMBERS:
            retention.delete_observations(store, ana, now=now, actor="x")
        case erasures.Erased.AGREEMENT:
            together(store, withdraw)
        case erasures.Erased.PROOF:
            together(store, withdraw)
            retention.blank_withdrawn(store, sitting.at(70), sitting.at(80))
        case erasures.Erased.LECTURE:
            retention.prune(store, now, now=now, actor="x")
        case _:
            choose(store, ana, *narrower[kind], now)
    expected = standing(store, ana, bo), erasures.ledger(store)
    store.close()
    done = restoring.restore(
        sqlite_url, tmp_path / "copy.db", ledgers=(), clock=lambda: sitting.at(99)
    )
    # Whoever is blanked had taken the agreement back before.
    assert done.again == 1 + (kind is erasures.Erased.PROOF)
    store = open_store(sqlite_url)
    assert (standing(store, ana, bo), erasures.ledger(store)) == expected
    store.close()


def standing(store: Store, *ids: UUID) -> list[object]:
    with store.read() as connection:
        left = connection.execute(observations.select()).all()
    return [
        *(consents.participant(store, one) for one in ids),
        *(sum(row.participant_id == one for row in left) for one in ids),
        *([replace(it, id=one) for it in consents.history(store, one)] for one in ids),
    ]


def choose(store: Store, who: UUID, choice: str, answer: bool, now: datetime) -> None:
    found = consents.participant(store, who)
    assert found is not None
    chosen = found.choices.model_copy(update={choice: answer})
    consents.change_choices(store, who, chosen, notice_version="1", now=now)


def test_the_ledger_tells_nothing_and_a_wrong_one_is_refused(
    world: World, lesson: Class, tmp_path: Path
) -> None:
    erasure.erase(world.app.services, office(world), lesson.student.id)
    beside = erasures.file_of(world.store.url)
    assert beside is not None
    told = beside.read_text("utf-8")
    for word in (NAME, lesson.student.id, lesson.student.id.hex, lesson.gone.id.hex):
        assert str(word) not in told
    assert erasures.read(beside) == erasures.ledger(world.store)
    copy = tmp_path / "copy.db"
    backup.backup(str(world.store.url), copy)
    (tmp_path / "letters").write_text("dear all", encoding="utf-8")
    for file in (tmp_path / "letters", tmp_path / "none"):
        with pytest.raises(Exception, match="ledger of erasures"):
            restoring.restore(str(world.store.url), copy, ledgers=[file], clock=world.clock)


def test_pages_that_were_divided_keep_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    """Where rows are many, SQLite moves them between pages, and copies stay in the gaps."""
    sitting, rng = Sitting.begin(sqlite_store), random.Random(20261130)
    rows = [
        {
            "id": UUID(bytes=rng.randbytes(16)), "course_id": sitting.course.id,
            "name": f"Name {n:04}!" + "x" * rng.randint(0, 90), "created_at": NOW,
        }
        for n in range(2400)
    ]  # fmt: skip
    gone = [row for n, row in enumerate(rows) if n % 3]
    theirs = students.c.id.in_(bindparam("gone", expanding=True))

    def come(connection: Connection) -> None:
        for row in rows:
            connection.execute(insert(students), row)

    def go(connection: Connection) -> None:
        for first in range(0, len(gone), 40):
            ids = [row["id"] for row in gone[first : first + 40]]
            connection.execute(delete(students).where(theirs), {"gone": ids})
        erasures.note_in(connection, erasures.Erased.PERSON, ids, NOW)

    sqlite_store.write(come)
    sqlite_store.write(go)
    seeking = Traces(tmp_path, **{row["name"]: row["name"][:10] for row in gone})
    assert erasures.stale_since(sqlite_store) == NOW
    assert seeking.found(), "does SQLite leave nothing by itself now? Then this can be simpler."
    assert erasures.overwrite(sqlite_store, NOW)
    assert erasures.stale_since(sqlite_store) is None
    assert seeking.found() == {}


def test_a_reader_in_the_way_is_waited_for_by_the_next_commit(sqlite_store: Store) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana = sitting.admitted("Ana")
    log = Path(f"{sqlite_store.url.database}-wal")
    with sqlite_store.read() as connection:
        connection.execute(observations.select()).all()
        retention.erase_participant(sqlite_store, ana, now=NOW, actor="x")
        assert log.stat().st_size > 0
    audit.record(sqlite_store, actor="x", action="y", object="z", at=NOW)
    assert log.stat().st_size == 0


@pytest.fixture
def own_postgres(new_postgres_url: Any, postgres_template: str) -> Iterator[Store]:
    opened = open_store(new_postgres_url(postgres_template))
    yield opened
    opened.close()


@pytest.mark.postgres
def test_nothing_is_left_in_the_tables_of_postgresql(own_postgres: Store) -> None:
    """In the server's own log it is, until that is recycled: docs/privacy.md says so."""
    sitting = Sitting.begin(own_postgres)
    # Of a table without rows the server keeps its last samples: docs/privacy.md says that, too.
    other = courses.add_student(own_postgres, sitting.course.id, "Bo", external_id="2", now=NOW)
    sitting.send(sitting.join(other).id, Look.HAPPY, range(30))
    student = courses.add_student(own_postgres, sitting.course.id, NAME, external_id=KEY, now=NOW)
    ana = sitting.join(student)
    sitting.send(ana.id, Look.HAPPY, range(30))
    pause = Event(id=uuid7(NOW), at=NOW, kind=EventKind.PAUSED)
    ingest.ingest_events(own_postgres, ana.id, [pause], NOW)
    seeking = Traces(
        tables_of(own_postgres), name=NAME, key=KEY, student=student.id, participant=ana.id,
        event=pause.id,
    )  # fmt: skip
    administer(own_postgres, "VACUUM ANALYZE", "CHECKPOINT")
    found = set(seeking.found())
    assert {"name", "key", "student in bytes", "participant in bytes"} <= found
    retention.erase_student(own_postgres, student.id, now=NOW, actor="x")
    assert erasures.overwrite(own_postgres, NOW)
    administer(own_postgres, "CHECKPOINT")
    assert seeking.found() == {}


def tables_of(store: Store) -> Path:
    """The folder of the files in which the database's tables are."""
    with store.read() as connection:
        base = connection.execute(text("SHOW data_directory")).scalar_one()
        oid = connection.execute(
            text("SELECT oid FROM pg_database WHERE datname = current_database()")
        ).scalar_one()
    return Path(base) / "base" / str(oid)


def administer(store: Store, *statements: str) -> None:
    engine = create_engine(store.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_the_log_has_a_timer_beside_the_others(sqlite_store: Store) -> None:
    """The school says how long; requests that were answered go with it."""
    sitting = Sitting.begin(sqlite_store)
    settle(sqlite_store, retention_days=30, log_days=400)
    asked = erasure_requests.ask(sqlite_store, sitting.admitted("Ana"), NOW)
    open_one = erasure_requests.ask(sqlite_store, sitting.admitted("Bo"), NOW)
    erasure_requests.answer(
        sqlite_store, asked.id, verdict="declined", note="no", user_id=None, now=NOW
    )
    audit.record(sqlite_store, actor="x", action="view_students", object="y", at=NOW)

    def left(days: int) -> tuple[bool, bool, set[str]]:
        forget(sqlite_store, NOW + timedelta(days=days), "scheduler")
        known = [erasure_requests.request(sqlite_store, one.id) for one in (asked, open_one)]
        return *(it is not None for it in known), {it.action for it in audit.records(sqlite_store)}

    assert left(399) == (True, True, {"view_students", "prune"})
    assert left(401) == (False, True, {"prune"})
