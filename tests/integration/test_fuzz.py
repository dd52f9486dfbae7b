"""Twenty thousand cases of the fuzz suite, of which ``make fuzz`` has a million."""

from pathlib import Path

import pytest

from tests.fuzz.suite import KINDS, run_chunk

SEED = 20261121
CASES = {
    "api": 2000,
    "callbacks": 1700,
    "observations": 10_200,
    "pictures": 1500,
    "rosters": 4540,
    "schema": 60,
}


def test_there_are_twenty_thousand_of_every_kind() -> None:
    assert sorted(CASES) == KINDS
    assert sum(CASES.values()) == 20_000


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
# schemathesis is not ours to mend.
@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_every_answer_is_a_documented_one(tmp_path: Path, kind: str) -> None:
    told = run_chunk(kind, SEED, 0, CASES[kind], tmp_path)
    assert told.faults == []
    assert told.cases >= CASES[kind] * 0.95
    if kind == "api":
        # Where all is a 404, nothing was tried.
        reached = {name for name, status in told.statuses if status < 300}
        assert reached == {name for name, _ in told.statuses}
