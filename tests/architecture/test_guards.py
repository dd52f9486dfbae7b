"""The table of guards fits the code: what it would take away is there, and so are its tests.

That the tests fail without the guards is asked by ``make guards``.
"""

import ast

import pytest

from tests.builders.places import ROOT
from tests.guards.table import Guard, TableError, guards, place_of

GUARDS = guards()


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_can_be_taken_away(guard: Guard) -> None:
    text = (ROOT / guard.file).read_text(encoding="utf-8")
    without = guard.taken_away(text)
    assert without != text
    if guard.file.endswith(".py"):
        # A change that does not parse would be noticed by every test.
        ast.parse(without)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_whoever_must_notice_is_there(guard: Guard) -> None:
    assert guard.tests
    for test in guard.tests:
        place_of(test)


def test_each_guard_has_a_name_of_its_own() -> None:
    names = [guard.name for guard in GUARDS]
    assert len(names) == len(set(names)) >= 60


def test_a_line_that_is_not_so_is_told() -> None:
    guard = Guard("g", "a.py", "x", "y", ())
    assert guard.taken_away("a x b") == "a y b"
    for text in ("a b", "x x"):
        with pytest.raises(TableError, match="stands"):
            guard.taken_away(text)
    with pytest.raises(TableError, match="names 0 tests"):
        place_of("test_guards.py::test_nothing")
