"""Networks made for ImageNet, under a new head: from its weights where they can be had.

The published class-monitoring figures start from ImageNet weights. Keras fetches those from a host
that is not always reachable; ``load_imagenet`` then says so, and such a model is trained from
scratch and reported as that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from models.errors import TrainingError
from models.training.architectures.parts import SIDE, door, logits

if TYPE_CHECKING:
    import keras

_CAFFE_MEANS: Final = (-103.939, -116.779, -123.68)
"""What ImageNet's ResNet50 subtracts from blue, green and red."""


def resnet50() -> keras.Model:
    """Build ``resnet50`` (He et al. 2016) with a new head; grey repeated as three channels."""
    import keras

    faces = door()
    x = keras.layers.Concatenate(name="three_channels")([faces] * 3)
    x = keras.layers.Rescaling(1.0, _CAFFE_MEANS, dtype="float32", name="scale")(x)
    base = keras.applications.ResNet50(include_top=False, weights=None, input_tensor=x)
    return keras.Model(faces, _head(base.output), name="resnet50")


def mobilenet() -> keras.Model:
    """Build ``mobilenet`` (Howard et al. 2017) with a new head; grey repeated as three channels."""
    import keras

    faces = door()
    x = keras.layers.Rescaling(1 / 127.5, -1.0, dtype="float32", name="scale")(faces)
    x = keras.layers.Concatenate(name="three_channels")([x] * 3)
    base = keras.applications.MobileNet(include_top=False, weights=None, input_tensor=x)
    return keras.Model(faces, _head(base.output), name="mobilenet")


def load_imagenet(model: keras.Model) -> None:
    """Give ``model``, built here, ImageNet's weights below its head.

    Raises TrainingError for a model that has none, or where they cannot be fetched.
    """
    import keras

    bases: dict[str, Callable[..., keras.Model]] = {
        "resnet50": keras.applications.ResNet50,
        "mobilenet": keras.applications.MobileNet,
    }
    if model.name not in bases:
        raise TrainingError(
            f"only {' and '.join(bases)} can start from ImageNet weights, not {model.name}"
        )
    try:
        base = bases[model.name](include_top=False, weights="imagenet", input_shape=(SIDE, SIDE, 3))
    except (OSError, ValueError, Exception) as error:
        raise TrainingError(
            f"the ImageNet weights of {model.name} could not be fetched ({error}); without "
            "start_from it trains from scratch"
        ) from error
    for layer in base.layers:
        if layer.weights:
            model.get_layer(layer.name).set_weights(layer.get_weights())


def _head(x: keras.KerasTensor) -> keras.KerasTensor:
    import keras

    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    return logits(keras.layers.Dropout(0.3, name="drop")(x))
