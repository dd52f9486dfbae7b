"""How well the agent sees a room: galleries of 49 held-out faces, at rest and moving."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import cv2
import numpy as np

from benchmarks.seeing.scenes import gallery_scenes, moving_gallery, tile
from capture_agent.perception.pipeline import FaceReading, Pipeline
from capture_agent.perception.room_tracker import RoomTracker
from capture_agent.perception.vision import load_room_vision
from models.inference.blazeface import BlazeFace
from models.inference.face_detector import MANY_PRESENCE
from models.inference.predictor import Predictor
from models.training.data.datasets import Faces
from models.training.data.scenes import Placed, Scene

_STEP_S: Final = 0.5
"""Between two pictures of the moving gallery."""


@dataclass(slots=True)
class _Found:
    alone: int = 0
    whole: int = 0
    both: int = 0
    wrong: int = 0
    seconds: float = 0.0
    pictures: int = 0
    right: list[bool] = field(default_factory=list)
    bare: list[bool] = field(default_factory=list)


def bench_gallery(faces: Faces, *, pictures: int, seed: int) -> dict[str, Any]:
    """Galleries of all ``faces``, 49 at a time, and one of them moving for so many ``pictures``.

    ``kept``: of the faces that BlazeFace back 256 finds on each tile alone, the share that the
    room's agent finds in the whole picture. ``pictures_per_s``: by the time of the one core that
    everything ran on, from picture to readings. ``switches``: how often, in the moving gallery, a
    face was given another track than before; ``tracked`` of so many readings.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    pipeline, alone, found = (
        Pipeline(load_room_vision(), least_present=MANY_PRESENCE),
        BlazeFace.load(),
        _Found(),
    )
    predictor = Predictor.load()
    true = faces.true_by(predictor.card.truth)
    bare = predictor.predict(faces.pixels).argmax(axis=1) == true
    for scene in gallery_scenes(faces, seed=seed):
        _look(scene, true, bare, pipeline, alone, found)
    told = {
        "galleries": found.pictures,
        "split": str(faces.split),
        "seed": seed,
        "found_on_tiles": found.alone,
        "found_in_gallery": found.whole,
        "kept": round(found.both / max(found.alone, 1), 4),
        "wrong": found.wrong,
        "accuracy": round(float(np.mean(found.right)), 4),
        "accuracy_bare": round(float(np.mean(found.bare)), 4),
        "pictures_per_s": round(found.pictures / found.seconds, 2),
    }
    return told | _moving(faces, pipeline, pictures, seed)


def _look(
    scene: Scene,
    true: Any,
    bare: Any,
    pipeline: Pipeline,
    alone: BlazeFace,
    found: _Found,
) -> None:
    begin = time.process_time()
    readings = pipeline.read_all(scene.image)
    found.seconds += time.process_time() - begin
    found.pictures += 1
    matched = 0
    for place, face in enumerate(scene.faces):
        on_tile = _on_tile(scene, place, face, alone)
        reading = next((it for it in readings if _is_at(it, face)), None)
        found.alone += on_tile
        found.both += on_tile and reading is not None
        if reading is not None:
            matched += 1
            found.right.append(int(np.argmax(reading.probabilities)) == true[face.index])
            found.bare.append(bool(bare[face.index]))
    found.whole += matched
    found.wrong += len(readings) - matched


def _on_tile(scene: Scene, place: int, face: Placed, alone: BlazeFace) -> bool:
    left, top, width, height = tile(place)
    picture = scene.image[top : top + height, left : left + width]
    return any(
        face.is_found_at(left + it.x + it.w / 2, top + it.y + it.h / 2, max(it.w, it.h))
        for it in alone.detect(picture)
    )


def _moving(faces: Faces, pipeline: Pipeline, pictures: int, seed: int) -> dict[str, Any]:
    tracker = RoomTracker()
    last: dict[int, int] = {}
    switches = tracked = 0
    for number, scene in enumerate(moving_gallery(faces, pictures=pictures, seed=seed)):
        readings = pipeline.read_all(scene.image)
        tracks = tracker.follow([it.box for it in readings], number * _STEP_S)
        for face in scene.faces:
            own = _track_of(face, readings, tracks)
            if own is not None:
                switches += last.get(face.index, own) != own
                last[face.index] = own
                tracked += 1
    return {
        "moving_pictures": pictures,
        "moving_faces": len(last),
        "tracked": tracked,
        "switches": switches,
    }


def _track_of(face: Placed, readings: Sequence[FaceReading], tracks: Sequence[int]) -> int | None:
    pairs = zip(readings, tracks, strict=True)
    return next((track for reading, track in pairs if _is_at(reading, face)), None)


def _is_at(reading: FaceReading, face: Placed) -> bool:
    x, y, w, h = reading.box
    return face.is_found_at(x + w / 2, y + h / 2, max(w, h))
