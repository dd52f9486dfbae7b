"""The networks: builders that turn a name into an untrained Keras model, and one table of them.

Every builder reads grey faces as they come, 48×48×1 with values 0..255, and scales them inside, so
that an exported file needs no preparation that could drift from training. Every builder answers
seven logits in FER2013 order for each truth it knows. Layer names are stable, because checkpoints
are read by them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.errors import ModelsError
from models.training.architectures import plain, published, pulse, transfer
from models.training.architectures.parts import SIDE
from models.truths import Truth

if TYPE_CHECKING:
    import keras

__all__ = ["ARCHITECTURES", "SIDE", "Architecture", "architecture", "build", "require_keras"]


@dataclass(frozen=True, slots=True)
class Architecture:
    """One row of the table: how to build it, what it is, and what its write-up claims."""

    name: str
    build: Callable[[], keras.Model]
    summary: str
    published: str = ""
    """The figure of its write-up as it is given there; empty where none is."""
    mirrored: bool = False
    """Whether its exported files answer with the mean over a face and its mirror image."""
    truths: tuple[Truth, ...] = (Truth.LABEL,)
    """What it answers, in the order of its logits, seven each; the first is what is used."""
    looks_scaled: bool = False
    """Whether calibration scales its looks apart, which may change answers, or all by one."""


def build(name: str) -> keras.Model:
    """Build the untrained network called ``name``; (n, 48, 48, 1) 0..255 → (n, 7) logits
    for each of its truths, side by side.

    Raises ModelsError for an unknown name, or where Keras is not installed.
    """
    row = architecture(name)
    require_keras()
    return row.build()


def require_keras() -> None:
    """Raise ModelsError, with what to install, where Keras cannot be imported."""
    try:
        import keras  # noqa: F401
    except ImportError as error:
        raise ModelsError(
            "building a network needs Keras, which comes with the extra 'train': "
            f"pip install 'classpulse[agent,train]' ({error})"
        ) from error


def architecture(name: str) -> Architecture:
    """The row of the table called ``name``; ModelsError names those there are."""
    try:
        return ARCHITECTURES[name]
    except KeyError:
        known = ", ".join(ARCHITECTURES)
        raise ModelsError(f"a model must be one of {known}, not {name!r}") from None


ARCHITECTURES: Final[dict[str, Architecture]] = {
    row.name: row
    for row in (
        Architecture(
            "pulse",
            pulse.pulse,
            "ours: a narrow residual network for small grey faces, each read both ways round",
            mirrored=True,
            truths=(Truth.CROWD, Truth.LABEL),
            looks_scaled=True,
        ),
        Architecture("cnn4", plain.cnn4, "four convolutions and a dense layer of 1024"),
        Architecture(
            "custom_cnn",
            plain.custom_cnn,
            "eight convolutions in four stages of Conv-BatchNorm-ReLU, MaxPool, Dropout",
            "68 % test",
        ),
        Architecture(
            "tuned_cnn",
            plain.tuned_cnn,
            "four convolutions and two dense layers, normalised",
            "69 % validation",
        ),
        Architecture(
            "deep_cnn",
            plain.deep_cnn,
            "five stages of Conv-BatchNorm-MaxPool-ReLU-Dropout, and a dense layer",
            "69 % test, 77 % train",
        ),
        Architecture(
            "mini_xception",
            published.mini_xception,
            "depth-wise separable residual blocks (Arriaga et al. 2017)",
            "64 %",
        ),
        Architecture(
            "dexpression",
            published.dexpression,
            "two parallel feature-extraction blocks (Burkert et al. 2015)",
            "63 %",
        ),
        Architecture(
            "resnet50", transfer.resnet50, "ImageNet's ResNet50 under a new head", "63.1 %"
        ),
        Architecture(
            "mobilenet",
            transfer.mobilenet,
            "ImageNet's MobileNet under a new head",
            "about 78 % (no protocol given)",
        ),
    )
}
