"""The migrations build exactly the tables that the code knows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text

from db.engine import migrate
from db.engine.store import Store, open_store
from db.schema.tables import REVISION, metadata


def test_the_migrations_build_what_the_code_expects(store: Store) -> None:
    assert migrate.check(store) == []
    with store.read() as connection:
        found = set(inspect(connection).get_table_names())
    assert found == {*metadata.tables, "alembic_version"}


def test_a_missing_column_is_found(own_store_url: str) -> None:
    store = open_store(own_store_url)
    store.write(
        lambda connection: connection.execute(text("ALTER TABLE lectures DROP COLUMN title"))
    )
    store.close()

    (difference,) = migrate.check(own_store_url)
    assert "title" in difference


def test_the_newest_migration_is_the_codes_revision() -> None:
    assert migrate.head() == REVISION


def test_upgrading_twice_changes_nothing(store_url: str) -> None:
    migrate.upgrade(store_url)
    assert migrate.check(store_url) == []


def test_a_store_of_the_first_version_is_upgraded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    store = open_store(url, check_schema=False)

    def first_version(connection: Connection) -> None:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")

    store.write(first_version)
    store.close()
    migrate.upgrade(url)
    assert migrate.check(url) == []


def test_upgrading_works_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / '100% new.db'}"
    migrate.upgrade(url)
    open_store(url).close()


@pytest.mark.postgres
def test_a_new_database_gets_its_tables(new_postgres_url: Callable[..., str]) -> None:
    url = new_postgres_url()
    migrate.upgrade(url)
    open_store(url).close()


def test_observations_lie_in_order_of_their_key(sqlite_store: Store) -> None:
    with sqlite_store.read() as connection:
        made = connection.execute(
            text(
                "SELECT sql FROM sqlite_master WHERE name IN ('observations', 'buckets', 'events')"
            )
        ).scalars()
        assert all("WITHOUT ROWID" in sql for sql in made)
