"""The metrics against counts made by hand."""

import numpy as np
import pytest

from models.errors import TrainingError
from models.evaluation import metrics

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


@pytest.fixture(scope="module")
def calibrated() -> tuple[np.ndarray, np.ndarray]:
    """Logits (20,000, 4) and labels drawn from their softmax."""
    random = np.random.default_rng(0)
    logits = random.normal(0, 1.5, (20_000, 4))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return logits, (shares.cumsum(axis=1) < random.random((20_000, 1))).sum(axis=1)


def test_the_temperature_undoes_what_was_done_to_calibrated_logits(
    calibrated: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, labels = calibrated

    assert metrics.fit_temperature(logits * 2, labels).temperature == pytest.approx(2, rel=0.05)
    assert metrics.fit_temperature(logits / 2, labels).temperature == pytest.approx(0.5, rel=0.05)


def test_scales_and_biases_undo_what_was_done_to_single_classes(
    calibrated: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, labels = calibrated
    logits = logits - logits.mean(axis=1, keepdims=True)
    changed = logits * 2 * [1, 1, 1, 1.5] + [0, 1, 0, -1]
    uncalibrated = metrics.Calibration().of(changed)

    found = metrics.fit_calibration(changed, labels)

    assert metrics.calibration_error(found.of(changed), labels) < 0.02
    assert metrics.calibration_error(uncalibrated, labels) > 0.05
    only = metrics.fit_temperature(changed, labels).of(changed)
    said = metrics.cross_entropy(metrics.log_of(found.of(changed)), labels)
    assert said < metrics.cross_entropy(metrics.log_of(only), labels) - 0.02
    assert said == pytest.approx(metrics.cross_entropy(logits, labels), abs=0.005)
    assert found.scale[3] < 0.75 * np.mean(found.scale[:3])


@pytest.mark.parametrize(("scale", "bias"), [((), ()), ((1, 1.2, 0.9, 0.95), (0.3, -0.2, 0, -0.1))])
def test_what_answers_were_before_their_calibration(
    calibrated: tuple[np.ndarray, np.ndarray], scale: tuple[float, ...], bias: tuple[float, ...]
) -> None:
    logits = calibrated[0][:100]
    logits = logits - logits.mean(axis=1, keepdims=True)
    calibration = metrics.Calibration(1.7, scale, bias)

    before = calibration.before(calibration.of(logits))

    assert before == pytest.approx(metrics.Calibration().of(logits), abs=1e-9)


def test_logits_that_speak_against_their_labels_are_refused(
    calibrated: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, labels = calibrated
    with pytest.raises(TrainingError, match=r"to be calibrated, .*a slope of -"):
        metrics.fit_calibration(-logits, labels)


def test_even_perfect_answers_have_an_error_by_chance(
    calibrated: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, labels = calibrated
    shares = metrics.Calibration().of(logits)
    few = metrics.chance_calibration_error(shares[:500])
    many = metrics.chance_calibration_error(shares)
    assert 0.02 < few < 0.08
    assert many < few / 3
    assert metrics.calibration_error(shares, labels) < 2 * many


def test_a_confusion_by_votes_is_found_from_answers_that_follow_it() -> None:
    random = np.random.default_rng(4)
    truth = random.dirichlet(np.ones(7) + 5 * np.eye(7)[0], 7)
    shares = random.dirichlet(np.full(7, 0.5), 300)

    found = metrics.confusion_by_votes(shares @ truth, shares)

    assert found == pytest.approx(truth, abs=1e-9)
    noisy = metrics.confusion_by_votes(random.dirichlet(np.ones(7), 300), shares)
    assert (noisy >= 0).all()
    assert noisy.sum(axis=1) == pytest.approx(np.ones(7))
