"""``classpulse models``: list, train, evaluate, export and describe expression models."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classpulse.commands.common import AsJson
from classpulse.console import UsageError, say, say_json, table

if TYPE_CHECKING:
    from models.train import EpochLog

app = typer.Typer(help="Expression models.", no_args_is_help=True)


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the architectures that can be trained."""
    from models.architectures import ARCHITECTURES

    rows = [{"name": row.name, "summary": row.summary} for row in ARCHITECTURES.values()]
    if as_json:
        say_json(rows)
    else:
        table(rows, ["name", "summary"])


@app.command("card")
def card(
    model: Annotated[Path | None, typer.Option(help="a card's file; the packaged one else")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what is known about a model: figures, limits, intended use."""
    from models.cards import load_card

    found = load_card(model)
    if as_json:
        say(found.model_dump_json())
        return
    say(f"{found.model_id}: {found.summary}")
    for figures in found.evaluations:
        say(
            f"  {figures.file} on {figures.split} (n = {figures.n}): accuracy "
            f"{figures.accuracy:.1%}, flipped {figures.accuracy_flip:.1%}, macro F1 "
            f"{figures.macro_f1:.2f}, ECE {figures.ece:.3f}, {figures.ms_per_face:.2f} ms a face"
        )
    say(f"Intended use: {found.intended_use}")
    for limit in found.limits:
        say(f"Limit: {limit}")


Data = Annotated[Path, typer.Option(help="folder or file of FER2013, in any form it is shared in")]


@app.command("train")
def train_model(
    data: Data,
    run: Annotated[Path, typer.Option(help="folder of the run; an interrupted one goes on")],
    config: Annotated[
        Path | None, typer.Option(help="JSON with fields of the configuration")
    ] = None,
) -> None:
    """Train to the end, or from wherever the run stands."""
    from models.datasets import load_dataset
    from models.learning import read_config
    from models.train import train

    def tell(entry: "EpochLog") -> None:
        say(
            f"epoch {entry.epoch}: loss {entry.training_loss:.4f}, PublicTest "
            f"{entry.public_accuracy:.4f} (best {entry.best_public_accuracy:.4f}), "
            f"{entry.seconds:.0f} s"
        )

    best = train(read_config(config), load_dataset(data), run, report=tell)
    say(f"The best weights are in {best}.")


@app.command("evaluate")
def evaluate_model(
    data: Data,
    name: Annotated[str, typer.Argument(help="the packaged model, or with --model any name")],
    split: Annotated[str, typer.Option(help="PublicTest or PrivateTest")] = "PublicTest",
    model: Annotated[Path | None, typer.Option(help="an exported file, its card beside it")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure an exported model on one split."""
    from models.datasets import Split
    from models.evaluate import evaluate

    if split not in tuple(Split):
        raise UsageError(f"A split must be one of {', '.join(Split)}, but received {split!r}.")
    found = evaluate(name, data, Split(split), model_path=model)
    if as_json:
        say(found.model_dump_json())
        return
    table(
        [{"figure": key, "value": value} for key, value in found.model_dump().items()],
        ["figure", "value"],
    )


@app.command("export")
def export_model(
    data: Data,
    run: Annotated[Path, typer.Option(help="folder of the run")],
    out: Annotated[Path, typer.Option(help="folder for the files and the card")],
    version: Annotated[int, typer.Option(min=1, help="version the card carries")] = 1,
) -> None:
    """Export a run's best weights to LiteRT, float and int8, with their card."""
    from models.datasets import load_dataset
    from models.export import export_run

    made = export_run(run, load_dataset(data), out, version=version)
    say(f"Exported {made.model_id}: {', '.join(file.name for file in made.files)}.")
