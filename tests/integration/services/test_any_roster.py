"""Whatever a list holds and however it is written: nobody is lost, merged or invented."""

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Final

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from dashboard.settings import Settings
from db.engine.store import Store
from db.people import courses
from db.values import Student
from services.access import OperatorActor
from services.acting.typed import tidy
from services.context import NothingLive, Services
from services.errors import RosterError
from services.rosters import lists
from services.rosters.files import read_files
from services.rosters.lists import Difference
from services.rosters.roster import Roster
from tests.builders.card import sharp_card

NOW: Final = datetime(2026, 11, 21, tzinfo=UTC)
OPERATOR: Final = OperatorActor()
Cells = tuple[str, str, str]
_titles = count()

# Few of each, so that ids, names and addresses meet; and whatever Unicode has.
_SEEN: Final = st.characters(exclude_categories=["Cs", "Cc"])
_NAMES: Final = st.one_of(
    st.sampled_from(["Ana", " Ana ", "Zoë Brandt", "Zoe\u0308  Brandt", "Lima, Ana", "अना"]),
    st.text(_SEEN, min_size=1, max_size=12),
    st.text(st.characters(categories=["Lo"]), min_size=195, max_size=200),
)
_IDS: Final = st.one_of(
    st.just(""), st.sampled_from(["1", "2", "03", " 2"]), st.text(_SEEN, max_size=5)
)
_EMAILS: Final = st.sampled_from(["", "", "a@x", "A@x", "b@x"])
_ROWS: Final = st.lists(st.tuples(_NAMES, _IDS, _EMAILS), min_size=1, max_size=8)


@dataclass(frozen=True)
class Writing:
    """How a program writes a list."""

    separator: str
    encoding: str
    header: Cells

    def file(self, rows: Sequence[Cells]) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.separator)
        writer.writerows([self.header, *rows, ("", "", "")])
        return text.getvalue().encode(self.encoding)


_WRITINGS: Final = st.builds(
    Writing,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([("name", "id", "email"), ("Name ", " ID", "E-mail")]),
)


@pytest.fixture
def services(store: Store) -> Services:
    """What the use cases need of a school without lectures, on each store."""
    return Services(
        store=store,
        card=sharp_card(),
        live=NothingLive(),
        clock=lambda: NOW,
        terms=Settings().terms,
    )


def listing(title: str, writing: Writing, rows: Sequence[Cells]) -> Roster | None:
    """The list as it is read; None where it is refused in a sentence."""
    try:
        return read_files({"list.csv": writing.file(rows)}, title, today=NOW.date()).roster
    except RosterError as error:
        event(error.rule[:40])
        return None


def figures(found: Difference) -> tuple[int, int, int, int]:
    return len(found.added), len(found.changed), found.same, len(found.unlisted)


def on_roster(services: Services, title: str) -> Sequence[Student]:
    found = [one for one in courses.list_courses(services.store) if one.title == title]
    return courses.roster(services.store, found[0].id) if found else ()


def people(rows: Sequence[Cells]) -> set[Cells]:
    """Who a list that is taken must mean, told without the code that reads it: one for each id,
    and one for each name with an address that no id has."""
    cells = [tuple(map(tidy, row)) for row in rows if any(cell.strip() for cell in row)]
    keyed = {(name, key, "") for name, key, _ in cells if key}
    reached = {(name, email.casefold()) for name, key, email in cells if key}
    loose = {(name, "", email.casefold()) for name, key, email in cells if not key}
    return keyed | {one for one in loose if (one[0], one[2]) not in reached}


def check_import(services: Services, title: str, roster: Roster, rows: Sequence[Cells]) -> None:
    before = {one.id: one for one in on_roster(services, title)}
    (tried,) = lists.differences(services, OPERATOR, roster)
    assert list(on_roster(services, title)) == list(before.values())
    ((made, _),) = lists.import_roster(services, OPERATOR, roster)
    after = {one.id: one for one in on_roster(services, title)}

    # The preview counted what was written.
    assert figures(tried) == figures(made)
    assert len(after) - len(before) == len(made.added)
    assert sum(after[one] != before[one] for one in before) == len(made.changed)
    # Nobody is lost or merged: everybody of the list is somebody of their own.
    wanted = people(rows)
    assert len(wanted) == sum(figures(made)[:3])
    for name, key, email in wanted:
        fitting = [
            one
            for one in after.values()
            if one.name == name
            and (not key or one.external_id == key)
            and (not email or (one.email or "").casefold() == email)
        ]
        assert fitting, (name, key, email)
    keys = [one.external_id for one in after.values() if one.external_id]
    assert len(keys) == len(set(keys))
    # Nobody is invented: who is new has the words of a row.
    known = {(name, key) for name, key, _ in (tuple(map(tidy, row)) for row in rows)}
    for one in set(after) - set(before):
        assert (after[one].name, after[one].external_id or "") in known
    # Importing again changes nothing.
    ((again, _),) = lists.import_roster(services, OPERATOR, roster)
    assert figures(again)[:2] == (0, 0)
    assert {one.id: one for one in on_roster(services, title)} == after


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(writing=_WRITINGS, first=_ROWS, second=_ROWS)
def test_an_import_neither_loses_merges_nor_invents_anybody(
    services: Services, writing: Writing, first: list[Cells], second: list[Cells]
) -> None:
    title = f"Course {next(_titles)}"
    for rows in (first, second):
        roster = listing(title, writing, rows)
        if roster is None:
            continue
        assert all(len(one.name) <= 200 for one in roster[title])
        assert all(unicodedata.is_normalized("NFC", one.name) for one in roster[title])
        check_import(services, title, roster, rows)


def test_the_same_name_in_other_words_is_the_same_student(services: Services) -> None:
    for written in ("Zoë Brandt", "Zoe\u0308\u00a0 Brandt", "\u202aZoë Brandt\u202c"):
        roster = read_files({"a.csv": f"name\n{written}\n".encode()}, "Art", today=NOW.date())
        lists.import_roster(services, OPERATOR, roster.roster)
    assert [one.name for one in on_roster(services, "Art")] == ["Zoë Brandt"]


def test_ids_and_addresses_that_come_later_go_to_who_is_there(services: Services) -> None:
    for rows in ("Ana,,\nBo,2,\n", "Ana,1,\nBo,,b@x\n", "Ana,,\nBo,2,\n"):
        text = f"name,id,email\n{rows}".encode()
        roster = read_files({"a.csv": text}, "Art", today=NOW.date()).roster
        lists.import_roster(services, OPERATOR, roster)
    found = [(one.name, one.external_id, one.email) for one in on_roster(services, "Art")]
    assert found == [("Ana", "1", None), ("Bo", "2", "b@x")]


@pytest.mark.parametrize(
    ("first", "second", "n"),
    [
        ("Ana,1,\n", "Ana,2,\n", 2),
        ("Ana,1,\nAna,2,\n", "Ana,,a@x\n", 3),
        ("Ana,,\n", "Ana,,a@x\nAna,,b@x\n", 3),
        ("Ana,,a@x\n", "Ana,,b@x\n", 2),
    ],
    ids=["two ids", "two students fit", "two rows fit", "two addresses"],
)
def test_where_a_name_is_not_enough_nobody_is_merged(
    services: Services, first: str, second: str, n: int
) -> None:
    for rows in (first, second, second):
        text = f"name,id,email\n{rows}".encode()
        roster = read_files({"a.csv": text}, "Art", today=NOW.date()).roster
        lists.import_roster(services, OPERATOR, roster)
    assert len(on_roster(services, "Art")) == n
