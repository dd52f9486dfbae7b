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


def tempered(probabilities: Probabilities, temperature: float) -> NDArray[np.float64]:
    """softmax(log p / T): what the answers become at temperature T; 1 leaves them as they are."""
    scaled = log_of(probabilities) / temperature
    return np.asarray(np.exp(scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)))


def log_of(probabilities: Probabilities) -> NDArray[np.float64]:
    """Logits that the answers could have come from: their logarithms, zeros lifted a little."""
    return np.asarray(np.log(np.maximum(probabilities.astype(np.float64), _TINY)))


def cross_entropy(logits: Probabilities, labels: Labels) -> float:
    """Mean negative log-likelihood of the labels under softmax(logits)."""
    likely = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return float(-likely[np.arange(len(labels)), labels].mean())


def fit_temperature(logits: Probabilities, labels: Labels) -> float:
    """The temperature that makes softmax(logits / T) most likely, within 0.2 to 5.

    Temperature scaling (Guo et al. 2017). The loss has one minimum in log T, found by golden
    section.
    """
    low, high = np.log(0.2), np.log(5.0)
    golden = (np.sqrt(5) - 1) / 2

    def loss(place: float) -> float:
        return cross_entropy(logits / np.exp(place), labels)

    left, right = high - golden * (high - low), low + golden * (high - low)
    loss_left, loss_right = loss(left), loss(right)
    while high - low > 1e-4:
        if loss_left < loss_right:
            high, right, loss_right = right, left, loss_left
            left = high - golden * (high - low)
            loss_left = loss(left)
        else:
            low, left, loss_left = left, right, loss_right
            right = low + golden * (high - low)
            loss_right = loss(right)
    return float(np.exp((low + high) / 2))
