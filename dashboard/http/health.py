"""For whoever keeps the server running: does it live (``/healthz``), is it ready (``/readyz``)."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, Flask, Response, current_app

from contract.errors import ClassPulseError
from dashboard.http.web import current_services
from db.engine.store import Store, require_schema
from db.teaching import lectures

if TYPE_CHECKING:
    from services.jobs.scheduler import Scheduler
    from services.live.board import LiveBoard

blueprint = Blueprint("health", __name__)

EXTENSION: Final = "classpulse-readiness"
_KEPT_S: Final = 2.0
"""So long an answer holds: each costs a write, and strangers may ask."""
_TICKS_LATE: Final = 10
_JOBS_LATE_S: Final = 300.0
"""A job may write reports for minutes, and no other has its turn meanwhile."""


@dataclass
class Readiness:
    """Whether all that this process is to do works."""

    store: Store
    board: "LiveBoard"
    scheduler: "Scheduler"
    tick_s: float
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _found: tuple[float, dict[str, str]] | None = None

    def found(self) -> dict[str, str]:
        """What is asked, and ``ok``, ``not here`` or what is wrong with it."""
        with self._lock:
            if self._found is None or monotonic() - self._found[0] > _KEPT_S:
                self._found = monotonic(), dict(self._look())
            return self._found[1]

    def _look(self) -> Iterator[tuple[str, str]]:
        yield "store", _outcome(self.store.require_writable, "cannot be written")
        yield "schema", _outcome(lambda: require_schema(self.store), "another version's")
        yield "board", _age(self.board.ticking.age, self.tick_s * _TICKS_LATE)
        yield "scheduler", _age(self.scheduler.age, _JOBS_LATE_S)


def _outcome(ask: Callable[[], object], wrong: str) -> str:
    try:
        ask()
    except ClassPulseError:
        return wrong
    return "ok"


def _age(seconds: float | None, most: float) -> str:
    if seconds is None:
        return "not here"
    return "ok" if seconds <= most else f"silent for {seconds:.0f} s"


def register(flask: Flask) -> None:
    """Add the addresses."""
    flask.register_blueprint(blueprint)


def watch(flask: Flask, readiness: Readiness) -> None:
    """Let ``/readyz`` tell of these."""
    flask.extensions[EXTENSION] = readiness


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 where the store answers, 503 where it does not; nothing about anybody."""
    try:
        lectures.running(current_services().store)
    except ClassPulseError:
        return Response('{"status":"store unavailable"}', 503, content_type="application/json")
    return Response('{"status":"ok"}', content_type="application/json")


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 where requests may be sent here, 503 where not, and why; nothing about anybody."""
    found = cast(Readiness, current_app.extensions[EXTENSION]).found()
    ready = all(told in ("ok", "not here") for told in found.values())
    body = json.dumps({"status": "ready" if ready else "not ready", **found})
    return Response(body, 200 if ready else 503, content_type="application/json")
