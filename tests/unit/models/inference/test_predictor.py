"""The predictor answers probabilities for any face, and loads only what its card speaks for."""

import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from models.cards import load_card
from models.errors import InputError, WeightsError
from models.inference.predictor import INT8, Predictor, as_shares, under_prior


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a copy of the packaged model and card."""
    weights = resources.files("models").joinpath("weights")
    for name in ("pulse.json", *(file.name for file in load_card().files)):
        with resources.as_file(weights.joinpath(name)) as source:
            shutil.copy(source, tmp_path / name)
    return tmp_path


def _faces(count: int) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (count, 48, 48), dtype=np.uint8)


def test_answers_are_probabilities(predictor: Predictor) -> None:
    answers = predictor.predict(_faces(5))

    assert answers.shape == (5, 7)
    assert answers.dtype == np.float32
    assert (answers >= 0).all()
    assert answers.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)


def test_a_face_is_answered_alike_alone_and_among_others(predictor: Predictor) -> None:
    faces = _faces(3)

    assert np.array_equal(predictor.predict(faces)[1:2], predictor.predict(faces[1:2]))


def test_no_faces_get_no_answers(predictor: Predictor) -> None:
    assert predictor.predict(np.zeros((0, 48, 48), np.uint8)).shape == (0, 7)


def test_the_model_is_named_with_its_version(predictor: Predictor) -> None:
    assert predictor.model_id == f"pulse@{load_card().version}"


@pytest.mark.parametrize("shape", [(48, 48), (1, 48, 47), (1, 48, 48, 1)])
def test_other_shapes_are_refused(predictor: Predictor, shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"\(n, 48, 48\)"):
        predictor.predict(np.zeros(shape, np.uint8))


def test_other_types_are_refused(predictor: Predictor) -> None:
    with pytest.raises(InputError, match="float64"):
        predictor.predict(np.zeros((1, 48, 48)))  # type: ignore[arg-type]


def test_every_file_of_the_card_answers_nearly_alike(copy: Path) -> None:
    faces = _faces(20)
    # Those for ONNX Runtime are compared where they are made: here, LiteRT is what is installed.
    names = [file.name for file in load_card().files if file.name.endswith(".tflite")]
    first, *others = [Predictor.load(copy / name).predict(faces) for name in names]
    assert others

    # Made-up faces, so a single one may sit on an edge; on real ones the export itself compares.
    for other in others:
        assert np.abs(first - other).mean() < 0.02


def test_a_changed_file_is_refused(copy: Path) -> None:
    path = copy / "pulse.tflite"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))

    with pytest.raises(WeightsError, match="SHA-256"):
        Predictor.load(path)


def test_a_file_that_is_no_network_is_refused(copy: Path) -> None:
    import hashlib

    card = copy / "pulse.json"
    values = json.loads(card.read_text(encoding="utf-8"))
    path = copy / values["files"][0]["name"]
    path.write_bytes(b"no network")
    values["files"][0]["sha256"] = hashlib.sha256(b"no network").hexdigest()
    card.write_text(json.dumps(values), encoding="utf-8")

    with pytest.raises(WeightsError, match="must be a LiteRT file"):
        Predictor.load(path)


def test_loading_needs_no_tensorflow() -> None:
    code = (
        "import sys; from models.inference.predictor import Predictor; Predictor.load();"
        "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_opens_nothing() -> None:
    code = (
        "import sys, models.inference.predictor, models.inference.face_detector;"
        "import models.training.train, models.training.export;"
        "assert not {'keras', 'tensorflow', 'ai_edge_litert'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_another_prior_moves_answers_and_the_trained_one_leaves_them() -> None:
    trained = np.array([0.1, 0.02, 0.03, 0.25, 0.12, 0.13, 0.35])
    answers = np.random.default_rng(1).dirichlet(np.ones(7), 20)

    even = under_prior(answers, trained, np.full(7, 1 / 7))

    assert under_prior(answers, trained, trained) == pytest.approx(answers)
    assert even.sum(axis=1) == pytest.approx(np.ones(20))
    assert under_prior(even, np.full(7, 1 / 7), trained) == pytest.approx(answers)
    assert (even[:, 6] < answers[:, 6]).all(), "the look most met in training is met less here"
    certain = under_prior(answers, trained, np.eye(7)[2])
    assert certain == pytest.approx(np.tile(np.eye(7)[2], (20, 1)))


def test_the_predictor_asks_under_a_prior(predictor: Predictor) -> None:
    faces, even = _faces(4), np.full(7, 1 / 7)
    expected = under_prior(predictor.predict(faces), predictor.card.prior(), even)

    assert predictor.predict(faces, prior=even) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("prior", [[0.5] * 7, [1 / 6] * 6, [1.2, -0.2, 0, 0, 0, 0, 0]])
def test_what_is_no_prior_is_refused(predictor: Predictor, prior: list[float]) -> None:
    with pytest.raises(InputError, match="prior must be 7 shares that sum to 1"):
        predictor.predict(_faces(1), prior=np.array(prior))


def test_every_truth_of_the_card_is_answered_in_one_pass(predictor: Predictor) -> None:
    faces = _faces(3)
    every = predictor.predict_all(faces)

    assert every.shape == (3, len(predictor.card.truths), 7)
    assert every.sum(axis=2) == pytest.approx(np.ones(every.shape[:2]), abs=1e-5)
    assert np.array_equal(every[:, 0], predictor.predict(faces))


def test_a_quantised_file_rules_nothing_out() -> None:
    raw = np.zeros((1, 2, 7), np.float32)
    raw[:, :, 3] = 255 / 256

    for least, precision in ((1e-4, INT8), (0.0, "float16 weights")):
        shares = as_shares(raw, precision)
        assert shares.sum(axis=2) == pytest.approx(np.ones((1, 2)))
        assert shares[0, 0, 3] > 0.99
        assert (shares > least).all() == (precision == INT8)
