"""How good answers are: pure functions of probabilities (n, k) and labels (n,), shares in 0..1."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]

Interval = tuple[float, float]

ECE_BINS: Final = 15
_TINY: Final = 1e-12
_Z95: Final = 1.959963984540054
_NEWTON_STEPS: Final = 50
_SHORTEST: Final = 1e-3
_CLOSE: Final = 1e-12


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
    """What makes a network's answers as sure as they are right: logits / T + a bias for each class.

    Bias-corrected temperature scaling (Alexandari, Kundaje & Shrikumar 2020): one temperature (Guo
    et al. 2017) mends how sure a network is, the biases how often it says each class.
    """

    temperature: float = 1.0
    bias: tuple[float, ...] = ()
    """One a class, their sum zero; empty: none."""

    def of(self, logits: Probabilities) -> NDArray[np.float64]:
        """Calibrated probabilities (n, k) of ``logits`` (n, k)."""
        return _softmax(logits / self.temperature + np.array(self.bias or (0.0,)))

    def before(self, probabilities: Probabilities) -> NDArray[np.float64]:
        """The probabilities (n, k) that ``of`` made ``probabilities`` from."""
        logits = log_of(probabilities) - np.array(self.bias or (0.0,))
        return _softmax(logits * self.temperature)


def fit_temperature(logits: Probabilities, labels: Labels) -> Calibration:
    """The temperature alone under which ``labels`` are most likely; as ``fit_calibration``."""
    (slope,) = _most_likely(logits[:, :, None].astype(np.float64), labels, start=np.ones(1))
    return Calibration(_temperature(slope))


def fit_calibration(logits: Probabilities, labels: Labels) -> Calibration:
    """The temperature and biases under which ``labels`` (n) are most likely, given (n, k) logits.

    Raises ValueError where the logits say less of the labels than nothing at all.
    """
    rows, classes = logits.shape
    each = np.broadcast_to(np.eye(classes), (rows, classes, classes))
    features = np.concatenate([logits[:, :, None], each], axis=2)
    slope, *bias = _most_likely(features, labels, start=np.eye(classes + 1)[0])
    centred = np.array(bias) - np.mean(bias)
    return Calibration(_temperature(slope), tuple(float(value) for value in centred))


def _temperature(slope: float) -> float:
    if slope <= 0:
        raise ValueError(f"logits must speak for their labels, but their slope is {slope:.3f}")
    return float(1 / slope)


def _most_likely(
    features: NDArray[np.float64], labels: Labels, *, start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The weights w that make softmax(features @ w) most likely, by damped Newton steps.

    ``features`` (n, k, p), answer (p). The loss is convex; a touch of shrinkage towards ``start``
    settles the direction in which all biases move together, and classes that never occur.
    """
    rows, weights = np.arange(len(labels)), start
    shrinkage = 1e-6

    def loss(at: NDArray[np.float64]) -> float:
        apart = at - start
        return cross_entropy(features @ at, labels) + shrinkage * float(apart @ apart) / 2

    for _ in range(_NEWTON_STEPS):
        shares = _softmax(features @ weights)
        mean = np.einsum("nk,nkp->np", shares, features)
        slope = (mean - features[rows, labels]).mean(axis=0) + shrinkage * (weights - start)
        curve = np.einsum("nk,nkp,nkq->pq", shares, features, features) / len(labels)
        curve += shrinkage * np.eye(len(start)) - mean.T @ mean / len(labels)
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
