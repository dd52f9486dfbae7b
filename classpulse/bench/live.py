"""``bench live``: what a live lecture with many open dashboards costs a real server on loopback.

The server runs in this process, whose processor time is measured; browsers and students run in
another. All dashboards share one sign-in: a session costs the same to look up whoever's it is.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import numpy as np

from classpulse.bench.live_viewers import USER_AGENT
from classpulse.demo.school import TEACHER, open_school, start_lecture
from contract import EMOTIONS, Choices, Observation, uuid7

if TYPE_CHECKING:
    from dashboard.app import App
    from dashboard.server import Server
    from db.values import Lecture

TICK_S: Final = 2.0
MINUTES: Final = 65
"""How long the lecture has run when the watching begins: its second hour."""
_BATCH: Final = 600


def bench_live(
    *, viewers: int, students: int, seconds: float, seed: int, minutes: int = MINUTES
) -> dict[str, Any]:
    """The promised keys, and how it was measured.

    ``seconds``: how long is watched; ``minutes``: how long the lecture has run before.
    """
    with tempfile.TemporaryDirectory() as folder, _serving(Path(folder)) as (app, server):
        now = datetime.now(UTC).replace(microsecond=0)
        school = open_school(app.store, now)
        started = now - timedelta(minutes=minutes)
        lecture = start_lecture(app.store, school, "The second hour", started)
        tokens = _filled(app, lecture, students, now, seed)
        app.start_background(jobs=False)
        seen, cpu_s = _watched(
            {
                "port": server.port,
                "cookie": _signed_in(server.url),
                "poll": _poll(server.url, lecture),
                "tokens": tokens,
                "model": app.services.card.model_id,
                "viewers": viewers,
                "seconds": seconds,
                "tick_s": TICK_S,
            }
        )
    times = np.array(seen["times_s"]) * 1000
    wall = seen["wall_s"]
    return {
        "viewers": viewers,
        "students": students,
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
        "cpu_share": round(cpu_s / wall, 3),
        "bytes_per_viewer_minute": round(seen["bytes"] / viewers / wall * 60),
        "polls": len(times),
        "seconds": round(wall, 1),
        "lecture_minutes": minutes,
        "tick_s": TICK_S,
        "seed": seed,
    }


@contextmanager
def _serving(folder: Path) -> "Iterator[tuple[App, Server]]":
    from classpulse.serving import prepared_app
    from dashboard.server import listen
    from dashboard.settings import Settings

    app = prepared_app(Settings(folder=folder, port=0))
    server = listen(app.flask, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, name="server", daemon=True)
    thread.start()
    try:
        yield app, server
    finally:
        server.close()
        thread.join(timeout=10)
        app.close()


def _filled(app: "App", lecture: "Lecture", count: int, now: datetime, seed: int) -> list[str]:
    """Students who have sent an observation a second since the start; answers their tokens."""
    from db import ingest

    rng = np.random.default_rng(seed)
    span = int((now - lecture.started_at).total_seconds())
    bank = np.concatenate([app.services.card.posteriors(look) for look in EMOTIONS])
    tokens = []
    for number in range(count):
        participant, token = _joined(app, lecture, f"Student {number + 1}")
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
            ingest.ingest_observations(app.store, participant, items[first : first + _BATCH], now)
    return tokens


def _joined(app: "App", lecture: "Lecture", name: str) -> tuple[Any, str]:
    from db import consents
    from db.secrets import mint

    ticket, token, now = mint(), mint(), lecture.started_at
    consents.issue_ticket(
        app.store,
        ticket,
        lecture_id=lecture.id,
        name=name,
        now=now,
        expires_at=now + timedelta(hours=1),
    )
    made = consents.accept(
        app.store,
        ticket=ticket,
        notice_version="1",
        choices=Choices(class_mood=True, flags=True, ask_first=False),
        guardian=None,
        token=token,
        recovery=mint(),
        now=now,
    )
    consents.admit(app.store, made.id)
    return made.id, token


def _signed_in(url: str) -> str:
    """The cookie of a teacher's session."""
    headers = {"Origin": url, "User-Agent": USER_AGENT}
    with httpx.Client(base_url=url, headers=headers) as client:
        client.post("/signin", data={"login": TEACHER.login, "password": TEACHER.password})
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def _poll(url: str, lecture: "Lecture") -> dict[str, Any]:
    """The request that an open live page makes at each tick, as the server describes it."""
    from dashboard.pages import ids

    known = httpx.get(f"{url}/_dash-dependencies").raise_for_status().json()
    (one,) = [c for c in known if [part["id"] for part in c["inputs"]] == [ids.LIVE_TICK]]
    values = {ids.LIVE_TICK: 1, ids.LIVE_LECTURE: str(lecture.id), ids.LIVE_CURSOR: None}
    outputs = [text.rpartition(".") for text in one["output"].strip(".").split("...")]
    return {
        "output": one["output"],
        "outputs": [{"id": name, "property": prop} for name, _, prop in outputs],
        "inputs": [{**part, "value": values[part["id"]]} for part in one["inputs"]],
        "state": [{**part, "value": values[part["id"]]} for part in one["state"]],
        "changedPropIds": [f"{ids.LIVE_TICK}.n_intervals"],
    }


def _watched(order: dict[str, Any]) -> tuple[dict[str, Any], float]:
    """What the browsers saw, and the processor seconds of this process meanwhile."""
    command = [sys.executable, "-m", "classpulse.bench.live_viewers"]
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
    return json.loads(answer), cpu_s
