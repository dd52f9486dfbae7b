"""Measuring an exported model on one split: the file that is shipped, not the network it came from.

One protocol for every model: single pass, batch 1, one thread; the mirror average and the figures
without duplicates stand beside the official one and never replace it.
"""

import subprocess
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.cards import PACKAGED, Card, Provenance
from models.errors import ModelsError
from models.evaluation.measurement import Answers, Cost, Measurement, measure
from models.evaluation.metrics import Calibration
from models.inference.predictor import SIDE, Predictor
from models.training.data.datasets import (
    ALL_FACES,
    DataSet,
    Faces,
    Split,
    load_dataset,
    load_labelled,
)
from models.training.data.forms import is_labelled
from models.truths import Truth

_TIMED: Final = 300
_WARM_UP: Final = 20


def evaluate(
    name: str, data: Path | DataSet, split: Split, *, model_path: Path | None = None
) -> Measurement:
    """Measure model ``name`` on one split of ``data``, or on all faces of a folder of one's own.

    ``name`` is the packaged model, unless ``model_path`` names an exported file with its card
    beside it. Raises ModelsError for an unknown name, and what loading data or model raises.
    """
    if model_path is None and name != PACKAGED:
        raise ModelsError(f"the packaged model is {PACKAGED}; {name!r} needs its file's path")
    predictor, seconds = loaded(model_path)
    if model_path is not None and predictor.card.name != name:
        raise ModelsError(f"{model_path.name} is the model {predictor.card.name}, not {name!r}")
    whole = data if isinstance(data, DataSet) else _load(data)
    unsplit = not len(whole.training)
    split = Split.PRIVATE_TEST if unsplit else split
    provenance = provenance_of(whole, split)
    if unsplit:
        provenance = provenance.model_copy(update={"split": ALL_FACES})
    found = evaluate_predictor(predictor, whole, split, provenance, load_s=seconds)
    return found.model_copy(update={"split": provenance.split})


def _load(place: Path) -> DataSet:
    return load_labelled(place) if is_labelled(place) else load_dataset(place)


def loaded(model_path: Path | None = None) -> tuple[Predictor, float]:
    """The model of ``Predictor.load``, and the seconds from its file to its first answer."""
    started = time.perf_counter()
    predictor = Predictor.load(model_path)
    predictor.predict(np.zeros((1, SIDE, SIDE), np.uint8))
    return predictor, time.perf_counter() - started


def evaluate_predictor(
    predictor: Predictor,
    data: DataSet,
    split: Split,
    provenance: Provenance,
    *,
    load_s: float | None = None,
) -> Measurement:
    """Measure a loaded predictor on one split of ``data``; ``load_s`` is what loading took."""
    faces = data.part(split)
    card = predictor.card
    said = predictor.predict_all(faces.pixels)
    label = card.truths.index(Truth.LABEL)
    mirrored = predictor.predict_all(np.ascontiguousarray(faces.pixels[:, :, ::-1]))
    answers = Answers(
        straight=said[:, label],
        mirrored=mirrored[:, label],
        calibration=calibration_of(card, Truth.LABEL),
        crowd=said[:, 0],
        majority=Calibration(card.by_votes.majority_temperature if card.by_votes else 1.0),
    )
    multiplications = predictor.multiplications()
    cost = Cost(
        file=predictor.file.name,
        file_bytes=predictor.file.size_bytes,
        parameters=predictor.card.parameters,
        ms_per_face=_milliseconds(predictor, faces),
        mflops=2e-6 * multiplications if multiplications else None,
        load_s=load_s,
    )
    return measure(answers, data, split, cost, provenance)


def calibration_of(card: Card, truth: Truth) -> Calibration:
    """What the card's files do to a network's logits for ``truth``, one of the card's."""
    if truth is card.truth or card.by_label is None:
        return Calibration(card.temperature, card.scale, card.bias)
    scaling = card.by_label.scaling
    return Calibration(scaling.temperature, scaling.scale, scaling.bias)


def provenance_of(data: DataSet, split: Split, *, today: date | None = None) -> Provenance:
    """Where numbers measured now on ``split`` come from."""
    return Provenance(
        split=split.value,
        n=len(data.part(split)),
        measured_on=today or datetime.now(UTC).date(),
        commit=current_commit(),
        data=data.name,
        data_sha256=data.sha256,
    )


def current_commit() -> str:
    """The commit this code stands at, ``-dirty`` if its models differ; or ``unknown``."""
    folder = Path(__file__).parents[1]

    def git(*arguments: str) -> str:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        changed = git("status", "--porcelain", "--", "*.py")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit}-dirty" if changed else commit


def _milliseconds(predictor: Predictor, faces: Faces) -> float:
    """Median time for one face at batch 1 on one thread."""
    spent: list[float] = []
    crops: NDArray[np.uint8] = faces.pixels[: _TIMED + _WARM_UP]
    for row in range(len(crops)):
        started = time.perf_counter()
        predictor.predict(crops[row : row + 1])
        spent.append(time.perf_counter() - started)
    return float(np.median(spent[_WARM_UP:] or spent)) * 1e3
