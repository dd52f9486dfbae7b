"""The networks: builders that turn a name into an untrained Keras model, and one table of them.

Every builder reads grey faces as they come, 48×48×1 with values 0..255, and scales them inside, so
that an exported file needs no preparation that could drift from training. Every builder answers
seven logits in FER2013 order. Layer names are stable, because checkpoints are read by them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contract.emotions import EMOTIONS
from models.errors import ModelsError

if TYPE_CHECKING:
    import keras

SIDE: Final = 48
"""Faces are SIDE × SIDE grey pixels."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """One row of the table: how to build it, and what it is in a sentence."""

    name: str
    build: Callable[[], keras.Model]
    summary: str


def build(name: str) -> keras.Model:
    """Build the untrained network called ``name``; (n, 48, 48, 1) 0..255 → (n, 7) logits.

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


def pulse() -> keras.Model:
    """Build ``pulse``: a narrow residual network for small grey faces.

    After ResNet (He et al. 2016) with its pooling shortcuts from He et al. 2019, *Bag of Tricks*.
    The first convolution keeps all 48×48 pixels, in few channels since that is where training and
    inference spend their time; width doubles as the side halves, so most of the 1.6 M parameters
    sit where a multiplication is cheap: 54 M multiplications a face.
    """
    import keras

    faces = keras.Input((SIDE, SIDE, 1), name="faces")
    # Float32 whatever the policy: bfloat16 would round the grey levels themselves.
    x = keras.layers.Rescaling(1 / 127.5, -1.0, dtype="float32", name="scale")(faces)
    x = _convolution(x, 16, size=3, strides=1, name="stem")
    x = keras.layers.ReLU(name="stem_relu")(x)
    for stage, (width, blocks) in enumerate(((32, 1), (64, 2), (128, 2), (256, 1)), start=1):
        for block in range(1, blocks + 1):
            x = _residual(x, width, halve=block == 1, name=f"stage{stage}_block{block}")
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    logits = keras.layers.Dense(len(EMOTIONS), dtype="float32", name="logits")(x)
    return keras.Model(faces, logits, name="pulse")


def _convolution(
    x: keras.KerasTensor, width: int, *, size: int, strides: int, name: str, start: str = "ones"
) -> keras.KerasTensor:
    """Convolution and batch normalisation; export folds the two into one."""
    import keras

    x = keras.layers.Conv2D(
        width,
        size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    return keras.layers.BatchNormalization(
        momentum=0.9, epsilon=1e-5, gamma_initializer=start, name=f"{name}_norm"
    )(x)


def _residual(x: keras.KerasTensor, width: int, *, halve: bool, name: str) -> keras.KerasTensor:
    """Two 3×3 convolutions beside a shortcut; the block starts as the identity."""
    import keras

    shortcut = x
    if halve:
        shortcut = keras.layers.AveragePooling2D(2, name=f"{name}_shrink")(shortcut)
    if x.shape[-1] != width:
        shortcut = _convolution(shortcut, width, size=1, strides=1, name=f"{name}_shortcut")
    y = _convolution(x, width, size=3, strides=2 if halve else 1, name=f"{name}_first")
    y = keras.layers.ReLU(name=f"{name}_first_relu")(y)
    y = _convolution(y, width, size=3, strides=1, name=f"{name}_second", start="zeros")
    y = keras.layers.Add(name=f"{name}_add")([shortcut, y])
    return keras.layers.ReLU(name=f"{name}_relu")(y)


ARCHITECTURES: Final[dict[str, Architecture]] = {
    row.name: row
    for row in (
        Architecture("pulse", pulse, "ours: a narrow residual network for small grey faces"),
    )
}
