"""``classpulse bench ingest``: how many observations a second the server takes in."""

from enum import StrEnum
from typing import Annotated

import typer

from classpulse.commands.common import AsJson
from classpulse.console import say, say_json


class StoreKind(StrEnum):
    """The store to measure."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


def ingest(
    store: Annotated[
        StoreKind, typer.Option(help="PostgreSQL is one of the bench's own")
    ] = StoreKind.SQLITE,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="each turn")] = 6.0,
    turns: Annotated[int, typer.Option(min=1, max=9, help="medians are of so many")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="the same seed sends the same")] = 1,
    as_json: AsJson = False,
) -> None:
    """What agents' batches of twenty cost over HTTP, beside the bare database doing the same."""
    from benchmarks.serving.ingest import bench_ingest

    figures = bench_ingest(kind=store.value, seconds=seconds, turns=turns, seed=seed)
    if as_json:
        say_json(figures)
        return
    say(
        f"{figures['store']}: {figures['observations_per_s']:.0f} observations a second, "
        f"{figures['p50_ms']} ms (median), {figures['p99_ms']} ms (99 %); "
        f"the bare database {figures['bare_rows_per_s']:.0f} rows, ratio {figures['ratio']}"
    )
