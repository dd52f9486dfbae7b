"""``classpulse predict``: every face in pictures and videos, as values and as annotated copies."""

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import cv2

from capture_agent.errors import SourceError
from capture_agent.perception.attention import typical_openness
from capture_agent.perception.pipeline import FaceReading, Pipeline
from capture_agent.perception.vision import load_vision
from capture_agent.sources.clips import VideoClip
from capture_agent.sources.frames import Image
from capture_agent.sources.pictures import is_picture, pictures_in, read_picture
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


class Listener(Protocol):
    """Who is told, beside the results, how the reading goes."""

    def unread(self, error: SourceError) -> None:
        """One file or folder, or the copy of one, failed; the others go on."""

    def looking(self, path: Path, at: float, seconds: float) -> None:
        """A video of ``seconds`` is being looked at, ``at`` seconds after its beginning."""

    def copied(self, path: Path) -> None:
        """An annotated copy is whole."""


def predict_paths(
    paths: Sequence[Path],
    listener: Listener,
    annotated: Path | None = None,
    pipeline: Pipeline | None = None,
) -> Iterator[PictureResult]:
    """Read every face of each picture, folder of pictures, or video, in the order given.

    A video is looked at twice a second. With ``annotated``, copies with boxes and labels are
    written into that folder: pictures as PNG, videos as MP4. What cannot be read does not keep
    the others from being read. Raises SourceError where ``annotated`` cannot be made, and
    VisionError where the models are missing.
    """
    reader = _Reader(pipeline or Pipeline(load_vision()), listener, annotated)
    if annotated is not None:
        _make_folder(annotated)
    for path in paths:
        try:
            ones = _pictures_or_video(path)
        except SourceError as error:
            listener.unread(error)
            continue
        for one in ones:
            try:
                yield from reader.read(one)
            except SourceError as error:
                listener.unread(error)


def _pictures_or_video(path: Path) -> tuple[Path, ...]:
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceError(f"There is no file or folder {path}.") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
    return pictures_in(path) if is_folder else (path,)


class _Reader:
    """Reads one file after the other, and writes their copies."""

    def __init__(self, pipeline: Pipeline, listener: Listener, annotated: Path | None) -> None:
        self._pipeline = pipeline
        self._listener = listener
        self._annotated = annotated

    def read(self, path: Path) -> Iterator[PictureResult]:
        """The results of one picture or video. Raises SourceError."""
        if not is_picture(path):
            yield from self._video(path)
            return
        image = read_picture(path)
        result = self._result(path, 0.0, image)
        yield result
        if self._annotated is not None:
            name = _free_name(self._annotated, path, ".png")
            write_picture(name, _drawn(image, result))
            self._listener.copied(name)

    def _video(self, path: Path) -> Iterator[PictureResult]:
        clip = VideoClip(path)
        seconds = clip.seconds
        copy = None
        slot = -1
        try:
            for at, read in clip.play():
                if int((at + 5e-4) * FRAMES_PER_SECOND) <= slot:
                    continue
                slot = int((at + 5e-4) * FRAMES_PER_SECOND)
                self._listener.looking(path, at, seconds)
                image = read()
                result = self._result(path, at, image)
                yield result
                if self._annotated is not None:
                    name = copy.path if copy else _free_name(self._annotated, path, ".mp4")
                    copy = copy or AnnotatedVideo(name, FRAMES_PER_SECOND, image.shape[:2])
                    copy.write(_drawn(image, result))
        finally:
            if copy is not None:
                copy.close()
        if slot < 0:
            raise SourceError(f"No picture could be read from {path}.")
        if copy is not None:
            self._listener.copied(copy.path)

    def _result(self, path: Path, at: float, image: Image) -> PictureResult:
        try:
            faces = self._pipeline.read_all(image)
        except cv2.error as error:
            height, width = image.shape[:2]
            raise SourceError(
                f"{path} cannot be looked at: its {width}×{height} pixels are too many a side."
            ) from error
        return PictureResult(str(path), at, tuple(faces))


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
