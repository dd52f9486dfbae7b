"""The bench of the way in, small: a real server, agents and the bare database in processes."""

import pytest

from benchmarks.serving.ingest import CONNECTIONS, ROWS, bench_ingest


@pytest.mark.alone
def test_the_bench_stores_what_it_says_beside_the_bare_database() -> None:
    found = bench_ingest(kind="sqlite", seconds=1.0, turns=1, seed=1)
    promised = {"store", "observations_per_s", "p50_ms", "p99_ms", "bare_rows_per_s", "ratio"}
    assert promised <= found.keys()
    assert (found["store"], found["rows"], found["connections"]) == ("sqlite", ROWS, CONNECTIONS)
    assert 0 < found["p50_ms"] <= found["p99_ms"]
    rates = found["observations_per_s"], found["bare_rows_per_s"]
    assert min(rates) > 0
    assert found["ratio"] == pytest.approx(rates[0] / rates[1], abs=0.01)
    assert found["tick_ms"] > 0, "the board ticks beside it"
