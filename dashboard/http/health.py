"""For the operator: ``/healthz`` says whether the server works, ``/metrics`` how much it does."""

from time import perf_counter
from typing import Any, Final, cast

import prometheus_client
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    request,
    request_finished,
    request_started,
)
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder

from contract.errors import ClassPulseError
from dashboard.http.web import WebServices, current_services
from db.teaching import lectures

blueprint = Blueprint("health", __name__)

EXTENSION: Final = "classpulse-metrics"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""From a tick's answer to a report that is rendered anew."""


class Metrics:
    """What this server has done since it started, in a registry of its own.

    The library's own registry is one for the whole process, where several servers may run.
    """

    def __init__(self, services: WebServices) -> None:
        # When each series began tells an operator nothing, and is a series more for each.
        prometheus_client.disable_created_metrics()
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "classpulse_requests_total",
            "Requests answered by this process.",
            ["method", "endpoint", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "classpulse_request_seconds",
            "How long it took to answer them.",
            ["endpoint"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        running = Gauge(
            "classpulse_lectures_running",
            "Lectures that have not ended.",
            registry=self.registry,
        )
        running.set_function(lambda: len(lectures.running(services.store)))

    def begin(self, _flask: Flask, **_: Any) -> None:
        """A request has come."""
        g.began_s = perf_counter()

    def finish(self, _flask: Flask, response: Response, **_: Any) -> None:
        """It was answered, whoever of the guards, pages and error handlers did."""
        endpoint = request.endpoint or "none"
        # Methods that are ours only: a stranger's invention must not grow the table.
        method = request.method if request.url_rule is not None else "OTHER"
        self._requests.labels(method, endpoint, response.status_code).inc()
        self._seconds.labels(endpoint).observe(perf_counter() - g.began_s)


def register(flask: Flask) -> None:
    """Add both addresses, and count every answer."""
    with flask.app_context():
        metrics = Metrics(current_services())
    flask.extensions[EXTENSION] = metrics
    flask.register_blueprint(blueprint)
    # The signals hold their receivers weakly; the extension keeps them.
    request_started.connect(metrics.begin, flask)
    request_finished.connect(metrics.finish, flask)


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
    """What Prometheus scrapes, in the format it asks for; no names, no figures of any class."""
    counted = cast(Metrics, current_app.extensions[EXTENSION])
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(counted.registry), content_type=content_type)
