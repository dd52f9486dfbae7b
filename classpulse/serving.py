"""How the command runs the server's parts, and writes report files without them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from classpulse.console import log_to_stderr, lost_lines, say, take_in_other_logs
from classpulse.opening import OutputError, make_folder, prepare_store, server_settings

if TYPE_CHECKING:
    from dashboard.app import App
    from dashboard.settings import Settings
    from db.engine.store import Store
    from services.context import Services


def offline_services(store: "Store") -> "Services":
    """What use cases need, for a command that serves nobody."""
    from models.cards import load_card
    from services.context import NothingLive, Services, utc_now

    return Services(
        store=store,
        card=load_card(),
        live=NothingLive(),
        clock=utc_now,
        terms=server_settings().terms,
    )


def prepared_app(settings: "Settings") -> "App":
    """The server's parts, wired, over a store whose tables are ready."""
    from classpulse.browser_agent import built_files, model_assets
    from classpulse.wheel import pack_wheel, wheel_name
    from dashboard.app import create_app
    from dashboard.http.agent_download import Program
    from models.cards import load_card

    prepare_store(settings)
    return create_app(
        settings,
        built_files(),
        model_assets(load_card()),
        program=Program(wheel_name(), pack_wheel),
    )


def write_report(
    store: "Store", lecture_id: UUID, *, pdf: Path | None, csv: Path | None
) -> Iterator[Path]:
    """Write a lecture's report, as the store has it now, to files; the paths written."""
    from dashboard import reports
    from services.access import Action, OperatorActor
    from services.acting import viewing

    services = offline_services(store)
    viewing.lecture(services, OperatorActor(), Action.DOWNLOAD_REPORT, lecture_id)
    document, tables = reports.render_report(
        services, server_settings().language, lecture_id, services.clock()
    )
    if pdf is not None:
        yield _write(pdf, document)
    if csv is not None:
        make_folder(csv)
        for name, table in tables.items():
            yield _write(csv / f"{name}.csv", table)


def _write(path: Path, content: bytes) -> Path:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError(f"The file {path} cannot be written: {error.strerror}.") from error
    return path


def run_server(
    *,
    database: str | None,
    host: str | None,
    port: int | None,
    url: str | None,
    workers: int | None,
    tls: tuple[Path, Path] | None,
) -> None:
    """Serve until interrupted; the scheduler runs beside it, in one process at a time."""
    from dashboard.http import metrics
    from dashboard.http.server import Server, serve

    log_to_stderr()
    take_in_other_logs()
    cert, key = tls or (None, None)
    settings = server_settings(
        database=database, host=host, port=port, url=url, workers=workers, tls_cert=cert,
        tls_key=key,
    )  # fmt: skip
    app = prepared_app(settings)
    metrics.add_gauge(
        app.flask, "classpulse_log_lines_lost", "Log lines that could not be written.", lost_lines
    )

    def ready(server: Server) -> None:
        app.start_background()
        say(f"ClassPulse listens at {server.url}")
        for line in first_words(app, settings, server.url):
            say(line)

    try:
        serve(
            app.flask, settings.host, settings.port, workers=settings.workers,
            tls=(settings.tls_cert, settings.tls_key)
            if settings.tls_cert and settings.tls_key
            else None,
            ready=ready,
        )  # fmt: skip
    finally:
        app.close()


def first_words(app: "App", settings: "Settings", url: str) -> Iterator[str]:
    """Where a server at ``url`` keeps what, and the way in where nobody is an admin yet."""
    from dashboard.auth.signing_key import FILE
    from dashboard.components.urls import first_start
    from dashboard.settings import default_config
    from services.accounts import set_up

    config = default_config()
    store = app.store.url
    yield f"  store     {store.database if app.store.kind == 'sqlite' else store}"
    yield f"  keys      {settings.folder / FILE}"
    yield f"  settings  {config}{'' if config.exists() else ' (none there: the defaults hold)'}"
    secret = set_up.new_link(app.services)
    if secret is not None:
        hours = round(set_up.VALID.total_seconds() / 3600)
        yield f"Nobody is an admin yet. Set the school up here, once, within {hours} hours:"
        yield f"  {settings.url.rstrip('/') or url}{first_start(secret)}"


def run_scheduler(*, database: str | None) -> None:
    """Run the jobs alone, until interrupted."""
    import signal
    import threading

    log_to_stderr()
    app = prepared_app(server_settings(database=database))
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    try:
        app.start_background(live=False)
        say("The scheduler runs.")
        # A timeout lets Windows see Ctrl-C.
        while not stopping.wait(1.0):
            continue
    finally:
        app.close()
