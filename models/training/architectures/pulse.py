"""``pulse``, the network that is shipped: small, for small grey faces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.training.architectures.parts import (
    crowd_and_label_logits,
    door,
    normed_convolution,
    scaled,
)

if TYPE_CHECKING:
    import keras


_STAGES: Final = ((32, 1, 32), (64, 2, 64), (128, 3, 112), (256, 2, 224))
"""Width, blocks and the width between a block's two convolutions, stage after stage."""


def pulse() -> keras.Model:
    """Build ``pulse``: a narrow residual network for small grey faces.

    After ResNet (He et al. 2016). The first convolution keeps all 48×48 pixels, in few channels
    since that is where training and inference spend their time; width doubles as the side halves,
    so most of the 2.8 M parameters sit where a multiplication is cheap. Shortcuts halve by one 2×2
    convolution, which can be the pool and 1×1 convolution of He et al. 2019, *Bag of Tricks*, in
    a single pass; blocks of the later stages are an eighth narrower inside than out. Both save
    time, of which a face is given twice as much: it is read with its mirror image. One trunk
    answers both truths, what the crowd sees and FER2013's label, each by a head of its own.
    """
    import keras

    faces = door()
    x = normed_convolution(scaled(faces), 16, size=3, name="stem")
    x = keras.layers.ReLU(name="stem_relu")(x)
    for stage, (width, blocks, inside) in enumerate(_STAGES, start=1):
        for block in range(1, blocks + 1):
            name = f"stage{stage}_block{block}"
            x = _residual(x, width, inside, halve=block == 1, name=name)
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    x = keras.layers.Dropout(0.2, name="dropout")(x)
    return keras.Model(faces, crowd_and_label_logits(x), name="pulse")


def _residual(
    x: keras.KerasTensor, width: int, inside: int, *, halve: bool, name: str
) -> keras.KerasTensor:
    """Two 3×3 convolutions beside a shortcut; the block starts as the identity."""
    import keras

    strides = 2 if halve else 1
    shortcut = x
    if halve:
        shortcut = normed_convolution(x, width, size=2, strides=2, name=f"{name}_shortcut")
    y = normed_convolution(x, inside, size=3, strides=strides, name=f"{name}_first")
    y = keras.layers.ReLU(name=f"{name}_first_relu")(y)
    y = normed_convolution(y, width, size=3, name=f"{name}_second", start="zeros")
    y = keras.layers.Add(name=f"{name}_add")([shortcut, y])
    return keras.layers.ReLU(name=f"{name}_relu")(y)
