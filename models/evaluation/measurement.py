"""What a measured model comes to: every figure of the protocol, with where it was measured.

A ``Measurement`` holds all that ``models evaluate`` and ``models compare`` say of one model on one
split. It is made of answers alone, so a peer that is not ours is measured by the very same code.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models.cards import Evaluation, Provenance, Seven, SevenBySevenCounts, Share
from models.evaluation import metrics
from models.training.data.datasets import DataSet, Faces, Split, repeated

PROTOCOL: Final = (
    "the exported file, one face at a time, on one thread",
    "answers of a single pass of the file; the mirror average stands beside it and never replaces "
    "it (pulse's file reads a face both ways round within its pass, so its two are the same)",
    "the epoch is chosen on PublicTest, and the calibration is fitted there; PrivateTest chooses "
    "nothing",
    "a temperature calibrates, and leaves a network's answers as they are; pulse's look by look "
    "(vector scaling), which is part of its file and may change an answer",
    "two truths: what most of ten FER+ raters see, where that is one of the seven looks, and "
    "FER2013's label; pulse answers each apart in one pass, a network of one answer is judged by "
    "both; log loss and Brier's score are against every vote for one of the seven looks",
    "an answer to the crowd's truth is the share of raters who see a look; how likely most of them "
    "do is sharper, by one temperature of the card, and its ECE is against the majority",
    "95 % intervals: Wilson's for shares of faces, 1,000 resamplings of faces for macro F1",
)

Interval = tuple[Share, Share]


class ReliabilityBins(BaseModel):
    """Answers by how sure they are, 15 bins of equal width: how many, how sure, how right."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    counts: tuple[int, ...]
    confidence: tuple[Share, ...]
    accuracy: tuple[Share, ...]


class ByCrowd(BaseModel):
    """The figures by what most raters say, on the faces where that is one look."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    n: int
    votes_ece: Share
    """Of single votes: an answer is the share of raters who see that look."""
    macro_f1: Share
    f1: Seven
    precision: Seven
    recall: Seven
    confusion: SevenBySevenCounts
    """Row what most say, column answered."""
    reliability: ReliabilityBins
    """Of how likely most say so."""


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
    crowd: ByCrowd | None = None
    """null where no face has a majority, and in rows measured before it was asked for"""
    mflops: Annotated[float, Field(gt=0)] | None
    """Millions of multiplications and additions a face, each counted; null where unknown."""
    load_s: Annotated[float, Field(gt=0)] | None = None
    """Seconds from the file to its first answer; null where not measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """One model's answers to one split: (n, 7) straight and to the mirrored faces, sums of one.

    ``calibration`` is what they have gone through, so that what they were before is known.
    ``crowd`` (n, 7) are those to what the crowd sees, where a model answers that apart, and
    ``majority`` makes of them how likely most raters say so.
    """

    straight: NDArray[np.floating[Any]]
    mirrored: NDArray[np.floating[Any]]
    calibration: metrics.Calibration
    crowd: NDArray[np.floating[Any]] | None = None
    majority: metrics.Calibration = field(default_factory=metrics.Calibration)

    def to_crowd(self) -> NDArray[np.floating[Any]]:
        """The answers to what the crowd sees; a model of one answer has the same for both."""
        return self.straight if self.crowd is None else self.crowd


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
    crowd, crowd_interval = _share(answers.to_crowd()[agreed], majority[agreed])
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
        **_proper(answers, faces),
        crowd=_by_crowd(answers, faces),
        macro_f1=float(f1.mean()),
        f1=_rounded(f1),
        precision=_rounded(metrics.precision(straight, labels)),
        recall=_rounded(metrics.recall(straight, labels)),
        confusion=_counts(metrics.confusion(straight, labels)),
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


def _proper(answers: Answers, faces: Faces) -> dict[str, float | None]:
    """How far answers are from the votes, and sureness from the majority."""
    said, majority = answers.to_crowd().astype(np.float64), faces.ferplus_majority()
    agreed = majority >= 0
    rows, looks = faces.each_vote()
    if not agreed.any():
        return {}
    sure = answers.majority.of(metrics.log_of(said[agreed]))
    voted = faces.votes.sum(axis=1) > 0
    shares = faces.votes[voted] / faces.votes[voted].sum(axis=1, keepdims=True)
    return {
        "ferplus_ece": metrics.calibration_error(sure, majority[agreed]),
        "ferplus_log_loss": metrics.cross_entropy(metrics.log_of(said[rows]), looks),
        "ferplus_brier": float(((said[voted] - shares) ** 2).sum(axis=1).mean()),
    }


def _by_crowd(answers: Answers, faces: Faces) -> ByCrowd | None:
    majority = faces.ferplus_majority()
    agreed = majority >= 0
    if not agreed.any():
        return None
    said, most = answers.to_crowd()[agreed], majority[agreed]
    rows, looks = faces.each_vote()
    f1 = metrics.f1(said, most)
    return ByCrowd(
        n=len(most),
        votes_ece=metrics.calibration_error(answers.to_crowd()[rows], looks),
        macro_f1=float(f1.mean()),
        f1=_rounded(f1),
        precision=_rounded(metrics.precision(said, most)),
        recall=_rounded(metrics.recall(said, most)),
        confusion=_counts(metrics.confusion(said, most)),
        reliability=_bins(metrics.reliability(answers.majority.of(metrics.log_of(said)), most)),
    )


def _counts(confusion: NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(count) for count in row) for row in confusion)


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
