"""Every network of the table reads grey faces, answers each of its truths, and has its size."""

import keras
import numpy as np
import pytest

from models.errors import ModelsError, TrainingError
from models.training import architectures
from models.training.architectures.transfer import load_imagenet

PARAMETERS = {
    "pulse": 2_844_823 + 256 * 7 + 7,
    "cnn4": 2_345_607,
    "custom_cnn": 1_767_207,
    "tuned_cnn": 2_870_087,
    "deep_cnn": 4_181_831,
    # As in the authors' own code, at 48 × 48.
    "mini_xception": 58_423,
    "dexpression": 485_927,
    # ImageNet's 23,587,712 and 3,228,864 without their heads, and seven logits.
    "resnet50": 23_587_712 + 2048 * 7 + 7,
    "mobilenet": 3_228_864 + 1024 * 7 + 7,
}


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
    assert model.output_shape == (None, 7 * len(architectures.architecture(name).truths))
    assert model.count_params() == PARAMETERS[name]


@pytest.mark.parametrize("name", architectures.ARCHITECTURES)
def test_layer_names_are_the_same_each_time(name: str) -> None:
    first = [weight.path for weight in architectures.build(name).weights]

    assert first == [weight.path for weight in architectures.build(name).weights]


@pytest.mark.parametrize("name", sorted(PARAMETERS.keys() - {"resnet50"}))
def test_grey_levels_are_scaled_inside(name: str) -> None:
    model = architectures.build(name)
    faces = np.random.default_rng(0).integers(0, 256, (2, 48, 48, 1)).astype(np.float32)

    scaled = keras.Model(model.input, model.get_layer("scale").output)(faces)

    assert np.asarray(scaled).min() >= -1
    assert np.asarray(scaled).max() <= 1


def test_the_large_net_subtracts_the_means_it_was_made_with() -> None:
    model = architectures.build("resnet50")

    scaled = keras.Model(model.input, model.get_layer("scale").output)(np.full((1, 48, 48, 1), 125))

    assert np.asarray(scaled)[0, 0, 0].tolist() == pytest.approx([21.061, 8.221, 1.32], abs=1e-3)


@pytest.mark.parametrize("name", architectures.ARCHITECTURES)
def test_half_precision_leaves_logits_and_scaling_exact(name: str) -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = architectures.build(name)

    assert model.get_layer("scale").compute_dtype == "float32"
    assert model.get_layer("logits").compute_dtype == "float32"
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert convolutions[0].compute_dtype == "bfloat16"


def test_imagenet_weights_are_for_the_two_that_have_some() -> None:
    with pytest.raises(TrainingError, match="only resnet50 and mobilenet"):
        load_imagenet(architectures.build("pulse"))


def test_imagenet_weights_go_below_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fetched network is stood in for by one of the same form with other numbers."""
    made = keras.applications.MobileNet

    def fetched(*, weights: str, **words: object) -> keras.Model:
        assert weights == "imagenet"
        return made(weights=None, **words)

    model = architectures.build("mobilenet")
    monkeypatch.setattr(keras.applications, "MobileNet", fetched)
    before, head = model.get_layer("conv_pw_13").get_weights()[0], model.get_layer("logits")
    kernel = head.get_weights()[0]

    load_imagenet(model)

    assert not np.array_equal(before, model.get_layer("conv_pw_13").get_weights()[0])
    assert np.array_equal(kernel, head.get_weights()[0])


def test_weights_that_cannot_be_fetched_are_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(**words: object) -> None:
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.applications, "ResNet50", unreachable)
    model = keras.Sequential(name="resnet50")
    with pytest.raises(TrainingError, match=r"could not be fetched \(URL fetch failure\)"):
        load_imagenet(model)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelsError, match="must be one of pulse, cnn4"):
        architectures.build("resnet9000")
