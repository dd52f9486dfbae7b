"""The mutation suite: ``python -m tests.guards``. Each guard is taken away; its tests must fail.

It works in a copy of the tree, one guard after another, and runs only the tests that the table
names. What it found is kept, and asked again only where the guard, its file or its tests have
changed: a run that was cut off goes on where it stood. Exit code 1 where a removal is not noticed.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.builders.places import ROOT
from tests.guards.table import Guard, guards, place_of

NOTICED: Final = "noticed"
PASSES: Final = "passes"
FAILS: Final = "fails"
FILE: Final = ROOT / "build" / "guards.json"
LONGEST_S: Final = 60.0
_WITH_ALL_S: Final = 1800.0
_TESTS_FAILED: Final = 1
_BROKEN: Final = ("NameError", "SyntaxError", "ImportError", "UnboundLocalError")
"""How a change fails that breaks the program instead of taking a guard away."""


class Copy:
    """A copy of the tree, in which files are changed and put back, and tests are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Bytecode is judged by whole seconds: each change gets one of its own.
        self._second = int(time.time())
        for name in _files():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
        (folder / ".venv").symlink_to((ROOT / ".venv").resolve())

    def __enter__(self) -> Self:
        self._runner = subprocess.Popen(
            [sys.executable, str(self.folder / "tests" / "guards" / "forks.py")],
            cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        with self._runner as runner:
            if runner.stdin is not None:
                runner.stdin.close()

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.write_text(text, encoding="utf-8")
        self._second += 1
        os.utime(path, (self._second, self._second))

    def run(
        self, tests: Iterable[str], seconds: float, *options: str, changed: str | None = None
    ) -> tuple[str, set[str]]:
        """Run ``tests``: what came of it in a word, and the names of those that failed.

        ``changed``: the one file that is not as it was.
        """
        report = self.folder / "outcome.xml"
        report.unlink(missing_ok=True)
        arguments = [
            "-q", "-p", "no:cacheprovider", "--no-header", "--tb=line", "-m", "not postgres",
            "-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning",
            f"--junitxml={report}", *options, *tests,
        ]  # fmt: skip
        code = self._ask({"arguments": arguments, "seconds": seconds, "changed": changed})
        if code is None:
            return f"took more than {seconds:.0f} s", set()
        if code == 0:
            return PASSES, set()
        if code != _TESTS_FAILED or not report.exists():
            said = (self.folder / "outcome.txt").read_text(encoding="utf-8")
            return f"could not run: {said[-400:]}", set()
        return _outcome(report)

    def _ask(self, asked: dict[str, Any]) -> int | None:
        runner = self._runner
        if runner.stdin is None or runner.stdout is None:
            raise RuntimeError("The runner has no line to speak on.")
        runner.stdin.write(json.dumps(asked) + "\n")
        runner.stdin.flush()
        code: int | None = json.loads(runner.stdout.readline())["code"]
        return code


def _outcome(report: Path) -> tuple[str, set[str]]:
    failed, word = set(), FAILS
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it
        for fault in (*case.findall("failure"), *case.findall("error")):
            failed.add(case.get("name", "").partition("[")[0])
            said = fault.get("message", "")
            if fault.tag == "error" or said.startswith(_BROKEN):
                word = f"breaks the program: {said[:200]}"
    return word, failed


def judge(copy: Copy, guard: Guard) -> str:
    """``noticed``, or what came instead of it."""
    text = (copy.folder / guard.file).read_text(encoding="utf-8")
    copy.write(guard.file, guard.taken_away(text))
    try:
        alone = ["-x"] if len(guard.tests) == 1 else []
        tests = [place_of(test) for test in guard.tests]
        word, failed = copy.run(tests, LONGEST_S, *alone, changed=guard.file)
    finally:
        copy.write(guard.file, text)
    if word != FAILS:
        return word
    silent = [test for test in guard.tests if _name(test) not in failed]
    return f"passes: {', '.join(silent)}" if silent else NOTICED


class Record:
    """What has come of which guard, in a file at every moment."""

    def __init__(self, file: Path) -> None:
        self._file = file
        known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        self._kept: dict[str, dict[str, Any]] = known

    def of(self, guard: Guard) -> dict[str, Any] | None:
        """What was found of it as it stands now; None where that was not asked yet."""
        found = self._kept.get(guard.name)
        return None if found is None or found["of"] != _mark(guard, ROOT) else found

    def keep(self, name: str, mark: str, outcome: str, seconds: float) -> None:
        self._kept[name] = {"of": mark, "outcome": outcome, "seconds": round(seconds, 1)}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        half = self._file.with_suffix(".part")
        half.write_text(json.dumps(self._kept, indent=1) + "\n", encoding="utf-8")
        half.replace(self._file)


def _mark(guard: Guard, tree: Path) -> str:
    """What the answer hangs on: the guard, the file that it stands in, and its tests."""
    told = hashlib.sha256(repr(guard).encode())
    for name in (guard.file, *(place_of(test).partition("::")[0] for test in guard.tests)):
        told.update((tree / name).read_bytes())
    return told.hexdigest()


def _name(test: str) -> str:
    return test.partition("::")[2]


def _files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in sorted(set(listed.stdout.split("\0"))) if (ROOT / name).is_file()]


def _asked(words: Sequence[str]) -> list[Guard]:
    """The guards whose name or file holds one of ``words``; without any, all."""
    return [
        guard
        for guard in guards()
        if not words or any(word in guard.name or word in guard.file for word in words)
    ]


def _judge_all(asked: Sequence[Guard], record: Record) -> str | None:
    """Ask what is not known yet; a sentence where the tests cannot be run at all."""
    with tempfile.TemporaryDirectory(prefix="cp-guards-") as folder, Copy(Path(folder)) as copy:
        word, failing = copy.run(
            sorted({place_of(test) for guard in asked for test in guard.tests}), _WITH_ALL_S
        )
        if word != PASSES and not failing:
            return f"With every guard in its place: {word}"
        for number, guard in enumerate(asked, 1):
            began, mark = time.monotonic(), _mark(guard, copy.folder)
            anyway = sorted(failing.intersection(map(_name, guard.tests)))
            outcome = f"fails anyway: {', '.join(anyway)}" if anyway else judge(copy, guard)
            record.keep(guard.name, mark, outcome, time.monotonic() - began)
            print(f"{number:3}/{len(asked)}  {guard.name}: {outcome}", flush=True)
    return None


def _line(guard: Guard, record: Record) -> str:
    found = record.of(guard)
    if found is None:
        return f"         {guard.name}: not asked"
    return f"{found['seconds']:5.1f} s  {guard.name}: {found['outcome']}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.guards", description=__doc__)
    parser.add_argument("words", nargs="*", help="only guards whose name or file holds one")
    parser.add_argument("--json", type=Path, default=FILE, help="where what was found is kept")
    parser.add_argument("--anew", action="store_true", help="ask again what is known already")
    given = parser.parse_args()
    asked, record, began = _asked(given.words), Record(given.json), time.monotonic()
    open_ones = [guard for guard in asked if given.anew or record.of(guard) is None]
    if open_ones and (wrong := _judge_all(open_ones, record)):
        print(wrong)
        return 1
    missed = [guard for guard in asked if (record.of(guard) or {}).get("outcome") != NOTICED]
    for guard in missed:
        print(_line(guard, record))
    print(
        f"{len(asked) - len(missed)} of {len(asked)} removals are noticed; "
        f"{len(open_ones)} were asked now, in {time.monotonic() - began:.0f} s."
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
