"""Runs pytest again and again in processes forked from one that has everything loaded already.

A script of its own, run inside the copy. A run forgets the module that has been changed and every
one that imports it, so that they are read anew. A line of JSON in is a run, one out is its end.
"""

import ast
import gc
import importlib
import json
import os
import pkgutil
import resource
import signal
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

PACKAGES: Final = ("analytics", "capture_agent", "contract", "dashboard", "db", "services")
_LOOK_S: Final = 0.02
_BUSY: Final = 10
"""How much slower a machine may be that has more to do."""

Importers = Mapping[str, Iterable[str]]


def main() -> None:
    sys.path[0] = str(Path.cwd())
    for name in [*PACKAGES, *_modules(), *(one.module for one in entry_points(group="pytest11"))]:
        # What cannot be loaded here is loaded, or missed, by who needs it.
        with suppress(Exception):
            importlib.import_module(name)
    importers = _importers()
    # What stays as it is need not be looked through by every child.
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        stale = _stale(asked["changed"], importers)
        code = _run(asked["arguments"], asked["seconds"], stale)
        print(json.dumps({"code": code}), flush=True)


def _modules() -> Iterator[str]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages([package], f"{package}."):
            # Migrations are run by their file, not by their name.
            if ".migrations." not in found.name:
                yield found.name


def _importers() -> Importers:
    """Who imports which module, of those that are loaded."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in [one for one in sys.modules if one.partition(".")[0] in PACKAGES]:
        file = getattr(sys.modules[name], "__file__", None)
        if file is not None:
            for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
                for imported in _imported(node):
                    found[imported].add(name)
    return found


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module is not None:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _stale(file: str | None, importers: Importers) -> set[str]:
    """The module of that file and all that import it, whoever passes it on."""
    if file is None:
        return set()
    waiting = [file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += importers.get(name, ())
    return found


def _run(arguments: list[str], seconds: float, stale: set[str]) -> int | None:
    """The exit code; None where it took so long of the processor's time, or far longer of ours."""
    child = os.fork()
    if child == 0:
        _be_pytest(arguments, seconds, stale)
    deadline = time.monotonic() + _BUSY * seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return None if code == -signal.SIGXCPU else code
        time.sleep(_LOOK_S)
    # With whatever it has started.
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _be_pytest(arguments: list[str], seconds: float, stale: set[str]) -> None:
    code = 1
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
        out = os.open("outcome.txt", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        for stream in (1, 2):
            os.dup2(out, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for name in stale:
            _forget(name)
        import pytest

        code = int(pytest.main(arguments))
    except BaseException:  # noqa: BLE001 - nobody else would hear of it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _forget(name: str) -> None:
    sys.modules.pop(name, None)
    package, _, last = name.rpartition(".")
    # ``from package import module`` looks there first.
    if package in sys.modules and hasattr(sys.modules[package], last):
        delattr(sys.modules[package], last)


if __name__ == "__main__":
    main()
