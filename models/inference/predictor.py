"""Expression prediction: face crops in, calibrated probabilities of the seven looks out."""

from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.cards import Card, CardFile, load_card
from models.errors import InputError, WeightsError
from models.inference.files import read_weights
from models.inference.runtime import Network, load_network, runnable

SIDE: Final = 48
INT8: Final = "int8"
_QUARTER_STEP: Final = 2.0**-10
_SUM: Final = 1e-3
_LEAST: Final = 1e-6
_TINY: Final = 1e-300


class Predictor:
    """Reads 48×48 grey faces. Not thread-safe: one per thread."""

    def __init__(self, network: Network, card: Card, file: CardFile) -> None:
        truths = len(card.truths)
        expected = (1, len(LOOKS)) if truths == 1 else (1, truths, len(LOOKS))
        if network.outputs[0].shape != expected:
            raise WeightsError(
                f"an expression model must answer {expected} probabilities, but "
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

    def predict(
        self, crops: NDArray[np.uint8], *, prior: NDArray[np.floating[Any]] | None = None
    ) -> NDArray[np.float32]:
        """Probabilities (n, 7) in FER2013 order for ``crops`` (n, 48, 48) uint8; rows sum to 1.

        They are of the truth that the model answers first: the shares of ten people who would see
        each look. ``prior`` (7,): where looks are met in other shares than in training. Raises
        InputError for crops of another shape or type, or where it is no prior.
        """
        answers = self.predict_all(crops)[:, 0]
        if prior is None:
            return answers
        return under_prior(answers, self._card.prior(), prior).astype(np.float32)

    def predict_all(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (n, t, 7) for each of the card's ``truths``, all of one pass a face.

        Raises InputError for crops of another shape or type.
        """
        if crops.dtype != np.uint8 or crops.ndim != 3 or crops.shape[1:] != (SIDE, SIDE):
            raise InputError(
                f"faces must be a uint8 array of (n, {SIDE}, {SIDE}), not "
                f"{crops.dtype} {crops.shape}"
            )
        answers = np.empty((len(crops), len(self._card.truths), len(LOOKS)), dtype=np.float32)
        for row, crop in enumerate(crops):
            answers[row] = self._network.run(crop[None, :, :, None].astype(np.float32))[0][0]
        return as_shares(answers, self._file.precision)


def as_shares(answers: NDArray[np.float32], precision: str) -> NDArray[np.float32]:
    """What a file of that precision answered (n, t, 7), as probabilities that sum to one."""
    # A quantised softmax sums to one only to within its step of 1/256, and says 0 for all that is
    # below half of it, which no look is: it is taken for the middle, a quarter.
    least = _QUARTER_STEP if precision == INT8 else 0.0
    lifted = np.maximum(answers, least, dtype=np.float32)
    return np.asarray(lifted / lifted.sum(axis=2, keepdims=True), dtype=np.float32)


def under_prior(
    answers: NDArray[np.floating[Any]],
    trained: NDArray[np.floating[Any]],
    prior: NDArray[np.floating[Any]],
) -> NDArray[np.float64]:
    """``answers`` (n, 7) as they would be where looks are met in the shares ``prior`` (7,).

    What a face says of its look stays; how often each look is met changes from ``trained`` (7,) to
    ``prior`` (Saerens et al. 2002). Raises InputError where either is no row of shares.
    """
    for what, shares in (("trained", trained), ("prior", prior)):
        row = np.asarray(shares, np.float64)
        if row.shape != (len(LOOKS),) or not (row >= 0).all() or abs(row.sum() - 1) > _SUM:
            raise InputError(
                f"{what} must be {len(LOOKS)} shares that sum to 1, not {row.tolist()}"
            )
    ratio = np.asarray(prior, np.float64) / np.maximum(np.asarray(trained, np.float64), _LEAST)
    moved = np.asarray(answers, np.float64) * ratio
    return np.asarray(moved / np.maximum(moved.sum(axis=1, keepdims=True), _TINY))


def _card_of(model_path: Path) -> Path:
    """``pulse.int8.tflite`` and ``pulse.tflite`` share the card ``pulse.json``."""
    return model_path.with_name(model_path.name.split(".")[0] + ".json")
