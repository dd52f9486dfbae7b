"""``/metrics``: how much the server does, and how long it takes, for the operator's monitoring."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hmac import compare_digest
from ipaddress import ip_address
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast

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
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from dashboard.http import server
from dashboard.http.web import WebServices, current_services
from db.teaching import lectures
from services.errors import ForbiddenError

if TYPE_CHECKING:
    from services.jobs.scheduler import Scheduler
    from services.live.board import LiveBoard

blueprint = Blueprint("metrics", __name__)

EXTENSION: Final = "classpulse-metrics"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""From a tick's answer to a report that is rendered anew."""
_LAG_SECONDS: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 86_400.0)
"""From an agent that sends at once to one that was without a network all day."""
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")


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
        self._lag = Histogram(
            "classpulse_observation_lag_seconds",
            "How long the oldest observation of a batch had waited in its agent's outbox.",
            buckets=_LAG_SECONDS,
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

    def received(self, captured: Sequence[datetime], now: datetime) -> None:
        """A batch of observations, captured at these times, has been taken in."""
        if captured:
            self._lag.observe(max(0.0, (now - min(captured)).total_seconds()))


class _AtWork(Collector):
    """What only has to be looked at when somebody asks: server, board, jobs and store."""

    def __init__(self, flask: Flask, board: "LiveBoard", scheduler: "Scheduler") -> None:
        self._flask = flask
        self._board = board
        self._scheduler = scheduler

    def collect(self) -> Iterable[Metric]:
        """Every family, as it stands."""
        yield from self._server()
        ticking = self._board.ticking
        yield SummaryMetricFamily(
            "classpulse_tick_seconds",
            "How long the live board's ticks took.",
            count_value=ticking.count,
            sum_value=ticking.seconds,
        )
        yield CounterMetricFamily(
            "classpulse_failures",
            "What recurs here and failed: ticks, lectures that could not be looked at, jobs.",
            value=ticking.failures.count + self._scheduler.failures.count,
        )
        for name, help_text, age in (
            ("tick_age", "How long ago the live board looked.", ticking.age),
            ("job_age", "How long ago a job had its turn here.", self._scheduler.age),
        ):
            if age is not None:
                yield GaugeMetricFamily(f"classpulse_{name}_seconds", help_text, value=age)
        reads, writes = self._board.store.load()
        yield GaugeMetricFamily(
            "classpulse_store_reads", "Connections of the store being read from.", value=reads
        )
        yield GaugeMetricFamily(
            "classpulse_store_writes", "Writes that wait or are under way.", value=writes
        )

    def _server(self) -> Iterator[Metric]:
        listening = self._flask.extensions.get(server.EXTENSION)
        if not isinstance(listening, server.Server):
            return
        desk = listening.desk
        for name, help_text, value in (
            ("connections", "Connections that are open.", listening.connections),
            ("requests_under_way", "Requests being worked on or sent.", desk.under_way),
            ("requests_waiting", "Requests that wait for a worker.", desk.waiting),
            ("body_bytes_held", "Bytes of bodies that are not complete.", desk.held),
        ):
            yield GaugeMetricFamily(f"classpulse_{name}", help_text, value=value)
        refused = CounterMetricFamily(
            "classpulse_refused", "Refused or ended before any route saw it.", labels=["reason"]
        )
        for reason, count in dict(desk.refused).items():
            refused.add_metric([reason], count)
        yield refused


def register(flask: Flask) -> None:
    """Add the address, and count every answer."""
    with flask.app_context():
        metrics = Metrics(current_services())
    flask.extensions[EXTENSION] = metrics
    flask.register_blueprint(blueprint)
    # The signals hold their receivers weakly; the extension keeps them.
    request_started.connect(metrics.begin, flask)
    request_finished.connect(metrics.finish, flask)


def watch(flask: Flask, board: "LiveBoard", scheduler: "Scheduler") -> None:
    """Tell of these as well."""
    _metrics(flask).registry.register(_AtWork(flask, board, scheduler))


def add_gauge(flask: Flask, name: str, help_text: str, value: Any) -> None:
    """Tell of one more figure; ``value`` is called whenever somebody asks."""
    Gauge(name, help_text, registry=_metrics(flask).registry).set_function(value)


def current_metrics() -> Metrics:
    """Those of the server that is answering this request."""
    return _metrics(current_app)


def _metrics(flask: Flask) -> Metrics:
    return cast(Metrics, flask.extensions[EXTENSION])


@blueprint.get("/metrics")
def metrics() -> Response:
    """What Prometheus scrapes, in the format it asks for; no names, no figures of any class."""
    if not _allowed():
        raise ForbiddenError("These figures are for whoever the operator allows.")
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(current_metrics().registry), content_type=content_type)


def _allowed() -> bool:
    """Whether the settings let this client read them, by its token or by its address."""
    settings = current_services().settings
    token = settings.metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and compare_digest(given.encode(), token.encode()):
        return True
    # Through a proxy that nobody told us of, everybody comes from the proxy's own address.
    if settings.trusted_proxies == 0 and any(name in request.headers for name in _FORWARDED):
        return False
    try:
        client = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    client = getattr(client, "ipv4_mapped", None) or client
    return any(client in network for network in settings.metrics_networks)
