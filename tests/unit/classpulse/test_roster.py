"""Rosters of both OneRoster versions and of plain lists are read; what is wrong is named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from classpulse.roster import RosterError, RosterStudent, read_roster, store_roster
from db.store import Store

NOW = datetime(2026, 11, 21, tzinfo=UTC)


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
    with pytest.raises(RosterError, match="--course"):
        read_roster(plain)
    assert [one.name for one in read_roster(plain, "Art")["Art"]] == ["Ana", "Bo"]


def test_what_a_file_lacks_is_named(tmp_path: Path) -> None:
    wrong = write(tmp_path, students="first,last\nAna,Díaz\n") / "students.csv"
    with pytest.raises(RosterError, match=r"students\.csv .* lacks name"):
        read_roster(wrong, "Art")
    with pytest.raises(RosterError, match="cannot be read"):
        read_roster(tmp_path / "absent.csv", "Art")
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"name\n\xff\xfe\n")
    with pytest.raises(RosterError, match="UTF-8"):
        read_roster(bad, "Art")
    nameless = write(tmp_path, nameless="name\nAna\n  \n") / "nameless.csv"
    with pytest.raises(RosterError, match="line 3"):
        read_roster(nameless, "Art")


def test_classes_of_one_title_stay_one_list_without_doubles(tmp_path: Path) -> None:
    folder = one_roster(tmp_path / "r", version="1.2")
    (folder / "classes.csv").write_text("sourcedId,title\nc1,Math\nc2,Math\n", encoding="utf-8")
    (folder / "enrollments.csv").write_text(
        "classSourcedId,userSourcedId,role\nc1,u1,student\nc2,u1,student\nc2,u2,student\n",
        encoding="utf-8",
    )
    with pytest.raises(RosterError, match="two classes"):
        read_roster(folder)


def test_two_students_of_one_name_get_a_link_each(sqlite_store: Store, tmp_path: Path) -> None:
    twins = write(tmp_path, twins="name,id\nAna,1\nAna,2\n") / "twins.csv"
    done = store_roster(sqlite_store, read_roster(twins, "Art"), NOW, dry_run=False, links=True)
    links = done["courses"][0]["links"]
    assert [link["student"] for link in links] == ["Ana", "Ana"]
    assert len({link["link"] for link in links}) == 2


def test_importing_twice_adds_nobody_twice(sqlite_store: Store, tmp_path: Path) -> None:
    roster = read_roster(one_roster(tmp_path / "r", version="1.2"))
    tried = store_roster(sqlite_store, roster, NOW, dry_run=True, links=False)
    first = store_roster(sqlite_store, roster, NOW, dry_run=False, links=True)
    again = store_roster(sqlite_store, roster, NOW, dry_run=False, links=False)
    assert [run["courses"][0]["added"] for run in (tried, first, again)] == [1, 1, 0]
    assert first["courses"][0]["links"][0]["student"] == "Ana Díaz"
