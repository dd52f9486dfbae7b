"""A training run as a person sees it: a bar in an epoch, a line after it, curves on disk."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from classpulse.console import say
from models.errors import ModelsError

if TYPE_CHECKING:
    from models.training.data.datasets import DataSet
    from models.training.learning import TrainConfig
    from models.training.runs import EpochLog

CURVES = "curves.svg"


def recipe_of(name: str) -> "TrainConfig":
    """The kept recipe of the model called ``name``. Raises ModelsError where there is none."""
    import models
    from models.training.learning import read_config

    folder = Path(models.__file__).parent / "recipes"
    file = folder / f"{name}.json"
    if not file.is_file():
        known = ", ".join(sorted(recipe.stem for recipe in folder.glob("*.json")))
        raise ModelsError(f"there are recipes for {known}, but none for {name!r}")
    return read_config(file)


def train_and_tell(
    config: "TrainConfig", data: "DataSet", run: Path, *, until: int | None, quiet: bool
) -> dict[str, Any]:
    """Train, telling how it goes; the run's end as plain values. Raises TrainingError."""
    from models.training.runs import LOG_FILE, read_log
    from models.training.train import train

    bar = Progress(
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=quiet,
    )
    with bar:
        task = bar.add_task("", total=None, epoch=len(read_log(run)) + 1)

        def report(entry: "EpochLog") -> None:
            draw_curves(run)
            bar.reset(task, epoch=entry.epoch + 1)
            if not quiet:
                say(
                    f"epoch {entry.epoch}: loss {entry.training_loss:.4f}, PublicTest "
                    f"{entry.public_accuracy:.4f} (best {entry.best_public_accuracy:.4f}), "
                    f"{entry.seconds:.0f} s"
                )

        def tick(step: int, steps: int) -> None:
            bar.update(task, completed=step, total=steps)

        best = train(config, data, run, report=report, tick=tick, until=until)
    log = read_log(run)
    return {
        "model": config.model,
        "epochs": len(log),
        "best_public_accuracy": max((entry["public_accuracy"] for entry in log), default=None),
        "best_weights": str(best),
        "log": str(run / LOG_FILE),
        "curves": str(run / CURVES) if (run / CURVES).is_file() else None,
    }


def draw_curves(run: Path) -> None:
    """Draw the run's accuracy on Training and PublicTest by epoch, into its folder.

    In a checkout alone: an installed program has nothing to draw with.
    """
    from models.training.runs import read_log

    if find_spec("benchmarks") is None:
        return
    from benchmarks.pages.plots import Line, chart

    log = read_log(run)
    lines = [
        Line(name, tuple((float(entry["epoch"]), float(entry[key])) for entry in log))
        for name, key in (("Training", "training_accuracy"), ("PublicTest", "public_accuracy"))
    ]
    (run / CURVES).write_text(chart(run.name, "epoch", "accuracy", lines), encoding="utf-8")
