"""``classpulse predict``: every face in pictures and videos, as values and as annotated copies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from capture_agent.errors import SourceError
from capture_agent.perception.attention import typical_openness
from capture_agent.perception.pipeline import FaceReading, Pipeline
from capture_agent.perception.vision import load_vision
from capture_agent.sources.clips import PICTURES, VideoClip, pictures_in, read_picture
from capture_agent.sources.frames import Image
from capture_agent.terminal.annotate import AnnotatedVideo, annotate, write_picture
from contract.looks import LOOKS, Look

FRAMES_PER_SECOND: Final = 2.0
"""How many pictures of a video are analysed in a second."""


@dataclass(frozen=True, slots=True)
class PictureResult:
    """One picture, or one analysed frame ``t`` seconds into a video, and all faces in it."""

    source: str
    t: float
    faces: tuple[FaceReading, ...]

    def as_json(self) -> dict[str, Any]:
        """The object that ``classpulse predict --json`` prints."""
        return {
            "source": self.source,
            "t": round(self.t, 3),
            "faces": [_face_as_json(face) for face in self.faces],
        }


def look_of(face: FaceReading) -> Look:
    """The look that the face shows most."""
    return LOOKS[max(range(len(LOOKS)), key=face.probabilities.__getitem__)]


def predict_paths(
    paths: Sequence[Path], annotated: Path | None = None, pipeline: Pipeline | None = None
) -> Iterator[PictureResult]:
    """Read every face of each picture, folder of pictures, or video, in the order given.

    A video is looked at twice a second. With ``annotated``, copies with boxes and labels are
    written into that folder: pictures as PNG, videos as MP4. A path that cannot be read does not
    keep the others from being read: SourceError, naming all of them, comes at the end. Raises
    VisionError where the models are missing.
    """
    pipeline = pipeline or Pipeline(load_vision())
    if annotated is not None:
        _make_folder(annotated)
    unread: list[str] = []
    for path in paths:
        try:
            for one in _pictures_or_video(path):
                yield from _predict(one, annotated, pipeline)
        except SourceError as error:
            unread.append(str(error))
    if unread:
        raise SourceError(" ".join(unread))


def _pictures_or_video(path: Path) -> tuple[Path, ...]:
    if not path.exists():
        raise SourceError(f"There is no file or folder {path}.")
    return pictures_in(path) if path.is_dir() else (path,)


def _predict(path: Path, annotated: Path | None, pipeline: Pipeline) -> Iterator[PictureResult]:
    if path.suffix.lower() not in PICTURES:
        yield from _predict_video(path, annotated, pipeline)
        return
    image = read_picture(path)
    result = PictureResult(str(path), 0.0, tuple(pipeline.read_all(image)))
    if annotated is not None:
        write_picture(_free_name(annotated, path, ".png"), _drawn(image, result))
    yield result


def _predict_video(
    path: Path, annotated: Path | None, pipeline: Pipeline
) -> Iterator[PictureResult]:
    copy = None
    slot = -1
    try:
        for at, read in VideoClip(path).play():
            if int((at + 5e-4) * FRAMES_PER_SECOND) <= slot:
                continue
            slot = int((at + 5e-4) * FRAMES_PER_SECOND)
            image = read()
            result = PictureResult(str(path), at, tuple(pipeline.read_all(image)))
            if annotated is not None:
                copy = copy or AnnotatedVideo(
                    _free_name(annotated, path, ".mp4"), FRAMES_PER_SECOND, image.shape[:2]
                )
                copy.write(_drawn(image, result))
            yield result
    finally:
        if copy is not None:
            copy.close()
    if slot < 0:
        raise SourceError(f"No picture could be read from {path}.")


def _drawn(image: Image, result: PictureResult) -> Image:
    labels = [(face.box, look_of(face), max(face.probabilities)) for face in result.faces]
    return annotate(image, labels)


def _face_as_json(face: FaceReading) -> dict[str, Any]:
    attention = None
    if face.pose is not None:
        attention = {
            "yaw": round(face.pose.yaw, 1),
            "pitch": round(face.pose.pitch, 1),
            "roll": round(face.pose.roll, 1),
            # Nothing is known of this person's own open eyes: measured against usual ones.
            "eyes_open": round(typical_openness(face.eye_ratio), 3),
        }
    return {
        "box": list(face.box),
        "score": round(face.score, 4),
        "emotion": str(look_of(face)),
        "probabilities": {
            str(look): round(share, 6)
            for look, share in zip(LOOKS, face.probabilities, strict=True)
        },
        "attention": attention,
    }


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def _free_name(folder: Path, path: Path, suffix: str) -> Path:
    """Two inputs of one name, from two folders, do not overwrite each other's copy."""
    name, number = folder / f"{path.stem}{suffix}", 2
    while name.exists():
        name, number = folder / f"{path.stem}-{number}{suffix}", number + 1
    return name
