"""What a measured model comes to: every figure of the protocol, with where it was measured.

A ``Measurement`` holds all that ``models evaluate`` and ``models compare`` say of one model on one
split. It is made of answers alone, so a peer that is not ours is measured by the very same code.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models.cards import Evaluation, Provenance, Seven, SevenBySevenCounts, Share
from models.evaluation import metrics
from models.training.data.datasets import DataSet, Split, repeated

PROTOCOL: Final = (
    "the exported file, one face at a time, on one thread",
    "answers of a single pass of the file; the mirror average stands beside it and never replaces "
    "it (pulse's file reads a face both ways round within its pass, so its two are the same)",
    "the epoch is chosen on PublicTest, and the calibration is fitted there; PrivateTest chooses "
    "nothing",
    "a temperature calibrates, and leaves a network's answers as they are; pulse's look by look "
    "(vector scaling), which is part of its file and may change an answer",
    "95 % intervals: Wilson's for shares of faces, 1,000 resamplings of faces for macro F1",
)

Interval = tuple[Share, Share]


class ReliabilityBins(BaseModel):
    """Answers by how sure they are, 15 bins of equal width: how many, how sure, how right."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    counts: tuple[int, ...]
    confidence: tuple[Share, ...]
    accuracy: tuple[Share, ...]


class Intervals(BaseModel):
    """95 % intervals of the figures of the same names."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    accuracy: Interval
    accuracy_flip: Interval
    accuracy_dedup: Interval | None
    ferplus_accuracy: Interval | None
    macro_f1: Interval


class Measurement(Evaluation):
    """An evaluation with all that it rests on; ``ece`` is after calibration."""

    precision: Seven
    recall: Seven
    confusion: SevenBySevenCounts
    """Row true, column answered."""
    temperature: Annotated[float, Field(gt=0)]
    """Fitted on PublicTest, and so are each look's scale and bias where a file has them."""
    ece_before: Share
    ece_by_chance: Share = 0.0
    """What the ECE of perfectly calibrated answers would be on as many faces."""
    reliability: ReliabilityBins
    reliability_before: ReliabilityBins
    intervals: Intervals
    mflops: Annotated[float, Field(gt=0)] | None
    """Millions of multiplications and additions a face, each counted; null where unknown."""
    load_s: Annotated[float, Field(gt=0)] | None = None
    """Seconds from the file to its first answer; null where not measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """One model's answers to one split: (n, 7) straight and to the mirrored faces, sums of one.

    ``calibration`` is what they have gone through, so that what they were before is known.
    """

    straight: NDArray[np.floating[Any]]
    mirrored: NDArray[np.floating[Any]]
    calibration: metrics.Calibration


@dataclass(frozen=True, slots=True)
class Cost:
    """What one model is and takes."""

    file: str
    file_bytes: int
    parameters: int
    ms_per_face: float
    mflops: float | None
    load_s: float | None = None


def measure(
    answers: Answers, data: DataSet, split: Split, cost: Cost, provenance: Provenance
) -> Measurement:
    """Every figure of the protocol from ``answers`` to ``split`` of ``data``."""
    faces = data.part(split)
    straight, labels = answers.straight, faces.labels
    new = ~repeated(faces, of=data.training)
    majority = faces.ferplus_majority()
    agreed = majority >= 0
    accuracy = metrics.accuracy(straight, labels)
    flip = metrics.accuracy((straight + answers.mirrored) / 2, labels)
    dedup, dedup_interval = _share(straight[new], labels[new])
    crowd, crowd_interval = _share(straight[agreed], majority[agreed])
    before = metrics.reliability(answers.calibration.before(straight), labels)
    after = metrics.reliability(straight, labels)
    f1 = metrics.f1(straight, labels)
    return Measurement(
        file=cost.file,
        split=split.value,
        n=len(faces),
        accuracy=accuracy,
        accuracy_flip=flip,
        accuracy_dedup=dedup,
        ferplus_accuracy=crowd,
        macro_f1=float(f1.mean()),
        f1=_rounded(f1),
        precision=_rounded(metrics.precision(straight, labels)),
        recall=_rounded(metrics.recall(straight, labels)),
        confusion=tuple(
            tuple(int(count) for count in row) for row in metrics.confusion(straight, labels)
        ),
        ece=after.error(),
        ece_before=before.error(),
        ece_by_chance=metrics.chance_calibration_error(straight),
        temperature=answers.calibration.temperature,
        reliability=_bins(after),
        reliability_before=_bins(before),
        intervals=Intervals(
            accuracy=metrics.wilson(accuracy, len(faces)),
            accuracy_flip=metrics.wilson(flip, len(faces)),
            accuracy_dedup=dedup_interval,
            ferplus_accuracy=crowd_interval,
            macro_f1=metrics.bootstrap(_macro_f1, straight, labels),
        ),
        ms_per_face=cost.ms_per_face,
        file_bytes=cost.file_bytes,
        parameters=cost.parameters,
        mflops=cost.mflops,
        load_s=cost.load_s,
        provenance=provenance,
    )


def _share(
    probabilities: metrics.Probabilities, labels: metrics.Labels
) -> tuple[float | None, Interval | None]:
    """Accuracy and its interval; none of either where there are no rows."""
    if not len(labels):
        return None, None
    found = metrics.accuracy(probabilities, labels)
    return found, metrics.wilson(found, len(labels))


def _macro_f1(probabilities: metrics.Probabilities, labels: metrics.Labels) -> float:
    return float(metrics.f1(probabilities, labels).mean())


def _rounded(row: NDArray[np.floating[Any]]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in row)


def _bins(found: metrics.Reliability) -> ReliabilityBins:
    return ReliabilityBins(
        counts=tuple(int(count) for count in found.counts),
        confidence=_rounded(found.confidence),
        accuracy=_rounded(found.accuracy),
    )
