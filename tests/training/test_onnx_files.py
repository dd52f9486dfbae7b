"""The ONNX forms of the packaged networks answer as the LiteRT forms do."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelsError, WeightsError
from models.inference.files import PINNED, PinnedFile, read_weights
from models.inference.runtime import load_network
from models.training.onnx_files import from_litert
from tests.builders.places import WEIGHTS


@pytest.mark.parametrize("file", PINNED, ids=lambda file: file.name)
def test_both_forms_answer_alike(file: PinnedFile) -> None:
    litert = load_network(read_weights(file.name, file.sha256), name=file.name)
    onnx = load_network(read_weights(file.onnx_name, file.onnx_sha256), name=file.onnx_name)
    random = np.random.default_rng(0)

    assert onnx.input == litert.input
    assert [out.shape for out in onnx.outputs] == [out.shape for out in litert.outputs]
    for _ in range(3):
        picture = random.random(litert.input.shape).astype(np.float32)
        for one, other in zip(onnx.run(picture), litert.run(picture), strict=True):
            assert one == pytest.approx(other, rel=1e-3, abs=1e-2)


@pytest.mark.timeout(600)
def test_a_conversion_is_no_larger_than_its_source() -> None:
    source = WEIGHTS / PINNED[0].name

    assert len(from_litert(source)) < 1.05 * source.stat().st_size


def test_what_is_not_there_cannot_be_converted(tmp_path: Path) -> None:
    with pytest.raises(ModelsError, match=r"there is none"):
        from_litert(tmp_path / "nowhere.tflite")


def test_a_file_that_is_no_network_is_refused() -> None:
    with pytest.raises(WeightsError, match=r"net\.onnx must be an ONNX file"):
        load_network(b"nothing of the sort", name="net.onnx")
