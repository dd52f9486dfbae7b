"""How good answers are: pure functions of probabilities (n, k) and labels (n,), shares in 0..1."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]

ECE_BINS: Final = 15


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


def calibration_error(
    probabilities: Probabilities, labels: Labels, *, bins: int = ECE_BINS
) -> float:
    """Expected calibration error: mean gap between confidence and accuracy, weighted by bin.

    Equal-width bins over the largest probability (Guo et al. 2017, *On Calibration of Modern Neural
    Networks*).
    """
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    place = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)
    gaps = np.bincount(place, weights=right - sure, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


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
