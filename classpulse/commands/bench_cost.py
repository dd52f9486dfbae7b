"""``classpulse bench cost``: what a live tick and a whole report cost."""

import os
from typing import Annotated

import typer

from classpulse.commands.common import AsJson
from classpulse.console import say, say_json, table


def on_one_core() -> None:
    """Keep linear algebra to one thread; to be called before NumPy is loaded.

    Else larger classes are worked on by all cores, and processor time counts the threads that spin
    while they wait for each other: up to six times the work from 250 students on.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


def cost(
    large: Annotated[
        bool, typer.Option(help="also up to 500 students and eight hours; takes a minute")
    ] = True,
    seed: Annotated[int, typer.Option(min=0, help="the same seed draws the same class")] = 1,
    as_json: AsJson = False,
) -> None:
    """Processor time of a live tick and of a two-hour report, and how they grow with the class."""
    on_one_core()
    from benchmarks.figures.cost import bench_cost
    from benchmarks.figures.faces import from_card

    figures = bench_cost(from_card(), seed=seed, large=large)
    if as_json:
        say_json(figures)
        return
    say(
        f"{figures['students']} students, {figures['hours']} hours: a tick {figures['tick_ms']} ms "
        f"(target {figures['tick_target_ms']:g}; the first {figures['first_tick_ms']} ms), "
        f"a whole report {figures['report_ms']} ms "
        f"(target {figures['report_target_ms']:g}), of one core"
    )
    say("of which " + ", ".join(f"{name} {ms}" for name, ms in figures["tick_parts_ms"].items()))
    columns = ["students", "hours", "tick_ms", "report_ms", "report_us_per_bucket"]
    table([{key: row[key] for key in columns} for row in figures["sizes"]], columns)
