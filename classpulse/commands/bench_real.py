"""``classpulse bench real``: what holds on real students."""

from pathlib import Path
from typing import Annotated

import typer

from classpulse.commands.bench_cost import on_one_core
from classpulse.commands.common import AsJson
from classpulse.console import say, say_json, table

_SAID = (
    "engagement_auc_pooled", "engagement_auc_within", "elearners_auc", "sad_engaged",
    "sad_disengaged", "fear_engaged", "angry_engaged", "sad_engaged_without_rest",
    "interval_holds", "checkins_per_teacher_hour", "precision", "pafe_checkins_per_teacher_hour",
)  # fmt: skip


def real(
    data: Annotated[
        Path,
        typer.Option("--data", help="listening.npz, elearners.npz, engagenet.csv and pafe.csv"),
    ],
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same figures")] = 1,
    page: Annotated[
        Path | None, typer.Option(help="write the page, docs/real-students.md, here")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What mood, engagement and check-ins are worth on real students. Nothing is learnt of them."""
    on_one_core()
    from benchmarks.pages.real_page import write_page
    from benchmarks.real.bench import bench_real

    figures = bench_real(data, seed=seed)
    if page is not None:
        write_page(figures, page)
    if as_json:
        say_json(figures)
        return
    table([{"figure": name, "measured": figures[name]} for name in _SAID], ["figure", "measured"])
    say("No figure here is about feelings.")
    if page is not None:
        say(f"Written: {page}")
