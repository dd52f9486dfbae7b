"""``classpulse models``: list, train, evaluate, export and describe expression models."""

from pathlib import Path
from typing import Annotated

import typer

from classpulse.commands.common import AsJson
from classpulse.console import say, say_json, table

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
