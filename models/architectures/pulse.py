"""``pulse``, the network that is shipped: small, for small grey faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.architectures.parts import door, logits, normed_convolution, scaled

if TYPE_CHECKING:
    import keras


def pulse() -> keras.Model:
    """Build ``pulse``: a narrow residual network for small grey faces.

    After ResNet (He et al. 2016) with its pooling shortcuts from He et al. 2019, *Bag of Tricks*.
    The first convolution keeps all 48×48 pixels, in few channels since that is where training and
    inference spend their time; width doubles as the side halves, so most of the 3.1 M parameters
    sit where a multiplication is cheap.
    """
    import keras

    faces = door()
    x = normed_convolution(scaled(faces), 16, size=3, name="stem")
    x = keras.layers.ReLU(name="stem_relu")(x)
    for stage, (width, blocks) in enumerate(((32, 1), (64, 2), (128, 3), (256, 2)), start=1):
        for block in range(1, blocks + 1):
            x = _residual(x, width, halve=block == 1, name=f"stage{stage}_block{block}")
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    x = keras.layers.Dropout(0.2, name="dropout")(x)
    return keras.Model(faces, logits(x), name="pulse")


def _residual(x: keras.KerasTensor, width: int, *, halve: bool, name: str) -> keras.KerasTensor:
    """Two 3×3 convolutions beside a shortcut; the block starts as the identity."""
    import keras

    shortcut = x
    if halve:
        shortcut = keras.layers.AveragePooling2D(2, name=f"{name}_shrink")(shortcut)
    if x.shape[-1] != width:
        shortcut = normed_convolution(shortcut, width, size=1, name=f"{name}_shortcut")
    y = normed_convolution(x, width, size=3, strides=2 if halve else 1, name=f"{name}_first")
    y = keras.layers.ReLU(name=f"{name}_first_relu")(y)
    y = normed_convolution(y, width, size=3, name=f"{name}_second", start="zeros")
    y = keras.layers.Add(name=f"{name}_add")([shortcut, y])
    return keras.layers.ReLU(name=f"{name}_relu")(y)
