"""What keeps the house in order beside its arrows, which import-linter keeps: size, words, form."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.places import ROOT

FLOORS = (
    "contract", "models", "db", "analytics", "services", "capture_agent", "dashboard", "benchmarks",
    "classpulse",
)  # fmt: skip
MOST_LINES = 400
"""Of a module: enough for one sentence's worth of code."""
A_SCREEN = 60
"""Lines of a function, its docstring and the functions in it apart."""
ONCE_AND_FOR_ALL = ROOT / "db" / "migrations" / "versions"
"""Nobody touches a migration again, and so none is made shorter."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*packages: str) -> Iterator[Path]:
    for package in packages:
        found = sorted((ROOT / package).rglob("*.py"))
        assert found, package
        yield from found


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def lines(node: ast.stmt | Function) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def functions_in(node: ast.AST) -> Iterator[Function]:
    """Those that stand in ``node``, not those within them."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield child
        else:
            yield from functions_in(child)


def length(function: Function) -> int:
    """How much of a screen somebody needs who reads it."""
    docstring = lines(function.body[0]) if ast.get_docstring(function) is not None else 0
    inner = sum(
        lines(one) + one.lineno - min(it.lineno for it in [one, *one.decorator_list])
        for one in functions_in(function)
    )
    return lines(function) - docstring - inner


def imports(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def test_a_module_stays_a_room() -> None:
    counted = {path: len(path.read_text("utf-8").splitlines()) for path in modules(*FLOORS)}
    long = {str(path.relative_to(ROOT)): n for path, n in counted.items() if n > MOST_LINES}
    assert not long


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {function.name} has {length(function)} lines"
        for path in modules(*FLOORS)
        if ONCE_AND_FOR_ALL not in path.parents
        for function in ast.walk(tree(path))
        if isinstance(function, Function) and length(function) > A_SCREEN
    ]
    assert not long


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("def f():\n    return 1\n", 2),
        ("def f():\n    '''Says\n\n    much.'''\n    return 1\n", 2),
        ("def f():\n    @g\n    def h():\n        return 1\n    return h\n", 2),
        ("def f():\n    if 1:\n        def g(): ...\n    return 1\n", 3),
    ],
)
def test_a_length_is_what_is_read_at_once(code: str, count: int) -> None:
    (outer,) = functions_in(ast.parse(code))
    assert length(outer) == count


def test_every_module_says_its_sentence() -> None:
    said = {path: ast.get_docstring(tree(path)) for path in modules(*FLOORS, "scripts")}
    silent = [
        str(path.relative_to(ROOT))
        for path, words in said.items()
        if words is None or not words.partition("\n\n")[0].endswith((".", "?"))
    ]
    assert not silent


def test_no_import_hides_which_room_is_meant() -> None:
    relative = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules(*FLOORS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative


def test_every_folder_of_modules_is_a_package() -> None:
    """Else import-linter, mypy and the wheel would pass it by."""
    folders = {path.parent for path in modules(*FLOORS)}
    assert not [str(it.relative_to(ROOT)) for it in folders if not (it / "__init__.py").is_file()]


def test_the_contract_needs_only_pydantic() -> None:
    """A list of all that it may not import would never be whole, which import-linter would need."""
    known = sys.stdlib_module_names | {"pydantic", "pydantic_settings", "contract"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("contract")
        for name in imports(tree(path))
        if name.partition(".")[0] not in known
    ]
    assert not wrong
