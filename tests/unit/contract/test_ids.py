"""Ids are minted once, sort by time, and say when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import ContractError, uuid7, uuid7_time

moments = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments)
def test_an_id_says_its_millisecond(at: datetime) -> None:
    assert abs(uuid7_time(uuid7(at)) - at) <= timedelta(milliseconds=1)


@given(moments)
def test_ids_of_one_moment_only_rise(at: datetime) -> None:
    minted = [uuid7(at) for _ in range(50)]
    assert minted == sorted(minted)
    assert len(set(minted)) == 50


@given(moments)
def test_version_and_variant_are_those_of_the_standard(at: datetime) -> None:
    identifier = uuid7(at)
    assert identifier.version == 7
    assert str(UUID(str(identifier))) == str(identifier)
    assert str(identifier)[19] in "89ab"


def test_an_earlier_moment_gets_an_earlier_id() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert uuid7(now) > uuid7(now - timedelta(milliseconds=2))


def test_what_is_no_v7_or_has_no_zone_is_named() -> None:
    with pytest.raises(ContractError, match="version 4"):
        uuid7_time(uuid4())
    with pytest.raises(ContractError, match="naive"):
        uuid7(datetime(2026, 1, 1))  # noqa: DTZ001
