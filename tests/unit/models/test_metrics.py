"""The metrics against counts made by hand."""

import numpy as np
import pytest

from models import metrics

THREE = np.array([[0.7, 0.2, 0.1], [0.4, 0.5, 0.1], [0.1, 0.1, 0.8], [0.2, 0.6, 0.2]])
LABELS = np.array([0, 0, 2, 1])


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert metrics.accuracy(THREE, LABELS) == 0.75


def test_confusion_has_truth_in_rows() -> None:
    assert metrics.confusion(THREE, LABELS).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]


def test_soft_confusion_is_the_mean_answer_by_truth() -> None:
    assert metrics.soft_confusion(THREE, LABELS)[0] == pytest.approx([0.55, 0.35, 0.1])


def test_f1_balances_precision_and_recall() -> None:
    assert metrics.f1(THREE, LABELS) == pytest.approx([2 / 3, 2 / 3, 1])


def test_a_class_never_met_nor_answered_has_no_f1() -> None:
    assert metrics.f1(np.array([[0.9, 0.1]]), np.array([0])).tolist() == [1, 0]


def test_calibration_error_is_the_gap_between_sure_and_right() -> None:
    sure = np.tile([0.8, 0.2], (10, 1))
    right_eight_times = np.array([0] * 8 + [1] * 2)

    assert metrics.calibration_error(sure, right_eight_times) == pytest.approx(0, abs=1e-9)
    assert metrics.calibration_error(sure, np.zeros(10, int)) == pytest.approx(0.2)


def test_the_temperature_undoes_what_was_done_to_calibrated_logits() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 1.5, (20_000, 4))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (shares.cumsum(axis=1) < random.random((20_000, 1))).sum(axis=1)

    assert metrics.fit_temperature(logits * 2, labels) == pytest.approx(2, rel=0.05)
    assert metrics.fit_temperature(logits / 2, labels) == pytest.approx(0.5, rel=0.05)
