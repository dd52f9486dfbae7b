"""The school in front of which most of these tests stand, on either kind of store."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from services.accounts import passwords
from tests.builders.world import PASSWORD, World, make_world


@pytest.fixture(scope="session")
def password_hash() -> Iterator[str]:
    """A hash of PASSWORD; for as long as the tests run, hashing is quick instead of safe."""
    quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "PasswordHasher", quick)
        passwords._hasher.cache_clear()
        yield passwords.hash_password(PASSWORD)
    passwords._hasher.cache_clear()


@pytest.fixture
def world(sqlite_url: str, tmp_path: Path, password_hash: str) -> Iterator[World]:
    """The school on SQLite."""
    made = make_world(sqlite_url, tmp_path / "data", password_hash)
    yield made
    made.app.close()


@pytest.fixture
def postgres_world(postgres_url: str, tmp_path: Path, password_hash: str) -> Iterator[World]:
    """The school on PostgreSQL."""
    made = make_world(postgres_url, tmp_path / "data", password_hash)
    yield made
    made.app.close()
