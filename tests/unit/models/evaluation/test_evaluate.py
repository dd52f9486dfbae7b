"""An evaluation counts what it says it counts."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from models.cards import Card
from models.errors import ModelsError
from models.evaluation import evaluate as evaluating
from models.evaluation.measurement import Measurement
from models.training.data.datasets import DataSet, Faces, Split

ANSWERS = {10: 3, 20: 4, 30: 4, 40: 6}
"""Grey level of a flat face → the look it is answered with."""


class Oracle:
    """Answers by the grey of the top left pixel."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.file = card.files[0]

    def predict(self, crops: np.ndarray) -> np.ndarray:
        return self.predict_all(crops)[:, 0]

    def predict_all(self, crops: np.ndarray) -> np.ndarray:
        """A second truth, where the card has one, is always answered *angry*."""
        answers = np.full((len(crops), len(self.card.truths), 7), 0.05, np.float32)
        looks = [ANSWERS[int(crop[0, 0])] for crop in crops]
        answers[np.arange(len(crops)), 0, looks] = 0.7
        answers[:, 1:, 0] = 0.7
        return answers

    def multiplications(self) -> int:
        return 2_500_000


def _faces(split: Split, greys: list[int], labels: list[int], votes: list[int]) -> Faces:
    pixels = np.zeros((len(greys), 48, 48), np.uint8) + np.array(greys, np.uint8)[:, None, None]
    crowd = np.zeros((len(greys), 7), np.float32)
    for row, look in enumerate(votes):
        if look >= 0:
            crowd[row, look] = 8
    return Faces(split, pixels, np.array(labels), crowd, crowd.sum(axis=1))


def _measured(card: Card) -> Measurement:
    private = _faces(Split.PRIVATE_TEST, [10, 20, 30, 40], [3, 4, 6, 6], [3, 6, 4, -1])
    training = _faces(Split.TRAINING, [10], [3], [3])
    data = DataSet(training, _faces(Split.PUBLIC_TEST, [10], [3], [3]), private, "0" * 64)
    today = date(2026, 1, 2)
    provenance = evaluating.provenance_of(data, Split.PRIVATE_TEST, today=today)
    oracle = Oracle(card)
    return evaluating.evaluate_predictor(oracle, data, Split.PRIVATE_TEST, provenance)  # type: ignore[arg-type]


@pytest.fixture
def figures(card_values: dict[str, object]) -> Measurement:
    return _measured(Card.model_validate(card_values | {"temperature": 1.1}))


@pytest.fixture
def of_both(card_values: dict[str, Any]) -> Measurement:
    """Of a model that answers the crowd's truth well, and says *angry* for every label."""
    kept = ("training_prior", "soft_confusion", "hard_confusion")
    by_label = {key: card_values[key] for key in kept} | {"scaling": {"temperature": 2.0}}
    by_votes = {
        "provenance": card_values["soft_confusion"]["provenance"],
        "rows": np.eye(7).tolist(),
        "weights": [1.0] * 7,
        "majority_temperature": 0.5,
    }
    truths = {"truth": "crowd", "by_label": by_label, "by_votes": by_votes}
    return _measured(Card.model_validate(card_values | truths))


def test_each_truth_is_judged_by_its_own_answer(of_both: Measurement) -> None:
    assert of_both.ferplus_accuracy == pytest.approx(2 / 3)
    assert of_both.accuracy == of_both.accuracy_flip == 0
    assert of_both.temperature == 2
    assert of_both.crowd is not None
    assert of_both.crowd.n == 3
    assert of_both.crowd.confusion[6] == (0, 0, 0, 0, 1, 0, 0)
    assert of_both.confusion[6] == (2, 0, 0, 0, 0, 0, 0)


def test_votes_are_scored_one_by_one_and_sureness_against_the_majority(
    of_both: Measurement,
) -> None:
    # Two faces in three get .7 for what all eight say, the third .05.
    assert of_both.ferplus_log_loss == pytest.approx(-(2 * np.log(0.7) + np.log(0.05)) / 3)
    near, far = 0.3**2 + 6 * 0.05**2, 0.95**2 + 0.7**2 + 5 * 0.05**2
    assert of_both.ferplus_brier == pytest.approx((2 * near + far) / 3, abs=1e-6)
    assert of_both.crowd is not None
    assert of_both.crowd.votes_ece == pytest.approx(0.7 - 2 / 3, abs=1e-6)
    sure = 0.7**2 / (0.7**2 + 6 * 0.05**2)
    assert of_both.ferplus_ece == pytest.approx(sure - 2 / 3, abs=1e-6)


def test_a_model_of_one_answer_is_judged_by_both_truths(figures: Measurement) -> None:
    assert figures.ferplus_log_loss == pytest.approx(-(2 * np.log(0.7) + np.log(0.05)) / 3)
    assert figures.ferplus_ece == pytest.approx(0.7 - 2 / 3, abs=1e-6)


def test_three_of_four_are_right(figures: Measurement) -> None:
    assert figures.n == 4
    assert figures.accuracy == 0.75
    assert figures.accuracy_flip == 0.75


def test_repeated_training_faces_do_not_count_without_duplicates(figures: Measurement) -> None:
    assert figures.accuracy_dedup == pytest.approx(2 / 3)


def test_the_crowd_is_asked_where_it_has_a_majority(figures: Measurement) -> None:
    assert figures.ferplus_accuracy == pytest.approx(2 / 3)


def test_f1_and_calibration_come_from_the_same_answers(figures: Measurement) -> None:
    assert figures.f1[4] == pytest.approx(2 / 3, abs=1e-4)
    assert figures.macro_f1 == pytest.approx(sum(figures.f1) / 7, abs=1e-4)
    assert figures.ece == pytest.approx(0.05, abs=1e-6)


def test_precision_recall_and_confusion_go_by_the_truth(figures: Measurement) -> None:
    assert figures.confusion[6] == (0, 0, 0, 0, 1, 0, 1)
    assert figures.recall[6] == 0.5
    assert figures.precision[4] == 0.5
    assert figures.precision[0] == figures.recall[0] == 0


def test_intervals_hold_their_figures_and_cost_is_told(figures: Measurement) -> None:
    for name, (low, high) in figures.intervals.model_dump().items():
        assert low <= getattr(figures, name) <= high, name
    assert figures.mflops == 5
    assert figures.temperature == 1.1


def test_calibration_before_is_what_the_temperature_was_taken_from(figures: Measurement) -> None:
    # .7 and six times .05, sharpened again by the temperature of 1.1 that the file had applied.
    sharper = 0.7**1.1 / (0.7**1.1 + 6 * 0.05**1.1)
    assert max(figures.reliability_before.confidence) == pytest.approx(sharper, abs=1e-4)
    assert max(figures.reliability.confidence) == pytest.approx(0.7, abs=1e-4)
    assert sum(figures.reliability.counts) == 4
    assert figures.ece_before == pytest.approx(abs(0.75 - sharper), abs=1e-4)


def test_numbers_carry_where_they_come_from(figures: Measurement) -> None:
    assert figures.provenance.measured_on == date(2026, 1, 2)
    assert figures.provenance.split == figures.split == "PrivateTest"
    assert figures.provenance.commit


def test_another_name_needs_a_path(tmp_path: object) -> None:
    empty = _faces(Split.TRAINING, [10], [3], [3])

    with pytest.raises(ModelsError, match="'deepface' needs its file's path"):
        evaluating.evaluate("deepface", DataSet(empty, empty, empty, "0" * 64), Split.PUBLIC_TEST)


def test_loading_is_timed_to_the_first_answer() -> None:
    predictor, seconds = evaluating.loaded()

    assert predictor.model_id.startswith("pulse@")
    assert 0.001 < seconds < 30
