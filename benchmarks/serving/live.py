"""``bench live``: what a live lecture with many open dashboards costs a real server on loopback.

The server runs in this process, whose processor time is measured; browsers and students run in
another. All dashboards share one sign-in: a session costs the same to look up whoever's it is.
Beside it, in the same run, a bare Flask route of the same size tells what the machine can do.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import numpy as np

from benchmarks.serving.live_viewers import USER_AGENT
from benchmarks.serving.school import LOGIN, PASSWORD, joined, lecture_since, listening, opened_app
from contract import LOOKS, Observation, uuid7

if TYPE_CHECKING:
    from dashboard.app import App
    from dashboard.http.server import Server
    from db.values import Lecture

TICK_S: Final = 2.0
WARM_UP_S: Final = 6.0
"""Watched before anything is counted: every dashboard then has the whole page."""
MINUTES: Final = 65
"""How long the lecture has run when the watching begins: its second hour."""
PAST_STUDENTS: Final = 10
PAST_BUCKETS: Final = 4
_BATCH: Final = 600


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches, who sends, and for how long it is counted."""

    viewers: int
    students: int
    seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One watching: what it took from request to answer, from the server, and over the wire."""

    p50_ms: float
    p95_ms: float
    cpu_share: float
    """Processor seconds of the server's process a second, students' requests included."""
    bytes_per_viewer_minute: int
    polls: int
    told: float
    """Of the polls, how many were told anything."""

    @classmethod
    def of(cls, seen: dict[str, Any], cpu_s: float, viewers: int) -> "Seen":
        """From what the browsers' process says."""
        times, wall = np.array(seen["times_s"]) * 1000, seen["wall_s"]
        return cls(
            p50_ms=round(float(np.percentile(times, 50)), 1),
            p95_ms=round(float(np.percentile(times, 95)), 1),
            cpu_share=round(cpu_s / wall, 3),
            bytes_per_viewer_minute=round(seen["bytes"] / viewers / wall * 60),
            polls=len(times),
            told=round(seen["told"] / len(times), 3),
        )


def bench_live(
    *,
    viewers: int,
    students: int,
    seconds: float,
    seed: int,
    minutes: int = MINUTES,
    past_lectures: int = 0,
) -> dict[str, Any]:
    """The promised keys, and how it was measured.

    ``seconds``: how long is watched; ``minutes``: how long the lecture has run before. With
    ``past_lectures`` all is watched once more with so many in the store, under ``past``.
    """
    watch = Watch(viewers, students, seconds, seed)
    with tempfile.TemporaryDirectory() as folder:
        now = datetime.now(UTC).replace(microsecond=0)
        with _serving(Path(folder)) as (app, server):
            started = now - timedelta(minutes=minutes)
            lecture = lecture_since(app.store, started, now)
            tokens = _filled(app, lecture, students, now, seed)
            seen = _watched(app, server, lecture, tokens, watch)
        answer_bytes = round(seen.bytes_per_viewer_minute * TICK_S / 60)
        bare = _bare(watch, answer_bytes)
        past = _with_past(Path(folder), lecture, tokens, watch, past_lectures, started)
    return {
        "viewers": viewers,
        "students": students,
        **asdict(seen),
        "bare": bare,
        "cpu_over_bare": _ratio(seen.cpu_share, bare["cpu_share"]),
        "p95_over_bare": _ratio(seen.p95_ms, bare["p95_ms"]),
        **({} if past is None else {"past": _beside(past, seen, past_lectures)}),
        "seconds": seconds,
        "warm_up_s": WARM_UP_S,
        "lecture_minutes": minutes,
        "tick_s": TICK_S,
        "seed": seed,
    }


def _with_past(
    folder: Path,
    lecture: "Lecture",
    tokens: list[str],
    watch: Watch,
    past_lectures: int,
    until: datetime,
) -> Seen | None:
    """The same lecture, a little later, in the same store with many more in it."""
    if not past_lectures:
        return None
    from db.measurements.past import add_past_lectures

    with _serving(folder) as (app, server):
        add_past_lectures(
            app.store,
            lecture.course_id,
            past_lectures,
            students=PAST_STUDENTS,
            buckets_each=PAST_BUCKETS,
            until=until,
            model=app.services.card.model_id,
        )
        return _watched(app, server, lecture, tokens, watch)


def _beside(past: Seen, seen: Seen, lectures: int) -> dict[str, Any]:
    return {
        "lectures": lectures,
        "participants": lectures * PAST_STUDENTS,
        "buckets": lectures * PAST_STUDENTS * PAST_BUCKETS,
        **asdict(past),
        "cpu_over_without": _ratio(past.cpu_share, seen.cpu_share),
        "p95_over_without": _ratio(past.p95_ms, seen.p95_ms),
    }


def _ratio(one: float, other: float) -> float | None:
    return round(one / other, 2) if other else None


@contextmanager
def _serving(folder: Path) -> "Iterator[tuple[App, Server]]":
    app = opened_app(folder)
    try:
        with listening(app.flask) as server:
            yield app, server
    finally:
        app.close()


def _watched(
    app: "App", server: "Server", lecture: "Lecture", tokens: list[str], watch: Watch
) -> Seen:
    """The real line of ``lecture``, with its students sending."""
    from dashboard.live.feed_route import PREFIX

    app.start_background(jobs=False)
    _await_first_tick(app, lecture)
    bank = np.concatenate([app.services.card.posteriors(look) for look in LOOKS])
    drawn = np.random.default_rng(watch.seed).integers(len(bank), size=500)
    return _run_browsers(
        watch,
        port=server.port,
        path=f"{PREFIX}/{lecture.id}?since={{cursor}}&in=en",
        cookie=_signed_in(server.url),
        tokens=tokens,
        model=app.services.card.model_id,
        faces=[[float(share) for share in bank[at]] for at in drawn],
    )


def _await_first_tick(app: "App", lecture: "Lecture") -> None:
    """The first look reads and draws the whole lecture, before anybody opens its page."""
    deadline = time.monotonic() + 60
    while app.services.live.snapshot(lecture.id) is None:
        if time.monotonic() > deadline:
            raise RuntimeError("The live board has not looked at the lecture for a minute.")
        time.sleep(0.05)


def _bare(watch: Watch, answer_bytes: int) -> dict[str, Any]:
    """A Flask route that does nothing, on the same server, for as many browsers."""
    from flask import Flask

    flask = Flask("bare", static_folder=None)
    # About as much as the headers of either are besides.
    body = json.dumps({"cursor": "", "rest": "x" * max(0, answer_bytes - 200)})
    flask.add_url_rule("/bare", view_func=lambda: (body, {"Content-Type": "application/json"}))
    with listening(flask) as server:
        seen = _run_browsers(
            watch, port=server.port, path="/bare?since={cursor}", cookie="", tokens=[]
        )
    return {
        "p50_ms": seen.p50_ms,
        "p95_ms": seen.p95_ms,
        "cpu_share": seen.cpu_share,
        "bytes_per_viewer_minute": seen.bytes_per_viewer_minute,
    }


def _filled(app: "App", lecture: "Lecture", count: int, now: datetime, seed: int) -> list[str]:
    """Students who have sent an observation a second since the start; answers their tokens."""
    from db.measurements import ingest

    rng = np.random.default_rng(seed)
    span = int((now - lecture.started_at).total_seconds())
    bank = np.concatenate([app.services.card.posteriors(look) for look in LOOKS])
    tokens = []
    for number in range(count):
        participant, token = joined(app, lecture, f"Student {number + 1}")
        tokens.append(token)
        drawn = bank[rng.integers(len(bank), size=span)]
        times = [lecture.started_at + timedelta(seconds=s) for s in range(span)]
        items = [
            Observation(
                id=uuid7(at),
                captured_at=at,
                frames=2,
                face_share=1.0,
                faces=1,
                probabilities=tuple(float(share) for share in shares),  # type: ignore[arg-type]
                attentive=0.9,
                detection_score=0.9,
                model=app.services.card.model_id,
            )
            for at, shares in zip(times, drawn, strict=True)
        ]
        for first in range(0, len(items), _BATCH):
            batch = items[first : first + _BATCH]
            # Received when it was captured: the board reads on from what it has read.
            received = batch[-1].captured_at
            ingest.ingest_observations(app.store, participant, batch, received)
    return tokens


def _signed_in(url: str) -> str:
    """The cookie of a teacher's session."""
    headers = {"Origin": url, "User-Agent": USER_AGENT}
    with httpx.Client(base_url=url, headers=headers) as client:
        client.post("/signin", data={"login": LOGIN, "password": PASSWORD})
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def _run_browsers(watch: Watch, **order: Any) -> Seen:
    """Watch from another process; this process's time is counted after the warm-up."""
    order |= {
        "viewers": watch.viewers,
        "seconds": watch.seconds,
        "seed": watch.seed,
        "tick_s": TICK_S,
        "warm_up_s": WARM_UP_S,
    }
    command = [sys.executable, "-m", "benchmarks.serving.live_viewers"]
    with subprocess.Popen(  # noqa: S603 - this interpreter, a module of ours
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as viewers:
        if viewers.stdin is None or viewers.stdout is None:
            raise RuntimeError("The browsers' process has no pipes.")
        viewers.stdin.write(json.dumps(order))
        viewers.stdin.close()
        ready = viewers.stdout.readline()
        began = time.process_time()
        answer = viewers.stdout.read()
        cpu_s = time.process_time() - began
    if ready != "ready\n" or not answer:
        raise RuntimeError("The browsers' process ended early; its words are above.")
    return Seen.of(json.loads(answer), cpu_s, watch.viewers)
