"""``classpulse models card``: what is known about a model, in words, as JSON or as a page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classpulse.commands.common import AsJson
from classpulse.console import UsageError, say

if TYPE_CHECKING:
    from models.evaluation.comparison import Row


def card(
    name: Annotated[
        str | None, typer.Argument(help="a model that the list names; the shipped one else")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="a card's file instead of a name")] = None,
    page: Annotated[
        Path | None, typer.Option(help="in a checkout: write the card as a page of Markdown")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what is known about a model: figures, limits, intended use."""
    from contract.looks import LOOKS
    from models.cards import PACKAGED, load_card

    if name is not None and model is not None:
        raise UsageError("Give a model's name, or --model for a card's file.")
    if model is None and name not in (None, PACKAGED):
        _say_row(_row_of(str(name)), as_json=as_json)
        return
    found = load_card(model)
    if page is not None:
        from benchmarks.pages import card_page

        page.write_text(card_page.page(found), encoding="utf-8")
    if as_json:
        say(found.model_dump_json())
        return
    say(f"{found.model_id}: {found.summary}")
    for figures in found.evaluations:
        say(
            f"  {figures.file} on {figures.split} (n = {figures.n}): as most raters see it "
            f"{_share(figures.ferplus_accuracy)}, as labelled {figures.accuracy:.1%}, flipped "
            f"{figures.accuracy_flip:.1%}, macro F1 {figures.macro_f1:.2f}, ECE "
            f"{figures.ece:.3f}, {figures.ms_per_face:.2f} ms a face"
        )
    where = found.soft_confusion.provenance
    say(f"How often each look is answered otherwise ({where.split}, n = {where.n}):")
    for look, row in zip(LOOKS, found.hard_confusion, strict=True):
        n = LOOKS.index(look)
        worst = max((k for k in range(len(row)) if k != n), key=lambda k: row[k])
        say(
            f"  {look}: {1 - row[n] / sum(row):.0%} of {sum(row)}, most often as {LOOKS[worst]} "
            f"({row[worst] / sum(row):.0%})"
        )
    say(f"Intended use: {found.intended_use}")
    for limit in found.limits:
        say(f"Limit: {limit}")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _row_of(name: str) -> "Row":
    """What is kept of a model that has no card. Raises ModelsError where the list has none such."""
    from models.errors import ModelsError
    from models.evaluation.comparison import in_order, kept_rows

    rows = {row.name: row for row in in_order(kept_rows())}
    if name not in rows:
        raise ModelsError(f"a model must be one of {', '.join(rows)}, not {name!r}")
    return rows[name]


def _say_row(row: "Row", *, as_json: bool) -> None:
    """The same as a card, as far as it was measured, and why there is no more."""
    from models.evaluation.peers import PEERS

    if as_json:
        say(row.model_dump_json())
        return
    say(f"{row.name}: {row.summary}")
    if row.published:
        say(f"  published: {row.published}")
    if row.epochs:
        say(f"  trained for {row.epochs} epochs from {row.start}, best at {row.best_epoch}")
    if row.measured is not None:
        of = row.measured
        say(
            f"  {of.file} on {of.split} (n = {of.n}): as most raters see it "
            f"{_share(of.ferplus_accuracy)}, as labelled {of.accuracy:.1%}, flipped "
            f"{of.accuracy_flip:.1%}, macro F1 {of.macro_f1:.2f}, ECE {of.ece:.3f}, "
            f"{of.ms_per_face:.2f} ms a face"
        )
    if row.reason:
        say(f"  not measured: {row.reason}")
    missing = "when a run of it is exported ('classpulse models export', then 'card --model FILE')"
    if row.name in PEERS:
        missing = "by nobody: it is a model of others"
    say(f"It is not shipped: its confusion, intended use and limits are written {missing}.")
