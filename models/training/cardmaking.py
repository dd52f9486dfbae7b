"""Making a model's card: from its answers to PublicTest to all that ``analytics`` corrects by."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.cards import (
    BankClass,
    ByLabel,
    ByVotes,
    Card,
    CardFile,
    Evaluation,
    PosteriorBank,
    Provenance,
    Scaling,
    SoftConfusion,
    sad_means,
)
from models.evaluation import metrics
from models.evaluation.evaluate import evaluate_predictor, provenance_of
from models.evaluation.measurement import Measurement
from models.evaluation.metrics import Calibration
from models.inference.files import read_weights
from models.inference.predictor import Predictor
from models.inference.runtime import load_network
from models.training.data.datasets import DataSet, Faces, Split
from models.truths import Truth

BANK_PER_CLASS: Final = 120
"""Enough for a parametric bootstrap of 30 students with five faces each, and for simulation."""

INTENDED_USE: Final = (
    "Estimating how the faces of a class look, on average and with intervals, from webcams of "
    "students who agreed, and choosing whom a teacher might quietly check in with. It names a "
    "look, never a feeling."
)
LIMITS: Final = (
    "A look is not a feeling: expressions vary across cultures, situations and people (Barrett et "
    "al. 2019). No grade, ranking or decision about a person may rest on it.",
    "One answer is often wrong: read shares over time, corrected by this card's confusion, never "
    "single faces.",
    "Learnt from FER2013: web pictures found by search words, mostly adults and posed. What looks "
    "true is what most of ten people see in a face (FER+); the set's own labels are one rater's, "
    "and agree with them on about 65 %. Age, skin and gender are not labelled there, so error "
    "rates by group are not known.",
    "It has only seen faces that are nearly frontal and framed as FER2013 frames them; masks, "
    "hands before the face, strong side light and very small faces make it less sure or wrong.",
    "Disgust and fear are seldom in the data and often taken for anger, sad or surprise; sad and "
    "neutral are confused on particular people, all the time.",
    "Its answers hold where looks are met as they are in its data, a third of them neutral: ask "
    "them under another prior where that is known to be otherwise.",
    "Inferring emotions of people in education is prohibited in the EU (AI Act, Art. 5(1)(f)) and "
    "restricted elsewhere.",
)


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of a model before it is measured."""

    name: str
    version: int
    summary: str
    files: tuple[CardFile, ...]
    parameters: int
    training: dict[str, Any]
    truths: tuple[Truth, ...]
    calibrations: tuple[Calibration, ...]
    """One for each of ``truths``."""


@dataclass(frozen=True, slots=True)
class CardAnswers:
    """The data, and the loaded file's calibrated answers (n, truths, 7) to PublicTest faces."""

    data: DataSet
    public: NDArray[np.floating[Any]]


def make_card(made: Made, answers: CardAnswers, folder: Path, splits: Sequence[Split]) -> Card:
    """Measure every file of ``made`` in ``folder`` on ``splits``; write ``<name>.json`` there."""
    data, truth = answers.data, made.truths[0]
    public = provenance_of(data, Split.PUBLIC_TEST)
    said, true = _judged(answers, made, truth)
    unsad, sad = sad_means(said, true)
    card = Card(
        name=made.name,
        version=made.version,
        summary=made.summary,
        emotions=LOOKS,
        files=made.files,
        parameters=made.parameters,
        training=made.training,
        temperature=made.calibrations[0].temperature,
        scale=made.calibrations[0].scale,
        bias=made.calibrations[0].bias,
        truth=truth,
        training_prior=prior_of(data.training, truth),
        by_label=_by_label(answers, made, public),
        by_votes=_by_votes(answers, public)
        if truth is Truth.CROWD and data.public_test.has_votes()
        else None,
        soft_confusion=_soft(said, true, public),
        hard_confusion=_hard(said, true),
        bank=_bank(answers, truth, public),
        sad_m0=round(unsad, 5),
        sad_m1=round(sad, 5),
        evaluations=(),
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    card = card.model_copy(update={"evaluations": _evaluations(card, data, folder, splits)})
    target = folder / f"{card.name}.json"
    target.write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return card


def prior_of(faces: Faces, truth: Truth) -> tuple[float, ...]:
    """The shares of the seven looks among ``faces``, by votes or by labels."""
    if truth is Truth.CROWD and faces.has_votes():
        met = (faces.votes / np.maximum(faces.raters, 1)[:, None]).sum(axis=0)
    else:
        met = np.bincount(faces.labels, minlength=len(LOOKS)).astype(np.float64)
    return _rounded(met / met.sum())


def _judged(
    answers: CardAnswers, made: Made, truth: Truth
) -> tuple[NDArray[np.floating[Any]], NDArray[np.int64]]:
    """The answers (n, 7) to ``truth``, and it, on those PublicTest faces that have one."""
    true = answers.data.public_test.true_by(truth)
    known = true >= 0
    return answers.public[known, made.truths.index(truth)], true[known]


def _soft(
    said: NDArray[np.floating[Any]], true: NDArray[np.int64], provenance: Provenance
) -> SoftConfusion:
    return SoftConfusion(
        provenance=provenance.model_copy(update={"n": len(true)}),
        rows=tuple(_rounded(row) for row in metrics.soft_confusion(said, true)),
        counts=tuple(int(count) for count in np.bincount(true, minlength=len(LOOKS))),
    )


def _hard(said: NDArray[np.floating[Any]], true: NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(count) for count in row) for row in metrics.confusion(said, true))


def _by_label(answers: CardAnswers, made: Made, provenance: Provenance) -> ByLabel | None:
    """The second answer's figures, where there is one."""
    if Truth.LABEL not in made.truths[1:]:
        return None
    said, true = _judged(answers, made, Truth.LABEL)
    fitted = made.calibrations[made.truths.index(Truth.LABEL)]
    return ByLabel(
        scaling=Scaling(temperature=fitted.temperature, scale=fitted.scale, bias=fitted.bias),
        training_prior=prior_of(answers.data.training, Truth.LABEL),
        soft_confusion=_soft(said, true, provenance),
        hard_confusion=_hard(said, true),
    )


def _by_votes(answers: CardAnswers, provenance: Provenance) -> ByVotes:
    faces = answers.data.public_test
    majority, voted = faces.ferplus_majority(), faces.votes.sum(axis=1) > 0
    agreed = majority >= 0
    shares = faces.votes[voted] / faces.votes[voted].sum(axis=1, keepdims=True)
    rows = metrics.confusion_by_votes(answers.public[voted, 0], shares)
    logits = metrics.log_of(answers.public[agreed, 0])
    return ByVotes(
        provenance=provenance.model_copy(update={"n": int(voted.sum())}),
        rows=tuple(_rounded(row) for row in rows),
        weights=tuple(round(float(weight), 1) for weight in shares.sum(axis=0)),
        majority_temperature=metrics.fit_temperature(logits, majority[agreed]).temperature,
    )


def _rounded(row: NDArray[np.floating[Any]]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in row)


def _bank(answers: CardAnswers, truth: Truth, provenance: Provenance) -> PosteriorBank:
    """At most BANK_PER_CLASS answers a look, drawn by a fixed seed from all of them."""
    faces = answers.data.public_test
    clear = faces.agreed() if truth is Truth.CROWD else faces.clear()
    true = faces.true_by(truth)
    random = np.random.default_rng(0)
    classes = []
    for look in range(len(LOOKS)):
        rows = random.permutation(np.flatnonzero(true == look))[:BANK_PER_CLASS]
        classes.append(
            BankClass(
                posteriors=tuple(_rounded(answers.public[row, 0]) for row in rows),
                clear=tuple(bool(clear[row]) for row in rows),
            )
        )
    return PosteriorBank(provenance=provenance, by_true_look=tuple(classes))


def _evaluations(
    card: Card, data: DataSet, folder: Path, splits: Sequence[Split]
) -> tuple[Evaluation, ...]:
    """Every file on every one of ``splits``."""
    done = []
    for file in card.files:
        content = read_weights(file.name, file.sha256, folder=folder)
        predictor = Predictor(load_network(content, name=file.name), card, file)
        done += [
            _told(evaluate_predictor(predictor, data, split, provenance_of(data, split)))
            for split in splits
        ]
    return tuple(done)


def _told(measured: Measurement) -> Evaluation:
    """What a card keeps of a measurement."""
    return Evaluation.model_validate(measured.model_dump(include=set(Evaluation.model_fields)))
