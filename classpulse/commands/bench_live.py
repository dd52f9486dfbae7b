"""``classpulse bench live``: what a lecture with many open dashboards costs the server."""

from typing import Annotated

import typer

from classpulse.commands.common import AsJson
from classpulse.console import say, say_json


def live(
    viewers: Annotated[int, typer.Option(min=1, max=1000, help="open dashboards")] = 200,
    students: Annotated[int, typer.Option(min=1, max=500, help="students who send")] = 50,
    seconds: Annotated[float, typer.Option(min=4, max=600, help="how long is watched")] = 30.0,
    past_lectures: Annotated[
        int, typer.Option(min=0, max=100_000, help="once more with so many past ones in the store")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="the same seed draws the same class")] = 1,
    as_json: AsJson = False,
) -> None:
    """What a lecture in its second hour costs a real server, with many dashboards open."""
    from benchmarks.serving.live import bench_live

    figures = bench_live(
        viewers=viewers,
        students=students,
        seconds=seconds,
        seed=seed,
        past_lectures=past_lectures,
    )
    if as_json:
        say_json(figures)
        return
    say(
        f"{viewers} dashboards, {students} students: a tick is answered in "
        f"{figures['p50_ms']} ms (median), {figures['p95_ms']} ms (95 %)"
    )
    say(
        f"{figures['cpu_share']:.0%} of one core ({figures['cpu_over_bare']} × a bare route's), "
        f"{figures['bytes_per_viewer_minute'] / 1000:.1f} kB a dashboard a minute"
    )
    if past := figures.get("past"):
        say(
            f"with {past['lectures']} past lectures: {past['p95_ms']} ms (95 %), "
            f"{past['cpu_share']:.0%} of one core"
        )
