"""Rosters of both OneRoster versions and of plain lists are read; what is wrong is named."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.settings import Settings
from db.engine.store import Store
from db.errors import StoreError
from db.people import audit, courses
from services.access import OperatorActor
from services.context import NothingLive, Services
from services.errors import NoCourseError, RosterError
from services.rosters import files, lists, tables
from services.rosters.roster import Roster, RosterStudent
from tests.builders.card import sharp_card

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def read_roster(source: Path, course: str | None = None) -> Roster:
    return files.read_roster(source, course, today=NOW.date()).roster


def read_files(given: dict[str, bytes], course: str | None = None) -> Roster:
    return files.read_files(given, course, today=NOW.date()).roster


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def one_roster(folder: Path, *, version: str) -> Path:
    roles = ",role,orgSourcedIds" if version == "1.1" else ""
    row = ",student,o1" if version == "1.1" else ""
    return write(
        folder,
        users=f"sourcedId,givenName,familyName,email{roles}\nu1,Ana,Díaz,ana@school.example{row}\n"
        f"u2,Bo,Lund,{row}\n",
        classes="sourcedId,title\nc1,Algebra I\n",
        enrollments="sourcedId,classSourcedId,userSourcedId,role\n"
        "e1,c1,u1,student\ne2,c1,u2,teacher\n",
    )


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_one_roster_folders_are_read_by_their_headers(tmp_path: Path, version: str) -> None:
    found = read_roster(one_roster(tmp_path / "r", version=version))
    assert found == {"Algebra I": [RosterStudent("Ana Díaz", "u1", "ana@school.example")]}


def test_a_plain_list_needs_the_course_to_be_named(tmp_path: Path) -> None:
    plain = write(tmp_path, students="name\nAna\nBo\n") / "students.csv"
    with pytest.raises(NoCourseError, match="which course it lists; give the course's title"):
        read_roster(plain)
    assert [one.name for one in read_roster(plain, "Art")["Art"]] == ["Ana", "Bo"]


def test_what_a_file_lacks_is_named(tmp_path: Path) -> None:
    wrong = write(tmp_path, students="first,last\nAna,Díaz\n") / "students.csv"
    with pytest.raises(RosterError, match=r"must have the column name.* are: first, last"):
        read_roster(wrong, "Art")
    with pytest.raises(RosterError, match="cannot be read"):
        read_roster(tmp_path / "absent.csv", "Art")
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"name\n\xff\xfe\n")
    with pytest.raises(RosterError, match="UTF-8"):
        read_roster(bad, "Art")
    nameless = write(tmp_path, nameless="name,id\nAna,1\n  ,2\n") / "nameless.csv"
    with pytest.raises(RosterError, match="line 3"):
        read_roster(nameless, "Art")


OPERATOR = OperatorActor()


@pytest.fixture
def services(sqlite_store: Store) -> Services:
    """What the use cases need of a school without lectures."""
    return Services(
        store=sqlite_store,
        card=sharp_card(),
        live=NothingLive(),
        clock=lambda: NOW,
        terms=Settings().terms,
    )


def test_two_students_of_one_name_get_a_link_each(services: Services, tmp_path: Path) -> None:
    twins = write(tmp_path, twins="name,id\nAna,1\nAna,2\n") / "twins.csv"
    ((_, course),) = lists.import_roster(services, OPERATOR, read_roster(twins, "Art"))
    links = lists.personal_links(services, OPERATOR, course.id)
    assert [student.name for student, _ in links] == ["Ana", "Ana"]
    assert len({secret for _, secret in links}) == 2


def test_importing_twice_adds_nobody_twice(services: Services, tmp_path: Path) -> None:
    roster = read_roster(one_roster(tmp_path / "r", version="1.2"))
    (tried,) = lists.differences(services, OPERATOR, roster)
    assert courses.list_courses(services.store) == []
    ((first, _),) = lists.import_roster(services, OPERATOR, roster)
    ((again, course),) = lists.import_roster(services, OPERATOR, roster)
    assert [len(found.added) for found in (tried, first, again)] == [1, 1, 0]
    assert [one.name for one in courses.roster(services.store, course.id)] == ["Ana Díaz"]


def test_an_import_is_all_or_nothing(services: Services) -> None:
    fits = RosterStudent("Ana", "1", None)
    roster = {"Art": [fits], "Music": [RosterStudent(None, "2", None)]}  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        lists.import_roster(services, OPERATOR, roster)
    assert courses.list_courses(services.store) == []
    assert audit.records(services.store) == []


def test_a_difference_names_who_is_new_changed_and_not_listed(services: Services) -> None:
    first = read_files({"a.csv": b"name,id,email\nAna,1,a@x\nBo,2,\nCy,3,\n"}, "Art")
    lists.import_roster(services, OPERATOR, first)
    second = read_files({"b.csv": b"name,id,email\nAna,1,a@x\nBo Lund,2,\nDi,4,\n"}, "Art")
    (found,) = lists.differences(services, OPERATOR, second)
    assert [one.name for one in found.added] == ["Di"]
    assert [(old.name, new.name) for old, new in found.changed] == [("Bo", "Bo Lund")]
    assert [one.name for one in found.unlisted] == ["Cy"]
    assert found.same == 1
    lists.import_roster(services, OPERATOR, second)
    (again,) = lists.differences(services, OPERATOR, second)
    assert (again.added, again.changed, again.same) == ((), (), 3)
    assert [one.name for one in again.unlisted] == ["Cy"]


def zipped(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"export/{name}.csv"), text)
    return made.getvalue()


def test_an_export_may_come_as_one_archive(tmp_path: Path) -> None:
    folder = one_roster(tmp_path / "r", version="1.2")
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.csv")}
    found = read_files({"OneRoster.zip": zipped(**texts)})
    assert found == read_roster(folder)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "received –"),
        ({"a.csv": b"name\n", "b.csv": b"name\n"}, "received a.csv, b.csv"),
        ({"a.csv": b"name\nAna\n"}, "which course it lists"),
        ({"a.zip": b"PK no archive"}, "cannot be opened"),
        ({"a.zip": zipped(users="sourcedId\nu1\n", enrollments="a\n")}, "lacks classes.csv"),
        ({"enrollments.csv": b"a\n"}, "lacks users.csv"),
        ({"a.csv": b"name\n"}, "lists no student"),
        ({"a.csv": b""}, "its columns are: –"),
        ({"a.csv": b"PK\x03\x04"}, "is a spreadsheet"),
        ({"users.csv": b"sourcedId,enabledUser,givenName,familyName\n"}, "one of OneRoster's"),
    ],
    ids=lambda it: it.replace(" ", "_") if isinstance(it, str) else "",
)
def test_what_is_no_roster_is_said_in_a_sentence(files: dict[str, bytes], said: str) -> None:
    with pytest.raises(RosterError, match=said):
        read_files(files)


def test_an_archive_that_unfolds_to_too_much_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LARGEST_FILE", 10)
    with pytest.raises(RosterError, match="more than a roster should"):
        read_files({"a.zip": zipped(users="x" * 31)})
