"""Each requirement of OWASP's standard has an answer, and what the answer names is there."""

import re
from dataclasses import dataclass
from typing import Final

import pytest

from tests.builders.places import ROOT
from tests.guards.table import guards, place_of

PAGE: Final = ROOT / "docs" / "asvs.md"
FIRST_LEVEL, SECOND_LEVEL = 70, 183
"""Requirements of ASVS 5.0.0 that each level adds."""
ROW: Final = re.compile(r"^\| ([\d.]+) \| ([12]) \| ([^|]+) \| ([^|]*) \|$", re.M)
REASON: Final = re.compile(r"^(?:Does not apply|Accepted): \S.{4,}")
NAMED: Final = re.compile(r"`guard: ([^`]+)`")
TEST: Final = re.compile(r"`(test_\w+\.py::test_\w+)`")
LINK: Final = re.compile(r"\]\(([\w.]+\.md)")


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement."""

    number: str
    level: int
    answer: str

    def wrong(self, known: set[str]) -> list[str]:
        """What is amiss with its answer, of the guards that are ``known``."""
        tests, named = TEST.findall(self.answer), NAMED.findall(self.answer)
        found = [f"no guard {name!r}" for name in named if name not in known]
        for test in tests:
            try:
                place_of(test)
            except Exception as error:  # noqa: BLE001 - said with all the others
                found.append(str(error))
        found += [f"no page {page}" for page in LINK.findall(self.answer) if not _page(page)]
        plain = LINK.search(self.answer) or REASON.match(self.answer)
        if not tests and not named and not plain:
            found.append("no answer")
        return found


def _page(name: str) -> bool:
    return (PAGE.parent / name).is_file()


def items() -> list[Item]:
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return [Item(number, int(level), answer.strip()) for number, level, _, answer in rows]


KNOWN = {guard.name for guard in guards()}


def test_no_requirement_is_left_out() -> None:
    found = items()
    assert len({item.number for item in found}) == len(found)
    assert sum(item.level == 1 for item in found) == FIRST_LEVEL
    assert sum(item.level == 2 for item in found) == SECOND_LEVEL


def test_every_requirement_has_an_answer() -> None:
    wrong = {item.number: said for item in items() if (said := item.wrong(KNOWN))}
    assert wrong == {}


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ("", "no answer"),
        ("It is met.", "no answer"),
        ("Does not apply: ", "no answer"),
        ("`guard: nobody's`", "no guard"),
        ("`test_asvs.py::test_nothing`", "names 0 tests"),
        ("[somewhere](nowhere.md#at-all)", "no page"),
        ("Does not apply: `test_asvs.py::test_nothing`", "names 0 tests"),
    ],
)
def test_an_answer_that_is_none_is_noticed(answer: str, wrong: str) -> None:
    (said,) = Item("1.1.1", 1, answer).wrong(KNOWN)
    assert wrong in said
