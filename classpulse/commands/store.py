"""``classpulse db``: upgrade, check, back up, restore, prune and clean the store."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from classpulse.commands.common import AsJson, Database
from classpulse.console import say, say_json, stop
from classpulse.opening import make_folder, opened_store, server_settings

app = typer.Typer(
    help="The store: upgrade, check, back up, restore, prune, clean.", no_args_is_help=True
)


@app.command()
def upgrade(database: Database = None) -> None:
    """Create the tables, or bring them to this version."""
    from db.engine import migrate

    url = server_settings(database=database).database_url
    if url.startswith("sqlite:///"):
        make_folder(Path(url.removeprefix("sqlite:///")).parent)
    migrate.upgrade(url)
    say(f"The store stands at {migrate.head()}.")


@app.command()
def check(database: Database = None, as_json: AsJson = False) -> None:
    """Say whether the tables are what this version expects."""
    from db.engine import migrate
    from db.engine.store import open_store

    url = server_settings(database=database).database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        stop(f"there is no store at {url.removeprefix('sqlite:///')}")
    store = open_store(url, check_schema=False)
    try:
        differences = migrate.check(store)
    finally:
        store.close()
    if as_json:
        say_json({"ok": not differences, "differences": differences})
    elif differences:
        for difference in differences:
            say(difference)
    if differences:
        stop(f"the store differs in {len(differences)} places; run: classpulse db upgrade")
    if not as_json:
        say("The store is as it should be.")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="a new file")],
    database: Database = None,
) -> None:
    """Copy an SQLite store to a file, also while the server runs."""
    from db.engine.backup import backup as copy

    size = copy(server_settings(database=database).database_url, target)
    say(f"Wrote {size} bytes to {target}.")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="what backup wrote")],
    yes: Annotated[bool, typer.Option("--yes", help="replace what is there")] = False,
    erasures: Annotated[
        list[Path] | None,
        typer.Option(help="a ledger of erasures, where none lies beside the store; repeatable"),
    ] = None,
    database: Database = None,
) -> None:
    """Make an SQLite store what a backup is, without those who were erased since then."""
    from services import restoring

    url = server_settings(database=database).database_url
    there = url.startswith("sqlite:///") and Path(url.removeprefix("sqlite:///")).exists()
    if there and not yes:
        stop("the store that is there would be replaced; say --yes if that is meant")
    done = restoring.restore(url, source, ledgers=erasures or (), clock=_now)
    say(f"The store is what {source} was.")
    if done.ledgers:
        say(f"Erasures since then that were done again: {done.again}.")
    else:
        say(
            "No ledger of erasures was found, so whoever was erased since then is back: "
            "if you have one, run classpulse db erasures --apply FILE."
        )


@app.command("erasures")
def ledger(
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write the ledger, to lie beside backups")
    ] = None,
    apply: Annotated[
        Path | None, typer.Option(metavar="FILE", help="erase again what that ledger names")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Count, write down or do again what was erased; the ledger holds no name and no id."""
    from db.people import erasures
    from services import restoring

    entries = [] if apply is None else erasures.read(apply)
    with opened_store(database) as store:
        again = restoring.apply(store, entries, _now())
        known = erasures.ledger(store)
    if to is not None:
        try:
            erasures.write(known, to)
        except OSError as error:
            stop(f"the ledger {to} cannot be written: {error.strerror}")
    if as_json:
        say_json({"entries": len(known), "done_again": again})
        return
    say(f"The ledger has {len(known)} entries.")
    if apply is not None:
        say(f"Erasures that were done again: {again}.")


@app.command()
def vacuum(database: Database = None) -> None:
    """Write all tables anew, so that no file of the store keeps what was deleted."""
    from db.people import erasures

    with opened_store(database) as store:
        emptied = erasures.overwrite(store, _now())
    if not emptied:
        stop("the tables are written anew, but somebody reads on; run it again for the log")
    say("All tables are written anew.")


@app.command()
def prune(
    days: Annotated[
        int | None, typer.Option(min=1, help="keep this many days; else the school's retention")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Delete what is older than the school keeps, and of the access log what is over."""
    from db.people.school_settings import school
    from services.access import OperatorActor
    from services.jobs.upkeep import forget

    with opened_store(database) as store:
        kept = days if days is not None else school(store).retention_days
        removed = forget(store, _now(), OperatorActor().name, days=kept)
    if as_json:
        say_json({"days": kept, "observations": removed.observations})
    else:
        say(f"Removed {removed.observations} observations older than {kept} days.")


def _now() -> datetime:
    return datetime.now(UTC)
