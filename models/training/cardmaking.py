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
    Card,
    CardFile,
    Evaluation,
    PosteriorBank,
    Provenance,
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
from models.training.data.datasets import DataSet, Split

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
    "Learnt from FER2013: web pictures found by search words, mostly adults and posed, labelled "
    "with noise (people agree with its labels on about 65 %). Age, skin and gender are not "
    "labelled there, so error rates by group are not known.",
    "It has only seen faces that are nearly frontal and framed as FER2013 frames them; masks, "
    "hands before the face, strong side light and very small faces make it less sure or wrong.",
    "Disgust and fear are seldom in the data and often taken for anger, sad or surprise; sad and "
    "neutral are confused on particular people, all the time.",
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
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class CardAnswers:
    """The data, and the loaded file's calibrated answers (n, 7) to its PublicTest faces."""

    data: DataSet
    public: NDArray[np.floating[Any]]


def make_card(made: Made, answers: CardAnswers, folder: Path, splits: Sequence[Split]) -> Card:
    """Measure every file of ``made`` in ``folder`` on ``splits``; write ``<name>.json`` there."""
    data = answers.data
    labels = data.public_test.labels
    public = provenance_of(data, Split.PUBLIC_TEST)
    unsad, sad = sad_means(answers.public, labels)
    counts = np.bincount(labels, minlength=len(LOOKS))
    prior = np.bincount(data.training.labels, minlength=len(LOOKS)) / len(data.training)
    card = Card(
        name=made.name,
        version=made.version,
        summary=made.summary,
        emotions=LOOKS,
        files=made.files,
        parameters=made.parameters,
        training=made.training,
        temperature=made.calibration.temperature,
        scale=made.calibration.scale,
        bias=made.calibration.bias,
        training_prior=_rounded(prior),
        soft_confusion=SoftConfusion(
            provenance=public,
            rows=tuple(_rounded(row) for row in metrics.soft_confusion(answers.public, labels)),
            counts=tuple(int(count) for count in counts),
        ),
        hard_confusion=tuple(
            tuple(int(count) for count in row) for row in metrics.confusion(answers.public, labels)
        ),
        bank=_bank(answers, public),
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


def _rounded(row: NDArray[np.floating[Any]]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in row)


def _bank(answers: CardAnswers, provenance: Provenance) -> PosteriorBank:
    """At most BANK_PER_CLASS answers a look, drawn by a fixed seed from all of them."""
    faces = answers.data.public_test
    clear = faces.clear()
    random = np.random.default_rng(0)
    classes = []
    for look in range(len(LOOKS)):
        rows = random.permutation(np.flatnonzero(faces.labels == look))[:BANK_PER_CLASS]
        classes.append(
            BankClass(
                posteriors=tuple(_rounded(answers.public[row]) for row in rows),
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
