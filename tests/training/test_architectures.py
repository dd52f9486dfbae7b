"""Every network of the table reads grey faces and answers seven logits, at the size it claims."""

import keras
import numpy as np
import pytest

from models import architectures
from models.errors import ModelsError

PARAMETERS = {"pulse": 1_596_503}


@pytest.fixture(autouse=True)
def _plain() -> None:
    keras.config.set_dtype_policy("float32")
    keras.utils.set_random_seed(0)


def test_every_network_has_its_parameters_written_down() -> None:
    assert set(PARAMETERS) == set(architectures.ARCHITECTURES)


@pytest.mark.parametrize("name", architectures.ARCHITECTURES)
def test_shape_and_size(name: str) -> None:
    model = architectures.build(name)

    assert model.input_shape == (None, 48, 48, 1)
    assert model.output_shape == (None, 7)
    assert model.count_params() == PARAMETERS[name]


@pytest.mark.parametrize("name", architectures.ARCHITECTURES)
def test_layer_names_are_the_same_each_time(name: str) -> None:
    first = [weight.path for weight in architectures.build(name).weights]

    assert first == [weight.path for weight in architectures.build(name).weights]


def test_grey_levels_are_scaled_inside() -> None:
    model = architectures.build("pulse")
    faces = np.random.default_rng(0).integers(0, 256, (2, 48, 48, 1)).astype(np.float32)

    scaled = keras.Model(model.input, model.get_layer("scale").output)(faces)

    assert np.asarray(scaled).min() >= -1
    assert np.asarray(scaled).max() <= 1


def test_half_precision_leaves_logits_and_scaling_exact() -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = architectures.build("pulse")

    assert model.get_layer("scale").compute_dtype == "float32"
    assert model.get_layer("logits").compute_dtype == "float32"
    assert model.get_layer("stem_conv").compute_dtype == "bfloat16"


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelsError, match="must be one of pulse"):
        architectures.build("resnet9000")
