"""The composition root: the one place where the server's parts meet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dash import Dash, set_props
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from contract.errors import ClassPulseError
from dashboard import pages
from dashboard.api import problems, routes
from dashboard.auth import first_start, oidc, signin
from dashboard.auth.signing_key import load_or_make_key
from dashboard.components import ids, shell
from dashboard.components.document import Pages
from dashboard.http import (
    agent_download,
    browser_agent,
    browser_guard,
    cookies,
    health,
    hosts,
    metrics,
    readable,
    request_ids,
    security_log,
    static_files,
)
from dashboard.http.agent_download import Program
from dashboard.http.browser_agent import BrowserAgent
from dashboard.http.plain_log import keep_values_out
from dashboard.http.sub_path import SubPath
from dashboard.http.web import EXTENSION, WebServices
from dashboard.i18n import error_words, text, viewer_language
from dashboard.pages.admin import student_data
from dashboard.pages.join import camera, links
from dashboard.reports import report_files
from dashboard.settings import Settings
from db.engine.store import Store, open_store
from services.context import utc_now
from services.errors import AccessError
from services.jobs.report_writing import ReportFiles
from services.jobs.scheduler import Scheduler
from services.live.board import LiveBoard

if TYPE_CHECKING:
    from models.cards import Card


@dataclass(frozen=True, slots=True)
class ModelAssets:
    """What the server is told of the models: the expression model's card, and for browsers the
    files of ``detector``, ``mesh`` and ``expression``."""

    card: "Card"
    networks: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class App:
    """One server: its Flask and Dash, its store, and what runs beside them."""

    flask: Flask
    dash: Dash
    services: WebServices
    board: LiveBoard
    scheduler: Scheduler

    @property
    def store(self) -> Store:
        """Where everything is kept."""
        return self.services.store

    def start_background(self, *, live: bool = True, jobs: bool = True) -> None:
        """Start the live ticker and the job runner (the latter works in one process at a time)."""
        if live:
            self.board.start()
        if jobs:
            self.scheduler.start()

    def close(self) -> None:
        """Stop what runs and let go of the store. May be called again."""
        self.scheduler.close()
        self.board.close()
        self.services.store.close()


def create_app(
    settings: Settings,
    agent_assets: Path | None,
    model_assets: ModelAssets,
    *,
    program: Program | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> App:
    """Wire a server together; nothing runs yet. ``agent_assets``: the browser agent's built files,
    ``program``: the wheel that students install from here.

    The store must exist and have this version's tables. Raises StoreError where it does not,
    ServerError where the data folder cannot be used.
    """
    keep_values_out()
    key = load_or_make_key(settings.folder)
    browser = None
    if agent_assets is not None:
        browser = BrowserAgent(agent_assets, model_assets.networks, model_assets.card)
    store = open_store(settings.database_url)
    try:
        board = LiveBoard(store, model_assets.card, clock=clock, tick_s=settings.tick_seconds)
        services = WebServices(
            store=store,
            settings=settings,
            terms=settings.terms,
            card=model_assets.card,
            live=board,
            clock=clock,
            program_path=None if program is None else program.path,
            browser_agent=browser,
        )
        flask = _flask(settings, key, services)
        if browser is not None:
            browser_agent.register(flask, browser)
            camera.register(flask)
        if program is not None:
            agent_download.register(flask, program, settings.folder)
        dash = _dash(flask, services)
        browser_guard.register(flask, dash, secure=settings.secure)
        static_files.register(flask)
        scheduler = _scheduler(services)
        metrics.watch(flask, board, scheduler)
        health.watch(flask, health.Readiness(store, board, scheduler, settings.tick_seconds))
        return App(flask, dash, services, board, scheduler)
    except BaseException:
        store.close()
        raise


def _scheduler(services: WebServices) -> Scheduler:
    def write(lecture_id: UUID, now: datetime) -> ReportFiles:
        return report_files(services, services.settings.language, lecture_id, now)

    return Scheduler(services, write, services.settings.sweep_seconds)


def _flask(settings: Settings, key: bytes, services: WebServices) -> Flask:
    flask = Flask("classpulse", static_folder=None)
    flask.secret_key = key
    flask.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        # Even a tick's answer shrinks to half; below this the gzip frame eats the gain.
        COMPRESS_MIN_SIZE=360,
    )
    flask.session_interface = cookies.Sessions()
    flask.wsgi_app = SubPath(flask.wsgi_app, settings)  # type: ignore[method-assign]
    if (proxies := settings.trusted_proxies) > 0:
        flask.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            flask.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    flask.extensions[EXTENSION] = services
    request_ids.register(flask, believed=settings.trusted_proxies > 0)
    # First of all, so that whatever refuses a request can say so in the viewer's language.
    viewer_language.register(flask)
    hosts.register(flask, settings)
    security_log.register(flask)
    readable.register(flask)
    routes.register(flask, settings)
    signin.register(flask)
    flask.register_blueprint(first_start.blueprint)
    links.register(flask)
    student_data.register(flask)
    oidc.register(flask, settings)
    health.register(flask)
    metrics.register(flask)
    return flask


def _dash(flask: Flask, services: WebServices) -> Dash:
    dash = Pages(
        "classpulse",
        server=flask,
        assets_folder=str(pages.ASSETS),
        serve_locally=True,
        suppress_callback_exceptions=True,
        title="ClassPulse",
        update_title=None,
        compress=True,
        add_log_handler=False,
        enable_mcp=False,
        on_error=_say,
    )
    pages.register_pages(dash, services)
    return dash


def _say(error: Exception) -> Any:
    """A callback failed: what a person can act on is said to them, what nobody foresaw is logged.

    Refusals of access become the HTTP answer itself.
    """
    if isinstance(error, AccessError):
        raise error
    if isinstance(error, ClassPulseError):
        sentence = error_words.sentence(error)
    else:
        incident = problems.log_incident(error)
        sentence = text(
            "Something went wrong here. If it happens again, tell the operator: {incident}.",
            incident=incident,
        )
    set_props(ids.NOTICE, {"children": shell.notice(sentence, good=False)})
