"""Expression prediction: face crops in, calibrated probabilities of the seven looks out."""

from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.cards import Card, CardFile, load_card
from models.errors import InputError, WeightsError
from models.inference.files import read_weights
from models.inference.runtime import Network, load_network, runnable

SIDE: Final = 48


class Predictor:
    """Reads 48×48 grey faces. Not thread-safe: one per thread."""

    def __init__(self, network: Network, card: Card, file: CardFile) -> None:
        if network.outputs[0].shape != (1, len(LOOKS)):
            raise WeightsError(
                f"an expression model must answer {(1, len(LOOKS))} probabilities, but "
                f"{card.model_id} answers {network.outputs[0].shape}"
            )
        self._network = network
        self._card = card
        self._file = file

    @classmethod
    def load(cls, model_path: Path | None = None) -> Self:
        """Load the packaged model, or the one at ``model_path`` with its card beside it.

        Raises CardError or WeightsError where either is missing or the two do not belong together.
        """
        if model_path is None:
            card, folder = load_card(), None
            file = card.first(runnable())
        else:
            card, folder = load_card(_card_of(model_path)), model_path.parent
            file = card.file(model_path.name)
        content = read_weights(file.name, file.sha256, folder=folder)
        return cls(load_network(content, name=file.name), card, file)

    @property
    def card(self) -> Card:
        """What is known about this model."""
        return self._card

    @property
    def file(self) -> CardFile:
        """The card's entry for the file that is loaded."""
        return self._file

    @property
    def model_id(self) -> str:
        """Name and version as observations carry them: ``pulse@1``."""
        return self._card.model_id

    def multiplications(self) -> int | None:
        """How many multiplications one face takes; None where the runtime does not tell."""
        return self._network.multiplications()

    def predict(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (n, 7) in FER2013 order for ``crops`` (n, 48, 48) uint8; rows sum to 1.

        Raises InputError for crops of another shape or type.
        """
        if crops.dtype != np.uint8 or crops.ndim != 3 or crops.shape[1:] != (SIDE, SIDE):
            raise InputError(
                f"faces must be a uint8 array of (n, {SIDE}, {SIDE}), not "
                f"{crops.dtype} {crops.shape}"
            )
        answers = np.empty((len(crops), len(LOOKS)), dtype=np.float32)
        for row, crop in enumerate(crops):
            answers[row] = self._network.run(crop[None, :, :, None].astype(np.float32))[0][0]
        # A quantised softmax sums to one only to within its step.
        answers /= answers.sum(axis=1, keepdims=True)
        return answers


def _card_of(model_path: Path) -> Path:
    """``pulse.int8.tflite`` and ``pulse.tflite`` share the card ``pulse.json``."""
    return model_path.with_name(model_path.name.split(".")[0] + ".json")
