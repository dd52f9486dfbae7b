"""A model's card as a page: what it is for, how right it is, how it errs, what it learnt from."""

import textwrap
from collections.abc import Sequence
from typing import Final

from benchmarks.pages.tables import table
from contract.looks import LOOKS
from models.cards import Card, Evaluation, Provenance

_WIDTH: Final = 100
_HEAD: Final = (
    "This page is written by `classpulse models card --page docs/card.md`; do not edit it. It is "
    "the card that ships beside the model's files, in words (after Mitchell et al. 2019, *Model "
    "Cards for Model Reporting*). [Models](models.md) has it beside others, [agent](agent.md) how "
    "it does on faces that are small, turned or badly lit, [analytics](analytics.md) what a "
    "class's figures are worth."
)
_ANSWERS: Final = (
    "Row: what most raters see; column: what the model answers, in faces. No answer is taken for a "
    "finding about one person; a class's shares have these errors taken out."
)
_MEANS: Final = (
    "Row: what raters vote for; column: the model's mean answer to it, in percent. This is M, by "
    "which shares are corrected, and the faces behind each row (the sum of their shares of votes)."
)
_PRIOR: Final = (
    "How often each look was met in training. A class is no such mixture: where another is known, "
    "the model's answers are asked for under it."
)


def page(card: Card) -> str:
    """The whole page as Markdown."""
    parts = [f"# The card of {card.model_id}", _wrapped(_HEAD), f"**{card.summary[:1].upper()}"]
    parts[-1] += f"{card.summary[1:]}.** {card.parameters:,} parameters."
    parts += ["## What it is for", _wrapped(card.intended_use)]
    parts += ["## What it is not, and where it fails", _listed(card.limits)]
    parts += ["## How right it is", _evaluations(card.evaluations)]
    parts += [
        "## How it errs",
        _wrapped(_ANSWERS),
        _counted(card),
        _of(card.soft_confusion.provenance),
    ]
    if card.by_votes is not None:
        means = [
            (look, *(f"{100 * share:.1f}" for share in row), f"{faces:.0f}")
            for look, row, faces in zip(
                LOOKS, card.by_votes.rows, card.by_votes.weights, strict=True
            )
        ]
        parts += [
            _wrapped(_MEANS),
            table(("", *LOOKS, "faces"), means),
            _of(card.by_votes.provenance),
        ]
    parts += ["## What it learnt from", _learnt(card), _wrapped(_PRIOR), _priors(card)]
    parts += ["## By apparent age, gender or skin", _wrapped(_GROUPS)]
    parts += ["## Files", _files(card)]
    return "\n\n".join(parts) + "\n"


_GROUPS: Final = (
    "Unknown. No public set that may be used here labels both the look and the group of enough "
    "faces, and guessing a person's group from their face is no way to find out. A school that "
    "wants to know measures it on faces of its own, with their agreement: `classpulse models "
    "evaluate pulse --data FOLDER` for each group."
)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH)


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(
        textwrap.fill(line, _WIDTH, initial_indent="- ", subsequent_indent="  ") for line in lines
    )


def _evaluations(each: Sequence[Evaluation]) -> str:
    head = ("file", "faces of", "as most see it", "ECE", "log loss of votes", "as labelled", "ms")
    return table(
        head,
        [
            (
                f"`{of.file}`",
                f"{of.split} ({of.n:,})",
                *(
                    "–" if value is None else f"{value:{form}}"
                    for value, form in (
                        (of.ferplus_accuracy, ".1%"),
                        (of.ferplus_ece, ".3f"),
                        (of.ferplus_log_loss, ".3f"),
                    )
                ),
                f"{of.accuracy:.1%}",
                f"{of.ms_per_face:.2f}",
            )
            for of in each
        ],
    )


def _counted(card: Card) -> str:
    return table(
        ("", *LOOKS, "right"),
        [
            (look, *(str(count) for count in row), f"{row[n] / max(sum(row), 1):.0%}")
            for n, (look, row) in enumerate(zip(LOOKS, card.hard_confusion, strict=True))
        ],
    )


def _priors(card: Card) -> str:
    rows = [("votes" if card.by_label else "labels", *_percents(card.training_prior))]
    if card.by_label is not None:
        rows.append(("FER2013's labels", *_percents(card.by_label.training_prior)))
    return table(("", *LOOKS), rows)


def _percents(shares: Sequence[float]) -> tuple[str, ...]:
    return tuple(f"{share:.1%}" for share in shares)


def _learnt(card: Card) -> str:
    told = str(card.training.get("notes") or "")
    epochs, seconds = card.training.get("epochs_run"), card.training.get("seconds")
    if epochs and seconds:
        told += f" {epochs} epochs in all, {seconds / 60:.0f} minutes."
    data = card.soft_confusion.provenance.data
    return _wrapped(f"{data}, the Training part alone. {told}".strip())


def _of(where: Provenance) -> str:
    return (
        f"*{where.n:,} faces of {where.split}, {where.measured_on}, commit {where.commit}, data "
        f"{where.data_sha256[:12]}.*"
    )


def _files(card: Card) -> str:
    return table(
        ("file", "precision", "MB", "SHA-256"),
        [
            (f"`{it.name}`", it.precision, f"{it.size_bytes / 1e6:.2f}", f"`{it.sha256}`")
            for it in card.files
        ],
    )
