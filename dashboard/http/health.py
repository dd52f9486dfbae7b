"""For the operator: ``/healthz`` says whether the server works, ``/metrics`` how much it does."""

import threading
from collections import Counter
from typing import Final, cast

from flask import Blueprint, Flask, Response, current_app, request

from contract.errors import ClassPulseError
from dashboard.http.web import current_services
from db.teaching import lectures

blueprint = Blueprint("health", __name__)

EXTENSION: Final = "classpulse-metrics"


class Metrics:
    """Counters of this process since it started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()

    def count(self, method: str, endpoint: str, status: int) -> None:
        """Count one answered request."""
        with self._lock:
            self._requests[method, endpoint, status] += 1

    def lines(self) -> list[str]:
        """The counters in the Prometheus text format."""
        with self._lock:
            counted = sorted(self._requests.items())
        return [
            "# HELP classpulse_requests_total Requests answered by this process.",
            "# TYPE classpulse_requests_total counter",
            *(
                f'classpulse_requests_total{{method="{method}",endpoint="{endpoint}",'
                f'status="{status}"}} {count}'
                for (method, endpoint, status), count in counted
            ),
        ]


def register(flask: Flask) -> None:
    """Add both addresses, and count every answer."""
    metrics = Metrics()
    flask.extensions[EXTENSION] = metrics
    flask.register_blueprint(blueprint)

    def count(response: Response) -> Response:
        # Methods that are ours only: a stranger's invention must not grow the table.
        method = request.method if request.url_rule is not None else "OTHER"
        metrics.count(method, request.endpoint or "none", response.status_code)
        return response

    flask.after_request(count)


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 where the store answers, 503 where it does not; nothing about anybody."""
    try:
        lectures.running(current_services().store)
    except ClassPulseError:
        return Response('{"status":"store unavailable"}', 503, content_type="application/json")
    return Response('{"status":"ok"}', content_type="application/json")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters in the Prometheus text format; no names, no figures of any class."""
    counters = cast(Metrics, current_app.extensions[EXTENSION])
    running = len(lectures.running(current_services().store))
    lines = [
        *counters.lines(),
        "# HELP classpulse_lectures_running Lectures that have not ended.",
        "# TYPE classpulse_lectures_running gauge",
        f"classpulse_lectures_running {running}",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
