"""Two hidden students of one block trade all their data, and no file of any version tells it.

That is the whole promise of docs/small-groups.md at once, read back from what a teacher downloads:
whoever holds each version's PDF and tables, and computes from them whatever they like, gets the
same answer for both.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from shutil import copy
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import pytest

from contract import Choices, Look, Policy
from contract.languages import Language
from dashboard.reports import render_report
from dashboard.settings import Settings
from db.engine.store import Store, open_store
from db.engine.unit_of_work import UnitOfWork, together
from db.measurements import retention
from db.people import consents, courses
from db.teaching import lectures, published_groups
from tests.builders.card import sharp_card
from tests.builders.lecture import Sitting, agree, ticket_for
from tests.builders.school import settle
from tests.unit.dashboard.reports.test_render import rows, text_of

CLASSES: Final = 2
"""Forty passed when this was written; two show that it is still so."""
LENGTH_S: Final = 1200


@dataclass(frozen=True)
class Version:
    """What can be downloaded of a lecture at one moment."""

    pdf: bytes
    tables: Mapping[str, bytes]


@dataclass
class Teaching:
    """A lecture of a class made from a seed, of which everything is downloaded all the time."""

    store: Store
    sitting: Sitting
    people: list[UUID]
    looks: list[list[Look]]
    seen: Sequence[float]
    versions: list[Version]
    acting: list[UUID]
    """of whom something is done when it is over"""

    def pair(self) -> tuple[int, int]:
        """Two of one block who did not look alike, seen all the time, and did nothing."""
        shown = published_groups.groups_of(self.store, self.sitting.lecture.id)
        held = [tuple(who in group.members for group in shown) for who in self.people]
        still = [at for at, who in enumerate(self.people) if who not in self.acting]
        for one, other in combinations(still, 2):
            in_one_block = held[one] == held[other] and any(held[one])
            usual = [max(self.looks[who], key=self.looks[who].count) for who in (one, other)]
            if (
                in_one_block
                and usual[0] is not usual[1]
                and self.seen[one] == self.seen[other] == 1
            ):
                return one, other
        raise AssertionError("No block of this class holds two who looked different.")

    def download(self, seconds: float) -> None:
        services: Any = SimpleNamespace(store=self.store, card=sharp_card(), settings=Settings())
        pdf, tables = render_report(
            services, Language.EN, self.sitting.lecture.id, self.sitting.at(seconds)
        )
        own = str(self.sitting.lecture.id).encode()
        self.versions.append(
            Version(pdf, {name: table.replace(own, b"") for name, table in tables.items()})
        )

    def withdraw(self, who: UUID, seconds: float) -> None:
        now = self.sitting.at(seconds)

        def leave(unit: UnitOfWork) -> None:
            consents.withdraw(unit, who, now)
            retention.take_back(unit, who, now)

        together(self.store, leave)

    def delete(self, who: UUID, seconds: float) -> None:
        now = self.sitting.at(seconds)
        retention.delete_observations(self.store, who, now=now, actor="x")

    def late(self, who: UUID, _: float) -> None:
        self.sitting.send(who, Look.SURPRISE, range(5, LENGTH_S, 20))

    def stop_counting(self, who: UUID, seconds: float) -> None:
        no = Choices(class_mood=False)
        now = self.sitting.at(seconds)
        consents.change_choices(self.store, who, no, notice_version="1", now=now)


def begun(store: Store, random: Random) -> Teaching:
    """A lecture under ``aggregate`` of 12 to 20 students, who usually look in a way of their own
    and are seen most of the time."""
    settle(store, Policy.AGGREGATE)
    sitting = Sitting.begin(store, Policy.AGGREGATE)
    people = []
    for number in range(random.randint(12, 20)):
        # One after the other, so that no chance decides in which order they stand.
        now = sitting.at(number)
        student = courses.add_student(store, sitting.course.id, f"Student {number}", now=now)
        ticket = ticket_for(store, sitting.lecture, now, student)
        people.append(agree(store, ticket, now, choices=Choices(class_mood=True)).id)
    looks = []
    for _ in people:
        usual = random.choice(list(Look))
        looks.append([usual if random.random() < 0.8 else Look.HAPPY for _ in range(LENGTH_S)])
    seen = [random.choice((0.8, 1.0, 1.0)) for _ in people]
    return Teaching(store, sitting, people, looks, seen, [], [])


def taught(store: Store, seed: int, takes: Mapping[int, int]) -> Teaching:
    """That class's lecture, downloaded while it runs, when it is over, and after all that
    happens then. ``takes``: who looks as somebody else did."""
    random = Random(seed)
    made = begun(store, random)
    own = [made.looks[takes.get(number, number)] for number in range(len(made.people))]
    for times in (range(0, LENGTH_S // 2, 10), range(LENGTH_S // 2, LENGTH_S, 10)):
        for who, looks, share in zip(made.people, own, made.seen, strict=True):
            sent = [second for second in times if random.random() < share]
            made.sitting.send(who, [looks[second] for second in sent], sent)
        made.download(times.stop + 31)
    lectures.end(store, made.sitting.lecture.id, made.sitting.at(LENGTH_S + 60), timedelta())
    acts = (made.withdraw, made.delete, made.late, made.stop_counting)
    made.acting = random.sample(made.people, len(acts))
    for number, who in enumerate(made.acting):
        acts[number](who, LENGTH_S + 120 + 60 * number)
        made.download(LENGTH_S + 130 + 60 * number)
    return made


@pytest.mark.parametrize("seed", range(CLASSES))
def test_no_file_of_any_version_tells_which_of_two_it_was(
    tmp_path: Path, sqlite_template: Path, seed: int
) -> None:
    @contextmanager
    def lesson(name: str, takes: Mapping[int, int]) -> Iterator[Teaching]:
        store = open_store(f"sqlite:///{copy(sqlite_template, tmp_path / name)}")
        try:
            yield taught(store, seed, takes)
        finally:
            store.close()

    with lesson("as it was", {}) as was:
        one, other = was.pair()
    with lesson("traded", {one: other, other: one}) as traded:
        assert traded.pair() == (one, other)
    assert len(was.versions) == len(traded.versions) == 6
    for before, after in zip(was.versions, traded.versions, strict=True):
        assert before.tables == after.tables
        assert text_of(before.pdf) == text_of(after.pdf)
        assert before.pdf == after.pdf, "nor do its charts"
        in_steps_of_five(before)
    if seed == 0:
        with lesson("copied", {one: other}) as copied:
            told = [it.tables for it in was.versions] != [it.tables for it in copied.versions]
            assert told, "a look that somebody else had not would be seen"


def in_steps_of_five(version: Version) -> None:
    """Each share that a file holds, also the PDF's, which is read as text."""
    told = [
        float(cell)
        for row in rows(version.tables["timeline"])
        for name, cell in row.items()
        if cell and name not in ("at", "seconds", "reporting")
    ] + [
        float(row["value"])
        for row in rows(version.tables["summary"])
        if re.search(r"_(share|low|high|raw)$|^(attentive|presence|coverage)$", row["figure"])
        and row["value"]
    ]
    assert told
    assert all(abs(20 * share - round(20 * share)) < 1e-6 for share in told)
    text = text_of(version.pdf)
    percents = [float(number) for number in re.findall(r"([\d.]+)[\s\xa0]?%", text)]
    axis = {12.5, 37.5, 62.5, 87.5}
    assert percents
    assert {number for number in percents if number % 5} <= axis
