"""Networks of published papers on facial expression, at the size of FER2013's faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract.looks import LOOKS
from models.training.architectures.parts import door, logits, scaled

if TYPE_CHECKING:
    import keras


def mini_xception() -> keras.Model:
    """Build ``mini_xception`` of Arriaga, Valdenegro-Toro & Plöger 2017.

    *Real-time Convolutional Neural Networks for Look and Gender Classification*: two small
    convolutions, four residual blocks of depth-wise separable convolutions (widths 16 to 128), and
    a convolution to the seven classes that global average pooling reads. The paper's softmax is
    left to the loss, so the classes' last convolution gives the logits.
    """
    import keras

    faces = door()
    x = scaled(faces)
    for number in (1, 2):
        x = keras.layers.Conv2D(
            8,
            3,
            use_bias=False,
            kernel_regularizer=keras.regularizers.L2(0.01),
            name=f"stem{number}_conv",
        )(x)
        x = keras.layers.BatchNormalization(name=f"stem{number}_norm")(x)
        x = keras.layers.ReLU(name=f"stem{number}_relu")(x)
    for number, width in enumerate((16, 32, 64, 128), start=1):
        x = _separable_block(x, width, name=f"block{number}")
    x = keras.layers.Conv2D(len(LOOKS), 3, padding="same", dtype="float32", name="classes")(x)
    x = keras.layers.GlobalAveragePooling2D(dtype="float32", name="logits")(x)
    return keras.Model(faces, x, name="mini_xception")


def _separable_block(x: keras.KerasTensor, width: int, *, name: str) -> keras.KerasTensor:
    """Two separable convolutions and a pool beside a strided 1×1 shortcut (Chollet 2017)."""
    import keras

    shortcut = keras.layers.Conv2D(
        width, 1, strides=2, padding="same", use_bias=False, name=f"{name}_shortcut_conv"
    )(x)
    shortcut = keras.layers.BatchNormalization(name=f"{name}_shortcut_norm")(shortcut)
    for which in ("first", "second"):
        x = keras.layers.SeparableConv2D(
            width, 3, padding="same", use_bias=False, name=f"{name}_{which}_conv"
        )(x)
        x = keras.layers.BatchNormalization(name=f"{name}_{which}_norm")(x)
        if which == "first":
            x = keras.layers.ReLU(name=f"{name}_relu")(x)
    x = keras.layers.MaxPooling2D(3, strides=2, padding="same", name=f"{name}_pool")(x)
    return keras.layers.Add(name=f"{name}_add")([x, shortcut])


def dexpression() -> keras.Model:
    """Build ``dexpression`` of Burkert, Trier, Afzal, Dengel & Liwicki 2015.

    *DeXpression: Deep Convolutional Neural Network for Expression Recognition*: a convolution, then
    two parallel feature-extraction blocks (FeatEx) of 272 channels each, each pooled, and a linear
    classifier. The paper's faces are 224 pixels a side; at 48 the first convolution keeps every
    pixel rather than every second one, or the blocks would see 12×12 places. Batch normalisation
    stands for the paper's local response normalisation.
    """
    import keras

    faces = door()
    x = keras.layers.Conv2D(64, 7, padding="same", activation="relu", name="conv1")(scaled(faces))
    x = keras.layers.MaxPooling2D(3, strides=2, padding="same", name="pool1")(x)
    x = keras.layers.BatchNormalization(momentum=0.9, name="norm1")(x)
    for number in (1, 2):
        x = _feature_extraction(x, name=f"featex{number}")
        x = keras.layers.MaxPooling2D(3, strides=2, padding="same", name=f"featex{number}_pool")(x)
    x = keras.layers.Flatten(name="flat")(x)
    x = keras.layers.Dropout(0.5, name="drop")(x)
    return keras.Model(faces, logits(x), name="dexpression")


def _feature_extraction(x: keras.KerasTensor, *, name: str) -> keras.KerasTensor:
    """FeatEx: a narrowing 1×1 and a 3×3 convolution beside a pool and a 1×1; joined by channel."""
    import keras

    wide = keras.layers.Conv2D(96, 1, activation="relu", name=f"{name}_narrow")(x)
    wide = keras.layers.Conv2D(208, 3, padding="same", activation="relu", name=f"{name}_wide")(wide)
    pooled = keras.layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_peak")(x)
    pooled = keras.layers.Conv2D(64, 1, activation="relu", name=f"{name}_peak_conv")(pooled)
    return keras.layers.Concatenate(name=f"{name}_join")([wide, pooled])
