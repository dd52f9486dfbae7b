"""The browsers and students of ``bench live``, in a process of their own.

They speak HTTP/1.1 over sockets themselves: a client library would cost more than the server. Reads
one JSON object from standard input; says ``ready`` once all have the whole page, then prints what
they saw as JSON.
"""

import asyncio
import json
import sys
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from contract import Observation, uuid7
from contract.emotions import EMOTIONS

SEND_EVERY_S: Final = 5.0
USER_AGENT: Final = "classpulse-bench"
"""One name to sign in and to watch: a session that changes browsers is marked at each request."""
_GZIP: Final = 16 + zlib.MAX_WBITS


class AnswerError(RuntimeError):
    """The server answered something else than the bench asked for."""


@dataclass
class Line:
    """One connection that is kept open, and what came over it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    host: str
    received: int = 0

    @classmethod
    async def open(cls, port: int) -> "Line":
        """Connect to the server on loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port), f"127.0.0.1:{port}")

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        """Post JSON; answers the body. Raises AnswerError unless the status is 2xx."""
        lines = [f"POST {path} HTTP/1.1", f"Host: {self.host}", "Content-Type: application/json"]
        lines += ["Accept-Encoding: gzip", f"User-Agent: {USER_AGENT}"]
        lines += [f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status, _, rest = head.decode("latin-1").partition("\r\n")
        given = dict(line.lower().split(": ", 1) for line in rest.splitlines() if ": " in line)
        answer = await self.reader.readexactly(int(given.get("content-length", "0")))
        self.received += len(head) + len(answer)
        if given.get("content-encoding") == "gzip":
            answer = zlib.decompress(answer, _GZIP)
        if not status.split()[1].startswith("2"):
            raise AnswerError(f"{path} answered {status!r}: {answer[:300]!r}")
        return answer


class Viewer:
    """One open dashboard: asks every tick with its own cursor."""

    def __init__(self, line: Line, order: dict[str, Any]) -> None:
        self._line = line
        self._order = order
        self._cursor: Any = None
        self.times: list[float] = []

    async def poll(self) -> None:
        """One tick."""
        request = dict(self._order["poll"])
        request["state"] = [
            {**part, "value": self._cursor if part["id"] == "live-cursor" else part["value"]}
            for part in request["state"]
        ]
        headers = {"Cookie": self._order["cookie"], "Origin": f"http://{self._line.host}"}
        body = json.dumps(request).encode()
        began = time.perf_counter()
        answer = await self._line.post("/_dash-update-component", body, headers)
        self.times.append(time.perf_counter() - began)
        self._cursor = json.loads(answer)["response"]["live-cursor"]["data"]

    async def watch(self, start: float, end: float, tick: float) -> None:
        """Poll from ``start`` to ``end`` (monotonic seconds), one ``tick`` apart."""
        self.times, self._line.received, due = [], 0, start
        while due < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self.poll()
            due += tick

    @property
    def received(self) -> int:
        """Bytes of answers, headers included, as they came over the wire."""
        return self._line.received


async def send(line: Line, token: str, model: str, start: float, end: float) -> None:
    """One student's device: an observation a second, sent every few seconds."""
    headers, due = {"Authorization": f"Bearer {token}"}, start
    shares = tuple(0.7 if look == "neutral" else 0.05 for look in EMOTIONS)
    while due < end:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        now = datetime.now(UTC)
        items = [
            Observation(
                id=uuid7(now),
                captured_at=now,
                frames=2,
                face_share=1.0,
                faces=1,
                probabilities=shares,  # type: ignore[arg-type]
                attentive=0.9,
                detection_score=0.9,
                model=model,
            ).model_dump(mode="json")
            for _ in range(int(SEND_EVERY_S))
        ]
        await line.post("/api/v1/observations", json.dumps({"items": items}).encode(), headers)
        due += SEND_EVERY_S


async def run(order: dict[str, Any]) -> dict[str, Any]:
    """Open all dashboards, then watch and send for ``order["seconds"]``."""
    count, seconds, tick = order["viewers"], order["seconds"], order["tick_s"]
    viewers = [Viewer(await Line.open(order["port"]), order) for _ in range(count)]
    for viewer in viewers:
        await viewer.poll()
    devices = [await Line.open(order["port"]) for _ in order["tokens"]]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    start = time.monotonic()
    end = start + seconds
    await asyncio.gather(
        *(viewer.watch(start + tick * at / count, end, tick) for at, viewer in enumerate(viewers)),
        *(
            send(line, token, order["model"], start + SEND_EVERY_S * at / len(devices), end)
            for at, (line, token) in enumerate(zip(devices, order["tokens"], strict=True))
        ),
    )
    return {
        "wall_s": time.monotonic() - start,
        "times_s": [one for viewer in viewers for one in viewer.times],
        "bytes": sum(viewer.received for viewer in viewers),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(run(json.load(sys.stdin)))))
