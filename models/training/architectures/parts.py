"""What every network shares: the face at its door, the seven logits at its end, and common blocks.

Keras is imported inside the functions, since a program that only reads the table needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contract.looks import LOOKS

if TYPE_CHECKING:
    import keras

SIDE: Final = 48
"""Faces are SIDE × SIDE grey pixels."""


def door() -> keras.KerasTensor:
    """The input: grey faces as they come, (n, 48, 48, 1) with values 0..255."""
    import keras

    return keras.Input((SIDE, SIDE, 1), name="faces")


def scaled(faces: keras.KerasTensor) -> keras.KerasTensor:
    """Grey levels as -1..1, in float32 whatever the policy: bfloat16 would round the levels."""
    import keras

    return keras.layers.Rescaling(1 / 127.5, -1.0, dtype="float32", name="scale")(faces)


LABEL_HEAD: Final = "logits"
CROWD_HEAD: Final = "crowd"


def logits(x: keras.KerasTensor, *, name: str = LABEL_HEAD) -> keras.KerasTensor:
    """Seven logits in FER2013 order, in float32 whatever the policy."""
    import keras

    return keras.layers.Dense(len(LOOKS), dtype="float32", name=name)(x)


def crowd_and_label_logits(x: keras.KerasTensor) -> keras.KerasTensor:
    """Fourteen logits: seven for what the crowd sees, then seven for FER2013's label."""
    import keras

    heads = [logits(x, name=CROWD_HEAD), logits(x)]
    return keras.layers.Concatenate(dtype="float32", name="truths")(heads)


def normed_convolution(
    x: keras.KerasTensor,
    width: int,
    *,
    size: int,
    name: str,
    strides: int = 1,
    start: str = "ones",
) -> keras.KerasTensor:
    """Convolution without bias, then batch normalisation; export folds the two into one.

    ``start`` is what the normalisation's scale begins as; zeros make a residual block begin as the
    identity.
    """
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
