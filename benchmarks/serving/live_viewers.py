"""The browsers and students of ``bench live``, in a process of their own.

They speak HTTP/1.1 over sockets themselves: a client library would cost more than the server. Reads
one JSON object from standard input; says ``ready`` when the warm-up is over and counting begins,
then prints what they saw as JSON.
"""

import asyncio
import json
import random
import sys
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contract import Observation, uuid7

SEND_EVERY_S: Final = 5.0
AWAY_SHARE: Final = 0.03
"""How many of the batches hold nobody: so that states change, as in a class they do."""
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

    async def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> bytes:
        """One request; answers its body. Raises AnswerError unless the status is 2xx."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", "Accept-Encoding: gzip"]
        lines += [f"User-Agent: {USER_AGENT}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        told, _, rest = head.decode("latin-1").partition("\r\n")
        given = dict(line.lower().split(": ", 1) for line in rest.splitlines() if ": " in line)
        answer = await self.reader.readexactly(int(given.get("content-length", "0")))
        self.received += len(head) + len(answer)
        if given.get("content-encoding") == "gzip":
            answer = zlib.decompress(answer, _GZIP)
        if not told.split()[1].startswith("2"):
            raise AnswerError(f"{path} answered {told!r}: {answer[:300]!r}")
        return answer


class Viewer:
    """One open dashboard: asks every tick with its own cursor."""

    def __init__(self, line: Line, order: dict[str, Any]) -> None:
        self._line = line
        self._path: str = order["path"]
        self._headers = {"Cookie": order["cookie"]} if order["cookie"] else {}
        self._cursor = ""
        self.times: list[float] = []
        self.told = 0

    async def poll(self) -> None:
        """One tick."""
        path = self._path.format(cursor=self._cursor)
        began = time.perf_counter()
        answer = json.loads(await self._line.ask("GET", path, self._headers))
        self.times.append(time.perf_counter() - began)
        if answer:
            self.told += 1
            self._cursor = answer["cursor"]

    async def watch(self, warm: float, start: float, end: float, tick: float) -> None:
        """Poll one ``tick`` apart from ``warm`` to ``end`` (monotonic seconds).

        What comes before ``start`` is not counted.
        """
        due, counting = warm, False
        while due < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if not counting and due >= start:
                counting = True
                self.times, self._line.received, self.told = [], 0, 0
            await self.poll()
            due += tick

    @property
    def received(self) -> int:
        """Bytes of answers, headers included, as they came over the wire."""
        return self._line.received


async def send(
    line: Line, token: str, order: dict[str, Any], draw: random.Random, start: float, end: float
) -> None:
    """One student's device: an observation a second, sent every few seconds, now and then away."""
    headers, due = {"Authorization": f"Bearer {token}"}, start
    while due < end:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        now, away = datetime.now(UTC), draw.random() < AWAY_SHARE
        items = [
            Observation(
                id=uuid7(now),
                captured_at=now - timedelta(seconds=second),
                frames=2,
                face_share=0.0 if away else 1.0,
                faces=0 if away else 1,
                probabilities=None if away else tuple(draw.choice(order["faces"])),
                attentive=None if away else 0.9,
                detection_score=None if away else 0.9,
                model=order["model"],
            ).model_dump(mode="json")
            for second in range(int(SEND_EVERY_S))
        ]
        body = json.dumps({"items": items}).encode()
        await line.ask("POST", "/api/v1/observations", headers, body)
        due += SEND_EVERY_S


async def run(order: dict[str, Any]) -> dict[str, Any]:
    """Open all dashboards, then watch and send for ``order["seconds"]`` after the warm-up."""
    count, seconds, tick = order["viewers"], order["seconds"], order["tick_s"]
    viewers = [Viewer(await Line.open(order["port"]), order) for _ in range(count)]
    for viewer in viewers:
        await viewer.poll()
    devices = [await Line.open(order["port"]) for _ in order["tokens"]]
    warm = time.monotonic()
    start = warm + order["warm_up_s"]
    end = start + seconds
    await asyncio.gather(
        _say_ready(start),
        *(
            viewer.watch(warm + tick * at / count, start + tick * at / count, end, tick)
            for at, viewer in enumerate(viewers)
        ),
        *(
            send(
                line,
                token,
                order,
                random.Random(order["seed"] + at),  # noqa: S311 - a made-up class, no secret
                warm + SEND_EVERY_S * at / len(devices),
                end,
            )
            for at, (line, token) in enumerate(zip(devices, order["tokens"], strict=True))
        ),
    )
    return {
        "wall_s": time.monotonic() - start,
        "times_s": [one for viewer in viewers for one in viewer.times],
        "bytes": sum(viewer.received for viewer in viewers),
        "told": sum(viewer.told for viewer in viewers),
    }


async def _say_ready(start: float) -> None:
    await asyncio.sleep(max(0.0, start - time.monotonic()))
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(run(json.load(sys.stdin)))))
