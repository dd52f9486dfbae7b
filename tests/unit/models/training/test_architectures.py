"""Names are looked up, and a missing Keras is said so, without Keras being needed to say it."""

import sys

import pytest

from models.errors import ModelsError
from models.training import architectures


def test_the_table_is_read_without_keras() -> None:
    assert architectures.architecture("pulse").summary


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelsError, match=r"must be one of pulse, cnn4, .* not 'resnet9000'"):
        architectures.architecture("resnet9000")


def test_without_keras_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)

    with pytest.raises(ModelsError, match="extra 'train'"):
        architectures.build("pulse")
