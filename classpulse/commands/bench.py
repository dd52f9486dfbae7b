"""``classpulse bench``: measure what figures are worth and what they cost."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classpulse.commands.bench_cost import on_one_core
from classpulse.commands.common import AsJson
from classpulse.console import UsageError, say, say_json, table

if TYPE_CHECKING:
    from benchmarks.figures.faces import FaceSet
    from benchmarks.figures.replay import Session

app = typer.Typer(help="Measure what figures are worth and what they cost.", no_args_is_help=True)

Faces = Annotated[
    Path | None, typer.Option("--faces", help="data set of faces; the card's own bank otherwise")
]
ReplayFile = Annotated[
    Path | None,
    typer.Option("--replay", help="CSV: person, time, state and/or seven posteriors"),
]
Lectures = Annotated[int, typer.Option(min=2, max=5000, help="simulated lectures of each kind")]
Seed = Annotated[int, typer.Option(min=0, help="the same seed gives the same figures")]
Tuning = Annotated[
    bool,
    typer.Option("--tuning", help="on PublicTest, where thresholds are chosen, not PrivateTest"),
]


@app.command()
def mood(
    faces: Faces = None,
    replay: ReplayFile = None,
    lectures: Lectures = 200,
    seed: Seed = 1,
    tuning: Tuning = False,
    as_json: AsJson = False,
) -> None:
    """How far the shares of a class are from the truth, and how often their ranges hold it."""
    from benchmarks.figures.mood import bench_mood

    found, _ = _material(faces, replay, tuning=tuning, needs_bank=True)
    figures = bench_mood(found, lectures=lectures, seed=seed)
    if as_json:
        say_json(figures)
        return
    say(f"{figures['model']} on {figures['faces']}, {figures['lectures']} lectures")
    for key in ("mae_adjusted", "mae_class_mean", "mae_naive"):
        say(f"{key}: {figures[key]} points, 90 % {figures[f'{key}_interval']}")
    columns = ["bias_by_share", "bias_naive_by_share", "coverage_90_by_share"]
    shares = figures["bias_by_share"]
    rows = [{"share": at} | {key: figures[key][at] for key in columns} for at in shares]
    table(rows, ["share", *columns])


@app.command()
def flags(
    faces: Faces = None,
    replay: ReplayFile = None,
    lectures: Lectures = 100,
    seed: Seed = 1,
    tuning: Tuning = False,
    as_json: AsJson = False,
) -> None:
    """How often a check-in is suggested rightly, how many are missed, and how long it takes."""
    from benchmarks.figures.flags import GROUPS, bench_flags, bench_sessions

    found, sessions = _material(faces, replay, tuning=tuning)
    figures = (
        bench_sessions(found, sessions, lectures=lectures, seed=seed)
        if sessions
        else bench_flags(found, lectures=lectures, seed=seed)
    )
    if as_json:
        say_json(figures)
        return
    say(f"{figures['model']} on {figures['faces']}, {figures['lectures']} lectures")
    columns = ["precision", "recall", "median_delay_s", "flags_per_teacher_hour"]
    groups: dict[str, Any] = {"rule": figures}
    groups |= {name: figures[name] for name in GROUPS}
    rows = [
        {"what": name, "kind": kind} | {key: group[kind][key] for key in columns}
        for name, group in groups.items()
        for kind in ("sad_clear", "sad_all", "disengaged")
        if kind in group
    ]
    table(rows, ["what", "kind", *columns])


@app.command()
def tune(
    faces: Annotated[Path, typer.Option("--faces", help="data set of faces; PublicTest is used")],
    write: Annotated[bool, typer.Option(help="put the best into the model's card")] = False,
    lectures: Lectures = 60,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Choose the check-in rule's thresholds for the packaged model, on PublicTest faces alone."""
    from datetime import UTC, datetime

    from benchmarks.figures.faces import from_folder
    from benchmarks.figures.tune import keep
    from benchmarks.figures.tune import tune as tried

    found = tried(
        [from_folder(faces, tuning=True, half=half) for half in (0, 1)],
        lectures=lectures,
        seed=seed,
        tell=_nothing if as_json else _tell,
    )
    best = found[0]
    place = None
    if write:
        place = keep(best, faces, lectures=4 * lectures, today=datetime.now(UTC).date())
    if as_json:
        say_json({"chosen": best.values, "score": best.score, **best.figures})
        return
    columns = ["precision", "recall", "median_delay_s", "flags_per_teacher_hour"]
    rows = [
        {"kind": kind} | {key: row[key] for key in columns} for kind, row in best.figures.items()
    ]
    table(rows, ["kind", *columns])
    say("Chosen: " + ", ".join(f"{name} {value:g}" for name, value in best.values.items()))
    say(f"Written: {place}" if place else "Nothing is written; --write puts it into the card.")


@app.command()
def docs(
    faces: Annotated[Path, typer.Option("--faces", help="data set of faces")],
    out: Annotated[Path, typer.Option(help="the page; plots go into a folder beside it")] = Path(
        "docs/analytics.md"
    ),
    lectures: Lectures = 100,
    seed: Seed = 1,
) -> None:
    """Measure everything and write the page about the analytics, with its plots."""
    on_one_core()
    from benchmarks.pages.analytics_page import write_page

    write_page(faces, out, lectures=lectures, seed=seed, tell=_tell)
    say(f"Written: {out}")


def _material(
    faces: Path | None, replay: Path | None, *, tuning: bool, needs_bank: bool = False
) -> "tuple[FaceSet, tuple[Session, ...]]":
    """The faces to measure with, and sessions where those are what the file holds."""
    from benchmarks.figures.faces import from_bank, from_card, from_folder
    from benchmarks.figures.replay import read_replay

    if faces is not None and replay is not None:
        raise UsageError("Give --faces or --replay, not both.")
    if tuning and faces is None:
        raise UsageError("--tuning needs --faces: only a data set has a split to tune on.")
    if faces is not None:
        return from_folder(faces, tuning=tuning), ()
    if replay is None:
        return from_card(), ()
    found = read_replay(replay)
    if needs_bank and found.bank is None:
        raise UsageError(
            "bench mood needs posteriors of each of the seven looks with their true state, but "
            f"{replay} holds states alone, or not every look."
        )
    known = from_bank(found.bank, replay) if found.bank is not None else from_card()
    return known, found.sessions


_tell: Callable[[str], None] = say


def _nothing(_: str) -> None:
    """JSON stands alone on standard output."""
