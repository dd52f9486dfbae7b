"""A teacher answers with probabilities, the same to a face and its mirror image."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import WeightsError
from models.training import architectures, teach
from models.training.data.datasets import DataSet

# Keras 3.15 hands TensorFlow's variables to NumPy 2 in a way that NumPy warns of; not ours to mend.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)

MODEL = "mini_xception"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import keras

    keras.utils.set_random_seed(3)
    file = tmp_path_factory.mktemp("teacher") / "teacher.weights.h5"
    architectures.build(MODEL).save_weights(file)
    return file


def test_a_teacher_answers_a_face_and_its_mirror_image_alike(data: DataSet, weights: Path) -> None:
    faces = data.public_test
    turned = replace(faces, pixels=faces.pixels[:, :, ::-1])
    said, of_turned = teach.answers(MODEL, [weights], [faces, turned])
    assert said.shape == (len(faces), 1, 7)
    assert np.allclose(said.sum(axis=2), 1, atol=1e-5)
    assert np.allclose(said, of_turned, atol=1e-5)


def test_slight_views_move_the_answers_a_little_and_alike_each_time(
    data: DataSet, weights: Path
) -> None:
    part = [data.public_test]
    (plain,) = teach.answers(MODEL, [weights], part)
    (varied,) = teach.answers(MODEL, [weights], part, views=3)
    (again,) = teach.answers(MODEL, [weights], part, views=3)
    assert np.allclose(varied.sum(axis=2), 1, atol=1e-5)
    assert np.array_equal(varied, again)
    assert not np.allclose(varied, plain, atol=1e-4)


def test_networks_answer_by_their_mean(data: DataSet, weights: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.weights.h5"
    architectures.build(MODEL).save_weights(other)
    part = [data.public_test]
    (one,) = teach.answers(MODEL, [weights], part)
    (two,) = teach.answers(MODEL, [other], part)
    (both,) = teach.answers(MODEL, [weights, other], part)
    assert np.allclose(both, (one + two) / 2, atol=1e-5)


def test_a_missing_teacher_is_named(data: DataSet, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nobody\.weights\.h5 is not there"):
        teach.answers(MODEL, [tmp_path / "nobody.weights.h5"], [data.public_test])


def test_answers_of_several_are_averaged_where_they_are_of_the_same_faces(tmp_path: Path) -> None:
    for name, look in (("one", 0), ("two", 1)):
        np.save(tmp_path / f"{name}.npy", np.eye(7, dtype=np.float32)[[look] * 3])
    files = [tmp_path / "one.npy", tmp_path / "two.npy"]

    teach.main(
        ["--data", str(tmp_path), "--mean", *map(str, files), "--out", str(tmp_path / "o.npy")]
    )

    assert np.load(tmp_path / "o.npy")[0].tolist() == [0.5, 0.5, 0, 0, 0, 0, 0]
    np.save(files[1], np.zeros((2, 7)))
    with pytest.raises(WeightsError, match=r"of the same faces, \(n, 7\), not"):
        teach.mean(files)
    with pytest.raises(WeightsError, match=r"nobody\.npy"):
        teach.mean([tmp_path / "nobody.npy"])
