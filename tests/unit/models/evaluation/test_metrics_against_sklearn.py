"""The metrics against those of scikit-learn, on answers of every kind."""

import numpy as np
import pytest
from sklearn import metrics as sklearn
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression

from models.evaluation import metrics

CLASSES = 7


@pytest.fixture(params=[0, 1, 2])
def answers(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Better than chance; under the third seed one class is never met and another not answered."""
    random = np.random.default_rng(request.param)
    labels = random.integers(0, CLASSES, 500)
    logits = random.normal(0, 1, (500, CLASSES)) + 1.5 * np.eye(CLASSES)[labels]
    if request.param == 2:
        logits[:, 1] = -9
        labels[labels == 5] = 0
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), labels


def test_counts_and_shares(answers: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, labels = answers
    answered = probabilities.argmax(axis=1)
    every = list(range(CLASSES))
    precision, recall, f1, _ = sklearn.precision_recall_fscore_support(
        labels, answered, labels=every, zero_division=0
    )

    assert metrics.accuracy(probabilities, labels) == sklearn.accuracy_score(labels, answered)
    assert np.array_equal(
        metrics.confusion(probabilities, labels),
        sklearn.confusion_matrix(labels, answered, labels=every),
    )
    assert metrics.precision(probabilities, labels) == pytest.approx(precision)
    assert metrics.recall(probabilities, labels) == pytest.approx(recall)
    assert metrics.f1(probabilities, labels) == pytest.approx(f1)
    assert metrics.f1(probabilities, labels).mean() == pytest.approx(
        sklearn.f1_score(labels, answered, labels=every, average="macro", zero_division=0)
    )


def test_cross_entropy(answers: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, labels = answers

    assert metrics.cross_entropy(np.log(probabilities), labels) == pytest.approx(
        sklearn.log_loss(labels, probabilities, labels=list(range(CLASSES)))
    )


def test_reliability(answers: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, labels = answers
    right = probabilities.argmax(axis=1) == labels
    accuracy, confidence = calibration_curve(
        right, probabilities.max(axis=1), n_bins=metrics.ECE_BINS, strategy="uniform"
    )

    found = metrics.reliability(probabilities, labels)

    filled = found.counts > 0
    assert found.accuracy[filled] == pytest.approx(accuracy)
    assert found.confidence[filled] == pytest.approx(confidence)
    assert found.error() == metrics.calibration_error(probabilities, labels)


def test_tempering_is_what_dividing_the_logits_is() -> None:
    logits = np.array([[2.0, 0.0, -1.0]])
    shares = np.exp(logits) / np.exp(logits).sum()
    cooler = np.exp(logits / 3) / np.exp(logits / 3).sum()

    tempered = metrics.Calibration(3)
    assert tempered.of(np.log(shares)) == pytest.approx(cooler)
    assert tempered.before(cooler) == pytest.approx(shares)


def test_a_temperature_is_the_slope_of_a_logistic_regression() -> None:
    random = np.random.default_rng(4)
    logits = random.normal(0, 1.5, (2000, 2))
    apart = np.diff(logits)
    labels = (random.random(2000) < 1 / (1 + np.exp(-apart[:, 0] / 2))).astype(int)
    theirs = LogisticRegression(C=np.inf, fit_intercept=False).fit(apart, labels)

    ours = metrics.fit_temperature(logits, labels)

    assert 1 / ours.temperature == pytest.approx(theirs.coef_[0, 0], rel=1e-3)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_interval_of_a_share_is_the_one_that_scipy_gives(share: float) -> None:
    from scipy.stats import binomtest

    told = binomtest(round(share * 40), 40).proportion_ci(method="wilson")

    assert metrics.wilson(share, 40) == pytest.approx((told.low, told.high), abs=1e-12)


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one row, not 0"):
        metrics.wilson(0.5, 0)


def test_resampled_accuracy_is_as_wide_as_its_formula(
    answers: tuple[np.ndarray, np.ndarray],
) -> None:
    probabilities, labels = answers
    share = metrics.accuracy(probabilities, labels)

    found = metrics.bootstrap(metrics.accuracy, probabilities, labels, draws=2000)

    assert found == pytest.approx(metrics.wilson(share, len(labels)), abs=0.01)
