"""Arrows point down, and only the named rooms know the named libraries."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.places import ROOT

FLOOR = {
    "contract": 1,
    "models": 2,
    "db": 2,
    "analytics": 2,
    "capture_agent": 3,
    "dashboard": 3,
    "classpulse": 4,
}
# Which rooms may import a library; every other room may not.
KEEPERS = {
    "sqlalchemy": {"db"},
    "alembic": {"db"},
    "psycopg": {"db"},
    "sqlite3": {"capture_agent", "db"},
    "keras": {"models"},
    "tensorflow": {"models"},
    "ai_edge_litert": {"models"},
    "onnxruntime": {"models"},
    "dash": {"dashboard"},
    "plotly": {"dashboard"},
    # The live bench serves a bare route beside, to tell the machine from the dashboard.
    "flask": {"dashboard", "classpulse"},
    "apscheduler": {"dashboard"},
    "typst": {"dashboard"},
    "cv2": {"capture_agent", "models", "classpulse"},
    "httpx": {"capture_agent", "classpulse"},
    "pandas": {"dashboard", "analytics", "classpulse"},
}
NO_EFFECTS = {"os", "pathlib", "io", "socket", "time", "threading", "subprocess", "logging"}


def modules(package: str) -> Iterator[Path]:
    return (ROOT / package).rglob("*.py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which room is meant"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", FLOOR)
def test_a_room_imports_only_lower_floors(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in imports(path)
        if (other := name.partition(".")[0]) in FLOOR
        and other != package
        and FLOOR[other] >= FLOOR[package]
    ]
    assert not wrong


@pytest.mark.parametrize("library", KEEPERS)
def test_a_library_stays_in_its_rooms(library: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for package in FLOOR.keys() - KEEPERS[library]
        for path in modules(package)
        for name in imports(path)
        if name.partition(".")[0] == library
    ]
    assert not wrong


def test_analytics_has_no_effects() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("analytics")
        for name in imports(path)
        if name.partition(".")[0] in NO_EFFECTS
    ]
    assert not wrong


def test_the_dashboard_knows_only_the_cards_of_the_models() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("dashboard")
        for name in imports(path)
        if name.startswith("models") and not name.startswith("models.cards")
    ]
    assert not wrong


def test_the_contract_needs_only_pydantic() -> None:
    # The settings are pydantic's own package of the same: both edges install it with the contract.
    known = sys.stdlib_module_names | {"pydantic", "pydantic_settings", "contract"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("contract")
        for name in imports(path)
        if name.partition(".")[0] not in known
    ]
    assert not wrong


def test_a_module_stays_a_room() -> None:
    """400 lines are enough for one sentence's worth of code."""
    long = {
        str(path.relative_to(ROOT)): lines
        for package in FLOOR
        for path in modules(package)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_every_module_says_its_sentence() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for package in FLOOR
        for path in modules(package)
        if path.read_text(encoding="utf-8").strip()
        and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]
    assert not silent
