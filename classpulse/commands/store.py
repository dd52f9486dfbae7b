"""``classpulse db``: upgrade, check, back up, restore and prune the store."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from classpulse.commands.common import AsJson, Database
from classpulse.console import say, say_json, stop
from classpulse.opening import make_folder, opened_store, server_settings

app = typer.Typer(help="The store: upgrade, check, back up, restore, prune.", no_args_is_help=True)


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
    database: Database = None,
) -> None:
    """Make an SQLite store what a backup is; what is there now is replaced."""
    from db.engine.backup import restore as bring_back

    url = server_settings(database=database).database_url
    there = url.startswith("sqlite:///") and Path(url.removeprefix("sqlite:///")).exists()
    if there and not yes:
        stop("the store that is there would be replaced; say --yes if that is meant")
    bring_back(url, source)
    say(f"The store is what {source} was.")


@app.command()
def prune(
    days: Annotated[
        int | None, typer.Option(min=1, help="keep this many days; else the school's retention")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Delete what is older than the school's retention time."""
    from db.measurements import retention
    from db.people.school_settings import school
    from services.access import OperatorActor

    now = datetime.now(UTC)
    with opened_store(database) as store:
        kept = days if days is not None else school(store).retention_days
        removed = retention.prune(
            store, now - timedelta(days=kept), now=now, actor=OperatorActor().name
        )
    if as_json:
        say_json({"days": kept, "observations": removed.observations})
    else:
        say(f"Removed {removed.observations} observations older than {kept} days.")
