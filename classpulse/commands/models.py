"""``classpulse models``: list, explore, train, evaluate, compare, export and describe models."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classpulse.commands.common import AsJson
from classpulse.commands.model_card import card
from classpulse.console import UsageError, say, say_json, table, warn

if TYPE_CHECKING:
    from models.evaluation.comparison import Row
    from models.evaluation.measurement import Measurement
    from models.training.data.datasets import DataSet

app = typer.Typer(help="Expression models.", no_args_is_help=True)
app.command("card")(card)

Data = Annotated[
    Path,
    typer.Option(
        help="FER2013 in any form it is shared in, or square faces of your own as "
        "train/LOOK/*.jpg, validation/LOOK/*.jpg and test/LOOK/*.jpg"
    ),
]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the architectures that can be trained, and the peers that are measured beside them."""
    from models.evaluation.comparison import in_order, kept_rows
    from models.training.architectures import ARCHITECTURES

    rows = [
        {
            "name": row.name,
            "trainable": row.name in ARCHITECTURES,
            "status": row.status.value,
            "ferplus_accuracy": _figure(row, "ferplus_accuracy"),
            "accuracy": _figure(row, "accuracy"),
            "published": row.published or None,
            "summary": row.summary,
        }
        for row in in_order(kept_rows())
    ]
    if as_json:
        say_json(rows)
    else:
        table(rows, ["name", "status", "ferplus_accuracy", "accuracy", "published", "summary"])


def _figure(row: "Row", name: str) -> float | None:
    value = getattr(row.measured, name, None)
    return None if value is None else round(value, 4)


@app.command("explore")
def explore_data(
    data: Data,
    out: Annotated[
        Path | None, typer.Option(help="draw counts, faces and disagreement into this folder")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count a data set: looks, repeated faces, and where FER+ sees another look than the label."""
    from dataclasses import asdict

    from models.training.data.datasets import load_dataset
    from models.training.data.exploring import explore

    if out is not None:
        _made(out)
    loaded = load_dataset(data)
    found = explore(loaded)
    drawn = [] if out is None else _draw(loaded, out)
    if as_json:
        say_json(asdict(found) | {"drawn": drawn})
        return
    from contract.looks import LOOKS

    table(
        [
            {"look": look, **{split: counts[n] for split, counts in found.counts.items()}}
            for n, look in enumerate(LOOKS)
        ],
        ["look", *found.counts],
    )
    for split, count in found.repeated.items():
        say(f"{count} faces of {split} repeat a face of Training, pixel for pixel.")
    if found.agreement is not None:
        say(
            f"The FER+ majority says what the label says on {found.agreement:.1%} of the "
            f"{found.with_majority} faces that have one."
        )
    for place in drawn:
        say(f"Drawn: {place}")


def _draw(loaded: "DataSet", out: Path) -> list[str]:
    from benchmarks.pages.drawings import bars, matrix
    from contract.looks import LOOKS
    from models.training.data.exploring import draw_faces, explore

    found = explore(loaded)
    drawn = draw_faces(loaded, out)
    charts = {
        "counts.svg": bars("Faces of each look", LOOKS, found.counts),
        "disagreement.svg": matrix(
            "FER2013 label in rows, FER+ majority in columns", LOOKS, LOOKS,
            found.disagreement,
        ),
    }  # fmt: skip
    for name, svg in charts.items():
        (out / name).write_text(svg, encoding="utf-8")
        drawn.append(out / name)
    return [str(place) for place in drawn]


def _made(folder: Path) -> Path:
    """``folder``, there to be written to. Raises ModelsError before minutes of work where not."""
    from models.errors import ModelsError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelsError(
            f"{folder} must be a folder that can be written to: {error.strerror}"
        ) from error
    return folder


@app.command("train")
def train_model(
    data: Data,
    run: Annotated[Path, typer.Option(help="folder of the run; an interrupted one goes on")],
    name: Annotated[
        str | None, typer.Option("--model", help="train this one by its kept recipe")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="JSON with fields of the configuration")
    ] = None,
    until: Annotated[int | None, typer.Option(min=1, help="stop after this epoch for now")] = None,
    as_json: AsJson = False,
) -> None:
    """Train to the end, or from wherever the run stands; its curves are drawn beside its log."""
    from classpulse.training import recipe_of, train_and_tell
    from models.training.architectures import require_keras
    from models.training.data.datasets import load_dataset
    from models.training.learning import read_config

    if name is not None and config is not None:
        raise UsageError("Give --model for its kept recipe, or --config for one of your own.")
    chosen = read_config(config) if name is None else recipe_of(name)
    require_keras()  # Before minutes of reading faces.
    told = train_and_tell(chosen, load_dataset(data), _made(run), until=until, quiet=as_json)
    if as_json:
        say_json(told)
    else:
        say(f"The best weights are in {told['best_weights']}.")


@app.command("evaluate")
def evaluate_model(
    data: Annotated[
        Path,
        typer.Option(help="FER2013 in any form, or a folder of square faces as LOOK/*.jpg"),
    ],
    name: Annotated[str, typer.Argument(help="the packaged model, or with --model any name")],
    split: Annotated[
        str, typer.Option(help="PublicTest, PrivateTest, or Training, which it has learnt from")
    ] = "PublicTest",
    model: Annotated[Path | None, typer.Option(help="an exported file, its card beside it")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure an exported model on one split, or on all faces of a folder of your own."""
    from models.evaluation.evaluate import evaluate
    from models.training.data.datasets import Split

    if split not in tuple(Split):
        raise UsageError(f"A split must be one of {', '.join(Split)}, but received {split!r}.")
    found = evaluate(name, data, Split(split), model_path=model)
    if as_json:
        say(found.model_dump_json())
    else:
        _tell(found)


def _tell(found: "Measurement") -> None:
    """The figures of one measurement, as a person reads them."""
    from contract.looks import LOOKS

    say(f"{found.file} on {found.n} faces of {found.split}")
    rows: list[dict[str, Any]] = []
    for key, interval in found.intervals.model_dump(exclude_none=True).items():
        low, high = interval
        value, reach = f"{getattr(found, key):.4f}", f"{low:.4f} to {high:.4f}"
        rows.append({"figure": key, "value": value, "95 %": reach})
    rows += [
        {"figure": key, "value": f"{getattr(found, key):.4g}"}
        for key in (
            "ferplus_ece",
            "ferplus_log_loss",
            "ferplus_brier",
            "ece",
            "ece_before",
            "ece_by_chance",
            "temperature",
            "ms_per_face",
            "load_s",
            "mflops",
        )
        if getattr(found, key) is not None
    ]
    rows += [
        {"figure": key, "value": f"{getattr(found, key):,}"} for key in ("file_bytes", "parameters")
    ]
    table(rows, ["figure", "value", "95 %"])
    for truth, of in (("the crowd", found.crowd), ("FER2013's label", found)):
        if of is None:
            continue
        say(f"By {truth}:")
        table(
            [
                {
                    "look": look,
                    "precision": f"{of.precision[n]:.3f}",
                    "recall": f"{of.recall[n]:.3f}",
                    "f1": f"{of.f1[n]:.3f}",
                }
                for n, look in enumerate(LOOKS)
            ],
            ["look", "precision", "recall", "f1"],
        )


@app.command("compare")
def compare(
    data: Annotated[
        Path | None, typer.Option(help="FER2013: measure what is new; without it, kept rows only")
    ] = None,
    runs: Annotated[
        Path, typer.Option(help="folder of training runs, each under its model's name")
    ] = Path("runs"),
    again: Annotated[
        bool, typer.Option("--again", help="measure every row anew, not only what is new")
    ] = False,
    docs: Annotated[
        Path | None, typer.Option(help="write the page here; plots go into a folder beside it")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put every model and peer side by side under one protocol."""
    from benchmarks.pages.models_page import write_page
    from classpulse.comparing import compared

    if docs is not None:
        _made(docs.parent)
    rows = compared(data, runs, again=again, tell=warn)
    if docs is not None:
        write_page(rows, docs)
    if as_json:
        say_json({"protocol": _protocol(), "models": [row.model_dump(mode="json") for row in rows]})
        return
    table([_line(row) for row in rows], ["name", "status", "epochs", *_FIGURES, "published"])
    if docs is not None:
        say(f"Written: {docs}")


_FIGURES = (
    "ferplus_accuracy", "ferplus_log_loss", "accuracy", "accuracy_flip", "accuracy_dedup",
    "macro_f1", "ece", "ms_per_face",
)  # fmt: skip


def _protocol() -> list[str]:
    from models.evaluation.measurement import PROTOCOL

    return list(PROTOCOL)


def _line(row: "Row") -> dict[str, Any]:
    values = {key: getattr(row.measured, key, None) for key in _FIGURES}
    figures = {key: "–" if value is None else f"{value:.3f}" for key, value in values.items()}
    return {
        "name": row.name,
        "status": row.status.value,
        "epochs": row.epochs or "",
        "published": row.published,
        **figures,
    }


@app.command("export")
def export_model(
    data: Data,
    run: Annotated[Path, typer.Option(help="folder of the run")],
    out: Annotated[Path, typer.Option(help="folder for the files and the card")],
    version: Annotated[int, typer.Option(min=1, help="version the card carries")] = 1,
    interim: Annotated[
        bool, typer.Option("--interim", help="leave PrivateTest alone, until the run has ended")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Export a run's best weights to LiteRT (float and int8) and ONNX, with their card."""
    from models.training.architectures import require_keras
    from models.training.data.datasets import load_dataset
    from models.training.export import export_run

    require_keras()
    made = export_run(run, load_dataset(data), _made(out), version=version, interim=interim)
    if as_json:
        say_json(
            {
                "model": made.model_id,
                "temperature": made.temperature,
                "files": [file.model_dump() for file in made.files],
                "evaluations": [figures.model_dump(mode="json") for figures in made.evaluations],
            }
        )
        return
    say(f"Exported {made.model_id}: {', '.join(file.name for file in made.files)}.")
