"""Plain stacks of convolutions, as class-monitoring write-ups train them on FER2013.

Their write-ups give the kinds of layers and how they were trained, but not every width; where one
is not given, it is chosen here so that a stack stays affordable and near the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.training.architectures.parts import door, logits, normed_convolution, scaled

if TYPE_CHECKING:
    import keras


def cnn4() -> keras.Model:
    """Build ``cnn4``: four convolutions and one dense layer, no normalisation.

    Conv 32, conv 64, pool, conv 128, pool, conv 128, pool, dense 1024, with dropouts of .25, .25
    and .5; the convolutions do not pad, as in the write-ups' code.
    """
    import keras

    faces = door()
    x = scaled(faces)
    for number, (width, pool, dropout) in enumerate(
        ((32, False, 0.0), (64, True, 0.25), (128, True, 0.0), (128, True, 0.25)), start=1
    ):
        x = keras.layers.Conv2D(width, 3, activation="relu", name=f"conv{number}")(x)
        if pool:
            x = keras.layers.MaxPooling2D(2, name=f"pool{number}")(x)
        if dropout:
            x = keras.layers.Dropout(dropout, name=f"drop{number}")(x)
    x = keras.layers.Flatten(name="flat")(x)
    x = keras.layers.Dense(1024, activation="relu", name="dense")(x)
    x = keras.layers.Dropout(0.5, name="drop")(x)
    return keras.Model(faces, logits(x), name="cnn4")


def custom_cnn() -> keras.Model:
    """Build ``custom_cnn``: eight convolutions in four stages, each normalised.

    A stage is twice Conv-BatchNorm-ReLU, then MaxPool and Dropout; widths 32, 64, 128 and 256.
    """
    import keras

    faces = door()
    x = scaled(faces)
    for stage, width in enumerate((32, 64, 128, 256), start=1):
        for which in ("first", "second"):
            x = normed_convolution(x, width, size=3, name=f"stage{stage}_{which}")
            x = keras.layers.ReLU(name=f"stage{stage}_{which}_relu")(x)
        x = keras.layers.MaxPooling2D(2, name=f"stage{stage}_pool")(x)
        x = keras.layers.Dropout(0.25, name=f"stage{stage}_drop")(x)
    x = keras.layers.Flatten(name="flat")(x)
    x = _dense(x, 256, name="dense")
    x = keras.layers.Dropout(0.5, name="drop")(x)
    return keras.Model(faces, logits(x), name="custom_cnn")


def tuned_cnn() -> keras.Model:
    """Build ``tuned_cnn``: four convolutions and two dense layers, all normalised.

    Widths 64, 128, 256 and 512, each halved by a pool; dense 256 and 512.
    """
    import keras

    faces = door()
    x = scaled(faces)
    for stage, width in enumerate((64, 128, 256, 512), start=1):
        x = normed_convolution(x, width, size=3, name=f"stage{stage}")
        x = keras.layers.ReLU(name=f"stage{stage}_relu")(x)
        x = keras.layers.MaxPooling2D(2, name=f"stage{stage}_pool")(x)
        x = keras.layers.Dropout(0.25, name=f"stage{stage}_drop")(x)
    x = keras.layers.Flatten(name="flat")(x)
    for number, width in enumerate((256, 512), start=1):
        x = _dense(x, width, name=f"dense{number}")
        x = keras.layers.Dropout(0.25, name=f"drop{number}")(x)
    return keras.Model(faces, logits(x), name="tuned_cnn")


def deep_cnn() -> keras.Model:
    """Build ``deep_cnn``: five Conv-BatchNorm-MaxPool-ReLU-Dropout stages and a dense layer.

    Pooling before the activation is the write-up's order. Widths 64, 128, 256, 512 and 512, down to
    a single place, so that its dense layer sees the whole face at once.
    """
    import keras

    faces = door()
    x = scaled(faces)
    for stage, width in enumerate((64, 128, 256, 512, 512), start=1):
        x = normed_convolution(x, width, size=3, name=f"stage{stage}")
        x = keras.layers.MaxPooling2D(2, name=f"stage{stage}_pool")(x)
        x = keras.layers.ReLU(name=f"stage{stage}_relu")(x)
        x = keras.layers.Dropout(0.2, name=f"stage{stage}_drop")(x)
    x = keras.layers.Flatten(name="flat")(x)
    x = _dense(x, 512, name="dense")
    x = keras.layers.Dropout(0.5, name="drop")(x)
    return keras.Model(faces, logits(x), name="deep_cnn")


def _dense(x: keras.KerasTensor, width: int, *, name: str) -> keras.KerasTensor:
    """A dense layer without bias, normalised, with ReLU."""
    import keras

    x = keras.layers.Dense(
        width, use_bias=False, kernel_initializer="he_normal", name=f"{name}_dense"
    )(x)
    x = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x)
