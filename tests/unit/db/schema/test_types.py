"""Moments and ids mean the same whatever the store does with them."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite

from contract.ids import uuid7
from db.errors import StoreError
from db.schema.types import Id, Moment, utc

DIALECTS = [sqlite.dialect(), postgresql.dialect()]
NAIVE = datetime(2026, 11, 21, 9, 0)  # noqa: DTZ001 - what must be refused


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_moment_keeps_its_instant(dialect: Dialect) -> None:
    india = datetime(2026, 11, 21, 14, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    stored = Moment().process_bind_param(india, dialect)

    found = Moment().process_result_value(stored, dialect)
    assert found == india
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_naive_moment_is_refused(dialect: Dialect) -> None:
    with pytest.raises(StoreError, match="naive"):
        Moment().process_bind_param(NAIVE, dialect)


def test_no_zone_is_guessed() -> None:
    with pytest.raises(StoreError, match="2026, 11, 21, 9, 0"):
        utc(NAIVE)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_nothing_stays_nothing(dialect: Dialect) -> None:
    assert Moment().process_bind_param(None, dialect) is None
    assert Moment().process_result_value(None, dialect) is None


def test_an_id_is_sixteen_bytes_on_sqlite_and_native_on_postgresql() -> None:
    identifier = uuid7(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    sqlite_dialect, postgres_dialect = DIALECTS
    bind = Id().bind_processor(sqlite_dialect)
    read = Id().result_processor(sqlite_dialect, None)

    assert bind is not None
    assert read is not None
    assert len(bind(identifier)) == 16
    assert read(bind(identifier)) == identifier
    assert (bind(None), read(None)) == (None, None)
    assert Id().bind_processor(postgres_dialect) is None
    assert Id().result_processor(postgres_dialect, None) is None


@given(st.uuids(), st.uuids())
def test_bytes_sort_as_ids_do(one: UUID, other: UUID) -> None:
    bind = Id().bind_processor(DIALECTS[0])
    assert bind is not None
    assert (bind(one) < bind(other)) == (one < other)
