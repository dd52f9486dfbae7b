"""Tests that need Keras and TensorFlow, which only the training environment has.

``make test-training`` runs them there. Elsewhere they are not collected, and the summary says so.
"""

from importlib.util import find_spec

import numpy as np
import pytest

from models.training.data.datasets import DataSet, Faces, Split

TRAINABLE = find_spec("keras") is not None

collect_ignore_glob = [] if TRAINABLE else ["test_*.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not TRAINABLE:
        terminalreporter.write_line(
            "tests/training was not collected: Keras is not in this environment; "
            "`make test-training` runs it where it is"
        )


def _faces(split: Split, per_class: int, seed: int) -> Faces:
    """Flat greys with a bright bar whose place tells the class; a child could learn it."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(7), per_class)
    random.shuffle(labels)
    pixels = random.integers(60, 120, (len(labels), 48, 48))
    for row, label in enumerate(labels):
        pixels[row, 6 * label + 2 : 6 * label + 6] += 100
    votes = np.eye(7, dtype=np.float32)[labels] * 10
    return Faces(split, pixels.astype(np.uint8), labels, votes, votes.sum(axis=1))


@pytest.fixture(scope="session")
def data() -> DataSet:
    return DataSet(
        _faces(Split.TRAINING, 30, 0),
        _faces(Split.PUBLIC_TEST, 6, 1),
        _faces(Split.PRIVATE_TEST, 6, 2),
        "0" * 64,
    )
