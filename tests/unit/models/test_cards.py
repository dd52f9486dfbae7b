"""A card says what it must, or is refused with the reason."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract.looks import Look
from models.cards import Card, load_card, sad_means
from models.errors import CardError


def test_what_is_written_is_read_again(tmp_path: Path, card_values: dict[str, Any]) -> None:
    card = Card.model_validate(card_values)
    path = tmp_path / "pulse.json"
    path.write_text(card.model_dump_json(), encoding="utf-8")

    assert load_card(path) == card
    assert card.model_id == "pulse@1"


def test_figures_come_as_arrays(card_values: dict[str, Any]) -> None:
    card = Card.model_validate(card_values)

    assert card.prior().shape == (7,)
    assert card.confusion().sum(axis=1) == pytest.approx(np.ones(7))
    assert card.confusion_counts().tolist() == [10] * 7
    assert card.posteriors(Look.SAD).shape == (10, 7)
    assert card.posteriors(Look.SAD, clear_only=True)[0].argmax() == 4


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"emotions": ["happy"]}, "emotions must be angry, disgust"),
        ({"training_prior": [0.5] * 7}, "training_prior must sum to 1"),
        ({"sad_m0": 0.8}, "sad_m0 must lie below sad_m1"),
        ({"files": []}, "files"),
        ({"note": "free text"}, "note"),
        ({"version": 0}, "version"),
    ],
)
def test_a_card_that_says_wrong_is_refused(
    tmp_path: Path, card_values: dict[str, Any], change: dict[str, Any], complaint: str
) -> None:
    path = tmp_path / "pulse.json"
    path.write_text(json.dumps(card_values | change), encoding="utf-8")

    with pytest.raises(CardError, match=complaint):
        load_card(path)


def test_a_bank_needs_a_flag_for_each_answer(tmp_path: Path, card_values: dict[str, Any]) -> None:
    card_values["bank"]["by_true_look"][2]["clear"] = [True]
    path = tmp_path / "pulse.json"
    path.write_text(json.dumps(card_values), encoding="utf-8")

    with pytest.raises(CardError, match="not 1 for 10"):
        load_card(path)


def test_a_missing_card_is_named(tmp_path: Path) -> None:
    with pytest.raises(CardError, match=r"absent\.json"):
        load_card(tmp_path / "absent.json")


def test_a_file_it_does_not_speak_for_is_refused(card_values: dict[str, Any]) -> None:
    with pytest.raises(CardError, match=r"speaks for pulse\.tflite, not for other\.tflite"):
        Card.model_validate(card_values).file("other.tflite")


def test_sad_means_part_sad_from_not_sad() -> None:
    posteriors = np.zeros((3, 7))
    posteriors[:, 4] = [0.6, 0.1, 0.3]

    assert sad_means(posteriors, np.array([4, 0, 6])) == pytest.approx((0.2, 0.6))


def test_the_packaged_card_can_be_corrected_by() -> None:
    card = load_card()

    matrix = card.confusion()
    assert card.name == "pulse"
    assert np.linalg.cond(matrix) < 100, "shares could not be recovered"
    assert (matrix.argmax(axis=1) == np.arange(7)).sum() >= 6
    assert min(len(card.posteriors(look)) for look in Look) >= 30
    assert all(file.size_bytes <= 6 * 2**20 for file in card.files)


def test_reading_cards_loads_neither_keras_nor_the_runtime() -> None:
    code = (
        "import sys, models.cards; models.cards.load_card();"
        "assert not {'keras', 'tensorflow', 'ai_edge_litert', 'cv2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
