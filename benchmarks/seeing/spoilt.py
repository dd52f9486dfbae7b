"""Pictures in which a face is hard to read, and whether the agent knows which of them are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from capture_agent.perception.pipeline import READABLE, FaceReading, Pipeline
from capture_agent.perception.vision import load_vision
from models.inference.predictor import Predictor
from models.training.data.datasets import Faces
from models.training.data.scenes import SCENE as SIZE
from models.training.data.scenes import Image, Placed, evenly, ground, lit, paste

Random = np.random.Generator
Spoil = Callable[[Image, Placed, Random], Image]

_SIDES: Final = (48.0, 240.0)
_TINY: Final = (20.0, 48.0)
_TURN: Final = 20.0
_LIGHT: Final = (0.5, 1.3)
_SENSOR_NOISE: Final = 2.0


def _as_it_is(image: Image, _placed: Placed, _random: Random) -> Image:
    return image


def _out_of_focus(image: Image, placed: Placed, random: Random) -> Image:
    blurred = cv2.GaussianBlur(image, (0, 0), evenly(random, (0.01, 0.12)) * placed.side)
    return np.asarray(blurred, dtype=np.uint8)


def _moving(image: Image, placed: Placed, random: Random) -> Image:
    length = max(2, int(evenly(random, (0.05, 0.5)) * placed.side)) | 1
    angle, middle = random.uniform(0, np.pi), length // 2
    across, down = int(middle * np.cos(angle)), int(middle * np.sin(angle))
    path = np.zeros((length, length), np.float32)
    ends = (middle - across, middle - down), (middle + across, middle + down)
    cv2.line(path, *ends, 1.0)
    return np.asarray(cv2.filter2D(image, -1, path / path.sum()), dtype=np.uint8)


def _dark(image: Image, _placed: Placed, random: Random) -> Image:
    return _noisy(lit(image, evenly(random, (0.03, 0.3))), random, random.uniform(2, 8))


def _overexposed(image: Image, _placed: Placed, random: Random) -> Image:
    return lit(image, evenly(random, (1.6, 5.0)))


def _covered(image: Image, placed: Placed, random: Random) -> Image:
    """A flat thing before the face's lower or upper part, its right half, or somewhere."""
    share, side, half = random.uniform(0.2, 0.6), placed.side, placed.side / 2
    left, right, top, bottom = (
        placed.x - half, placed.x + half, placed.y - half, placed.y + half,
    )  # fmt: skip
    match int(random.integers(4)):
        case 0:
            top = bottom - share * side
        case 1:
            bottom = top + share * side
        case 2:
            left = right - share * side
        case _:
            across = np.sqrt(share) * side
            left, top = random.uniform(left, right - across), random.uniform(top, bottom - across)
            right, bottom = left + across, top + across
    grey = int(random.integers(20, 235))
    covered = image.copy()
    corners = (int(left), int(top)), (int(right), int(bottom))
    cv2.rectangle(covered, *corners, (grey, grey, grey), cv2.FILLED)
    return covered


def _squeezed(image: Image, _placed: Placed, random: Random) -> Image:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(3, 30))]
    return np.asarray(
        cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR), dtype=np.uint8
    )


WAYS: Final[dict[str, Spoil]] = {
    "as it is": _as_it_is,
    "tiny": _as_it_is,
    "out of focus": _out_of_focus,
    "moving": _moving,
    "dark": _dark,
    "overexposed": _overexposed,
    "covered": _covered,
    "squeezed": _squeezed,
}


@dataclass(frozen=True, slots=True)
class Spoilt:
    """One 640×480 picture, where its face lies, and what was done to it."""

    image: Image
    placed: Placed
    way: str


def spoilt_scenes(faces: Faces, *, seed: int) -> Iterator[Spoilt]:
    """A picture of each face, in order, spoilt in one of ``WAYS`` and to a degree at random."""
    random, names = np.random.default_rng(seed), tuple(WAYS)
    for index, pixels in enumerate(faces.pixels):
        way = names[random.integers(len(names))]
        side = evenly(random, _TINY if way == "tiny" else _SIDES)
        turn, reach = float(random.uniform(-_TURN, _TURN)), side * 0.75
        height, width = SIZE
        x, y = random.uniform(reach, width - reach), random.uniform(reach, height - reach)
        placed = Placed(index, float(x), float(y), side, turn)
        image = ground(pixels, SIZE)
        paste(image, pixels, placed)
        image = WAYS[way](lit(image, evenly(random, _LIGHT)), placed, random)
        yield Spoilt(_noisy(image, random, _SENSOR_NOISE), placed, way)


def _noisy(image: Image, random: Random, deviation: float) -> Image:
    noise = random.normal(0, deviation, image.shape[:2])[..., None]
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def bench_quality(faces: Faces, *, seed: int, pipeline: Pipeline | None = None) -> dict[str, Any]:
    """Whether the faces that the agent calls readable are read more rightly than the others.

    ``found``, ``readable``: shares of the faces, and of the found ones. ``right``: of the readable,
    ``right_rest`` of the others found, ``right_by`` of as many found as are readable, chosen by the
    detector's score, by size, or by chance. ``by`` has the same for each way of spoiling.
    """
    pipeline = pipeline or Pipeline(load_vision())
    true = faces.true_by(Predictor.load().card.truth)
    looked = [
        (scene.way, _reading_of(scene, pipeline)) for scene in spoilt_scenes(faces, seed=seed)
    ]
    ways = np.array([way for way, _ in looked])
    seen = np.array([it is not None for _, it in looked])
    readable = np.array([it is not None and it.readable for _, it in looked])
    right = np.array(
        [
            it is not None and int(np.argmax(it.probabilities)) == look
            for (_, it), look in zip(looked, true, strict=True)
        ]
    )
    score = np.array([-1.0 if it is None else it.score for _, it in looked])
    size = np.array([-1.0 if it is None else it.box[2] for _, it in looked])
    many = int(readable.sum())
    return {
        "least_presence": READABLE,
        "faces": len(faces),
        "split": str(faces.split),
        "seed": seed,
        **_shares(seen, readable, right),
        "right_by": {
            "score": _share(right[np.argsort(-score, kind="stable")[:many]]),
            "size": _share(right[np.argsort(-size, kind="stable")[:many]]),
            "chance": _share(right[seen]),
        },
        "by": {
            way: {"faces": int(of.sum()), **_shares(seen[of], readable[of], right[of])}
            for way in WAYS
            if (of := ways == way).any()
        },
    }


def _reading_of(scene: Spoilt, pipeline: Pipeline) -> FaceReading | None:
    """The reading of the face that was put there, if it was found."""
    return next((it for it in pipeline.read_all(scene.image) if _is_at(it, scene.placed)), None)


def _shares(
    seen: NDArray[np.bool_], readable: NDArray[np.bool_], right: NDArray[np.bool_]
) -> dict[str, float | None]:
    return {
        "found": _share(seen),
        "readable": _share(readable[seen]),
        "right": _share(right[readable]),
        "right_rest": _share(right[seen & ~readable]),
    }


def _is_at(reading: FaceReading, placed: Placed) -> bool:
    x, y, w, h = reading.box
    return placed.is_found_at(x + w / 2, y + h / 2, max(w, h))


def _share(values: NDArray[np.bool_]) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None
