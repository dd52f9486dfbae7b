"""The table of guards: a change that takes each away, and the tests that must then fail."""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.builders.places import ROOT

TABLES: Final = Path(__file__).parent
TESTS: Final = ROOT / "tests"

Function = ast.FunctionDef | ast.AsyncFunctionDef


class TableError(Exception):
    """A line of a table says what is not so."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard: where it stands, what takes it away, and who must notice that."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def taken_away(self, text: str) -> str:
        """The file without the guard. TableError where it does not stand there once."""
        found = text.count(self.old)
        if found != 1:
            raise TableError(f"{self.name}: {self.old!r} stands {found} times in {self.file}")
        return text.replace(self.old, self.new)


def guards() -> list[Guard]:
    """All guards, table by table."""
    return [guard for path in sorted(TABLES.glob("*.toml")) for guard in _read(path)]


def _read(path: Path) -> Iterator[Guard]:
    for given in tomllib.loads(path.read_text(encoding="utf-8"))["guard"]:
        tests = tuple(given.pop("tests"))
        yield Guard(**given, tests=tests)


@cache
def known_tests() -> Mapping[str, tuple[str, ...]]:
    """Where tests stand that are called ``file.py::test``: nothing is imported to know it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for name in _tests_in(ast.parse(path.read_text(encoding="utf-8")).body):
            found[f"{path.name}::{name}"].append(f"{path.relative_to(ROOT).as_posix()}::{name}")
    return {name: tuple(places) for name, places in found.items()}


def _tests_in(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, Function) and node.name.startswith("test_"):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from _tests_in(node.body)


def place_of(test: str) -> str:
    """The whole address of ``file.py::test``. TableError where there is none, or several."""
    places = known_tests().get(test, ())
    if len(places) != 1:
        raise TableError(f"{test} names {len(places)} tests")
    return places[0]
