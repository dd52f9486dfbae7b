"""One array literal a column, which no word can break out of."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from db.engine.bulk import _arrays
from db.errors import StoreError


def test_a_column_becomes_one_literal() -> None:
    identifier = UUID(int=7)
    rows = [
        {"n": 1, "id": identifier, "at": datetime(2026, 11, 21, 9, 0, tzinfo=UTC)},
        {"n": None, "id": identifier, "at": datetime(2026, 11, 21, 9, 1, tzinfo=UTC)},
    ]
    assert _arrays(rows) == {
        "n_": "{1,NULL}",
        "id_": f"{{{identifier},{identifier}}}",
        "at_": "{2026-11-21T09:00:00+00:00,2026-11-21T09:01:00+00:00}",
    }


@pytest.mark.parametrize(
    ("word", "literal"),
    [("NULL", '{"NULL"}'), ('a","b', '{"a\\",\\"b"}'), ("\\", '{"\\\\"}'), ("{}", '{"{}"}')],
)
def test_words_cannot_break_out(word: str, literal: str) -> None:
    assert _arrays([{"word": word}]) == {"word_": literal}


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(StoreError, match="naive"):
        _arrays([{"at": datetime(2026, 11, 21, 9, 0)}])  # noqa: DTZ001 - what must be refused
