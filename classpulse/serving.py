"""How the command starts the server's parts: settings, tables, model card, report files."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from classpulse.console import say
from contract import ClassPulseError

if TYPE_CHECKING:
    from dashboard.app import App
    from dashboard.services import Services
    from dashboard.settings import Settings
    from db.store import Store


class OutputError(ClassPulseError):
    """A file that was asked for cannot be written."""


def offline_services(store: "Store") -> "Services":
    """What the rooms of the server need, for a command that serves nobody."""
    from classpulse.commands.common import server_settings
    from dashboard.live import LiveBoard
    from dashboard.services import Services, utc_now
    from models.cards import load_card

    card = load_card()
    return Services(
        store=store,
        settings=server_settings(),
        card=card,
        live=LiveBoard(store, card, clock=utc_now),
        clock=utc_now,
    )


def prepared_app(settings: "Settings") -> "App":
    """The server's parts, wired, with the tables brought to this version where that is safe.

    An SQLite file belongs to this server alone, so it is upgraded; a PostgreSQL that others may
    be using is upgraded only by ``classpulse db upgrade``, unless it is empty.
    """
    from dashboard.app import ModelAssets, create_app
    from db import migrate
    from db.store import open_store, schema_revision
    from models.cards import load_card

    url = settings.database_url
    make_folder(settings.folder)
    if url.startswith("sqlite"):
        migrate.upgrade(url)
    else:
        store = open_store(url, check_schema=False)
        try:
            if schema_revision(store) is None:
                migrate.upgrade(store)
        finally:
            store.close()
    return create_app(settings, None, ModelAssets(card=load_card()))


def make_folder(folder: Path) -> None:
    """Make a private folder. Raises OutputError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise OutputError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def write_report(
    store: "Store", lecture_id: UUID, *, pdf: Path | None, csv: Path | None
) -> Iterator[Path]:
    """Write a lecture's report, as the store has it now, to files; the paths written."""
    from dashboard import lookup, reports
    from dashboard.access import Action, OperatorActor, authorize

    services = offline_services(store)
    authorize(OperatorActor(), Action.DOWNLOAD_REPORT, lookup.lecture_target(services, lecture_id))
    document, tables = reports.render_report(services, lecture_id, services.clock())
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
    workers: int | None,
    tls: tuple[Path, Path] | None,
) -> None:
    """Serve until interrupted; the scheduler runs beside it, in one process at a time."""
    from classpulse.commands.common import server_settings
    from dashboard.server import Server, serve

    cert, key = tls or (None, None)
    settings = server_settings(
        database=database, host=host, port=port, workers=workers, tls_cert=cert, tls_key=key
    )
    app = prepared_app(settings)

    def ready(server: Server) -> None:
        app.start_background()
        say(f"ClassPulse listens at {server.url}")

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


def run_scheduler(*, database: str | None) -> None:
    """Run the jobs alone, until interrupted."""
    import signal
    import threading

    from classpulse.commands.common import server_settings

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
