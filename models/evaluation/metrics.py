"""How good answers are: pure functions of probabilities (n, k) and labels (n,), shares in 0..1."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.errors import TrainingError

Probabilities = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]

Interval = tuple[float, float]

ECE_BINS: Final = 15
_TINY: Final = 1e-12
_Z95: Final = 1.959963984540054
_NEWTON_STEPS: Final = 50
_SHORTEST: Final = 1e-3
_CLOSE: Final = 1e-12
_SHRINKAGE: Final = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """How right answers are by how sure they are, in bins of equal width; shares in 0..1.

    ``counts`` (bins,) answers in each bin · ``confidence`` and ``accuracy`` (bins,) their means, 0
    where a bin is empty.
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    def error(self) -> float:
        """The mean gap between the two, weighted by count: the expected calibration error."""
        gaps = np.abs(self.accuracy - self.confidence)
        return float((self.counts * gaps).sum() / self.counts.sum())


def accuracy(probabilities: Probabilities, labels: Labels) -> float:
    """The share of rows whose largest probability is the label's."""
    return float((probabilities.argmax(axis=1) == labels).mean())


def confusion(probabilities: Probabilities, labels: Labels) -> NDArray[np.int64]:
    """(k, k) counts: row true, column predicted."""
    classes = probabilities.shape[1]
    pairs = labels.astype(np.int64) * classes + probabilities.argmax(axis=1)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes).astype(np.int64)


def soft_confusion(probabilities: Probabilities, labels: Labels) -> NDArray[np.float64]:
    """(k, k) M: row *j* is the mean answer to faces labelled *j*; every label must occur."""
    classes = probabilities.shape[1]
    return np.stack([probabilities[labels == j].mean(axis=0) for j in range(classes)]).astype(
        np.float64
    )


def confusion_by_votes(probabilities: Probabilities, shares: Probabilities) -> NDArray[np.float64]:
    """(k, k) M for which shares (n, k) of votes times M come nearest the answers (n, k).

    By least squares, what falls below zero cut off, each row then summing to one; every class must
    have a vote.
    """
    found, *_ = np.linalg.lstsq(shares.astype(np.float64), probabilities.astype(np.float64))
    found = np.maximum(found, 0)
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def f1(probabilities: Probabilities, labels: Labels) -> NDArray[np.float64]:
    """(k,) harmonic mean of precision and recall; 0 where a class is neither met nor answered."""
    counts = confusion(probabilities, labels)
    hits = np.diag(counts).astype(np.float64)
    return np.asarray(2 * hits / np.maximum(counts.sum(axis=0) + counts.sum(axis=1), 1))


def precision(probabilities: Probabilities, labels: Labels) -> NDArray[np.float64]:
    """(k,) the share of answers of a class that are right; 0 for a class never answered."""
    counts = confusion(probabilities, labels)
    return np.asarray(np.diag(counts) / np.maximum(counts.sum(axis=0), 1), dtype=np.float64)


def recall(probabilities: Probabilities, labels: Labels) -> NDArray[np.float64]:
    """(k,) the share of a class's rows that are answered so; 0 for a class never met."""
    counts = confusion(probabilities, labels)
    return np.asarray(np.diag(counts) / np.maximum(counts.sum(axis=1), 1), dtype=np.float64)


def reliability(
    probabilities: Probabilities, labels: Labels, *, bins: int = ECE_BINS
) -> Reliability:
    """Bins of equal width over the largest probability (Guo et al. 2017, *On Calibration of Modern
    Neural Networks*).
    """
    sure = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    place = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    filled = np.maximum(counts, 1)
    return Reliability(
        counts.astype(np.int64),
        np.bincount(place, weights=sure, minlength=bins) / filled,
        np.bincount(place, weights=right, minlength=bins) / filled,
    )


def calibration_error(
    probabilities: Probabilities, labels: Labels, *, bins: int = ECE_BINS
) -> float:
    """Expected calibration error: mean gap between confidence and accuracy, weighted by bin."""
    return reliability(probabilities, labels, bins=bins).error()


def chance_calibration_error(probabilities: Probabilities, *, draws: int = 200) -> float:
    """The mean ``calibration_error`` of answers (n, k) that are calibrated perfectly.

    Labels are drawn from the answers themselves, by a fixed seed: what is left is the chance of n
    rows in bins, below which no model can be expected to come.
    """
    random = np.random.default_rng(0)
    steps = probabilities.cumsum(axis=1)
    steps /= steps[:, -1:]
    errors = [
        calibration_error(probabilities, (steps < random.random((len(steps), 1))).sum(axis=1))
        for _ in range(draws)
    ]
    return float(np.mean(errors))


def wilson(share: float, count: int) -> Interval:
    """The 95 % interval of a share seen among ``count`` independent rows (Wilson 1927)."""
    if count <= 0:
        raise ValueError(f"an interval needs at least one row, not {count}")
    spread = _Z95**2 / count
    middle = (share + spread / 2) / (1 + spread)
    half = _Z95 / (1 + spread) * np.sqrt((share * (1 - share) + spread / 4) / count)
    return float(middle - half), float(middle + half)


def bootstrap(
    figure: Callable[[Probabilities, Labels], float],
    probabilities: Probabilities,
    labels: Labels,
    *,
    draws: int = 1000,
) -> Interval:
    """The 95 % percentile interval of ``figure`` over rows drawn anew, by a fixed seed."""
    random = np.random.default_rng(0)
    values = [
        figure(probabilities[rows], labels[rows])
        for rows in random.integers(0, len(labels), (draws, len(labels)))
    ]
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def log_of(probabilities: Probabilities) -> NDArray[np.float64]:
    """Logits that the answers could have come from: their logarithms, zeros lifted a little."""
    return np.asarray(np.log(np.maximum(probabilities.astype(np.float64), _TINY)))


def cross_entropy(logits: Probabilities, labels: Labels) -> float:
    """Mean negative log-likelihood of the labels under softmax(logits)."""
    likely = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return float(-likely[np.arange(len(labels)), labels].mean())


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes a network's answers as sure as they are right: logits / T · scale + bias.

    The temperature T mends how sure a network is as a whole (Guo et al. 2017); a scale and a bias
    for each class, *vector scaling* there, mend how sure it is of each and how often it says it.
    """

    temperature: float = 1.0
    scale: tuple[float, ...] = ()
    """One a class; empty: all 1."""
    bias: tuple[float, ...] = ()
    """One a class; empty: none."""

    def of(self, logits: Probabilities) -> NDArray[np.float64]:
        """Calibrated probabilities (n, k) of ``logits`` (n, k)."""
        return _softmax(logits / self.temperature * self._scale + self._bias)

    def before(self, probabilities: Probabilities) -> NDArray[np.float64]:
        """The probabilities (n, k) that ``of`` made ``probabilities`` from.

        Only nearly so where classes are scaled apart, since a softmax forgets what is common to all
        logits: they are then taken to sum to zero, as a network's nearly do.
        """
        logits = log_of(probabilities) - self._bias
        common = (logits / self._scale).mean(axis=1, keepdims=True) / np.mean(1 / self._scale)
        return _softmax((logits - common) / self._scale * self.temperature)

    @property
    def _scale(self) -> NDArray[np.float64]:
        return np.array(self.scale or (1.0,))

    @property
    def _bias(self) -> NDArray[np.float64]:
        return np.array(self.bias or (0.0,))


def fit_temperature(logits: Probabilities, labels: Labels) -> Calibration:
    """The temperature alone under which ``labels`` (n) are most likely, given (n, k) logits.

    Raises TrainingError where the logits speak against their labels.
    """
    (slope,) = _most_likely(logits[:, :, None].astype(np.float64), labels, np.ones(1), 1e-6)
    if slope <= 0:
        raise TrainingError(
            "a network must know something of its faces to be calibrated, but its answers speak "
            f"against their looks (a slope of {slope:.3f}): train it for longer"
        )
    return Calibration(float(1 / slope))


def fit_calibration(logits: Probabilities, labels: Labels) -> Calibration:
    """Temperature, scales and biases that make ``labels`` (n) most likely, given (n, k) logits.

    The classes are told apart with a little shrinkage, so that one with few faces goes with the
    others. Raises TrainingError as ``fit_temperature``.
    """
    temperature = fit_temperature(logits, labels).temperature
    rows, classes = logits.shape
    each = np.broadcast_to(np.eye(classes), (rows, classes, classes))
    features = np.concatenate([each * (logits / temperature)[:, :, None], each], axis=2)
    start = np.repeat([1.0, 0.0], classes)
    found = _most_likely(features, labels, start, _SHRINKAGE).tolist()
    return Calibration(temperature, tuple(found[:classes]), tuple(found[classes:]))


def _most_likely(
    features: NDArray[np.float64], labels: Labels, start: NDArray[np.float64], shrinkage: float
) -> NDArray[np.float64]:
    """The weights w that make softmax(features @ w) most likely, by damped Newton steps.

    ``features`` (n, k, p), answer (p). The loss is convex; ``shrinkage`` pulls towards ``start``
    and settles what the softmax cannot see.
    """
    rows, weights = np.arange(len(labels)), start

    def loss(at: NDArray[np.float64]) -> float:
        apart = at - start
        return cross_entropy(features @ at, labels) + shrinkage * float(apart @ apart) / 2

    for _ in range(_NEWTON_STEPS):
        shares = _softmax(features @ weights)
        mean = np.einsum("nk,nkp->np", shares, features)
        slope = (mean - features[rows, labels]).mean(axis=0) + shrinkage * (weights - start)
        weighted = shares[:, :, None] * features
        curve = np.tensordot(weighted, features, axes=((0, 1), (0, 1))) - mean.T @ mean
        curve = curve / len(labels) + shrinkage * np.eye(len(start))
        step = np.linalg.solve(curve, slope)
        length, now = 1.0, loss(weights)
        while length > _SHORTEST and loss(weights - length * step) > now:
            length /= 2
        weights = weights - length * step
        if float(slope @ step) < _CLOSE:
            break
    return weights


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)))
