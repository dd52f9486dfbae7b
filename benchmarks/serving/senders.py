"""The agents of ``bench ingest``, in a process of their own: as fast as the server answers.

Reads one JSON object from standard input, makes all requests, says ``ready``, waits for a line, and
prints what the answers were as JSON.
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.serving.live_viewers import Line
from contract import uuid7

PATH = "/api/v1/observations"


@dataclass
class Sent:
    """What the answers told."""

    times_s: list[float] = field(default_factory=list)
    accepted: int = 0


def body(
    at: datetime, rows: int, model: str, faces: list[list[float]], dice: random.Random
) -> bytes:
    """A batch of so many seconds from ``at`` on, as an agent of today sends it."""
    items = [
        {
            "id": str(uuid7(second)),
            "captured_at": second.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "clock_offset_ms": 0,
            "frames": 3,
            "face_share": 1.0,
            "faces": 1,
            "probabilities": dice.choice(faces),
            "attentive": round(dice.random(), 4),
            "attentive_rule": 2,
            "attention": {
                "yaw": round(dice.uniform(-30, 30), 2),
                "pitch": round(dice.uniform(-20, 20), 2),
                "roll": 0.5,
                "eyes_open": 0.9,
            },
            "detection_score": 0.9,
            "model": model,
        }
        for second in (at + timedelta(seconds=step) for step in range(rows))
    ]
    return json.dumps({"items": items}).encode()


async def send(port: int, work: list[tuple[str, bytes]], until: float, sent: Sent) -> None:
    """One connection: a request, its answer, the next one."""
    line = await Line.open(port)
    for token, batch in work:
        began = time.perf_counter()
        if began >= until:
            return
        answer = await line.ask("POST", PATH, {"Authorization": f"Bearer {token}"}, batch)
        sent.times_s.append(time.perf_counter() - began)
        sent.accepted += answer.count(b'"accepted"')
    raise RuntimeError("The bench has run out of requests: it made too few beforehand.")


async def _run(order: dict[str, Any]) -> dict[str, Any]:
    dice = random.Random(order["seed"])  # noqa: S311 - nothing secret
    start = datetime.fromtimestamp(order["from"], tz=UTC)
    rows, tokens, connections = order["rows"], order["tokens"], order["connections"]
    work: list[list[tuple[str, bytes]]] = [[] for _ in range(connections)]
    for turn in range(order["turns"]):
        at = start + timedelta(seconds=rows * turn)
        for place, token in enumerate(tokens):
            batch = body(at, rows, order["model"], order["faces"], dice)
            work[place % connections].append((token, batch))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    sent, began = Sent(), time.perf_counter()
    until = began + order["seconds"]
    await asyncio.gather(*[send(order["port"], own, until, sent) for own in work])
    return {
        "times_s": sent.times_s,
        "accepted": sent.accepted,
        "wall_s": time.perf_counter() - began,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.loads(sys.stdin.readline())))), flush=True)
