"""The bench of the live page, small: a real server, real dashboards in another process."""

import pytest

from benchmarks.serving.live import bench_live


@pytest.mark.alone
def test_the_bench_watches_every_dashboard_at_every_tick() -> None:
    found = bench_live(viewers=3, students=2, seconds=4.0, seed=1, minutes=2, past_lectures=20)
    promised = {"viewers", "students", "p50_ms", "p95_ms", "cpu_share", "bytes_per_viewer_minute"}
    assert promised <= found.keys()
    assert (found["viewers"], found["students"], found["polls"]) == (3, 2, 6)
    assert 0 < found["p50_ms"] <= found["p95_ms"]
    assert found["cpu_share"] > 0
    assert found["bytes_per_viewer_minute"] > 1000
    assert 0 < found["told"] <= 1
    past, bare = found["past"], found["bare"]
    assert (past["lectures"], past["polls"]) == (20, 6)
    assert past["cpu_over_without"] > 0
    assert bare["cpu_share"] > 0
