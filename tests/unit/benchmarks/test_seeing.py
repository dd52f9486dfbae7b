"""The scenes say truly where a face is, and the page says what was measured."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.pages.seeing_page import write_page
from benchmarks.seeing.scenes import GALLERY, TILES, gallery_scenes, moving_gallery, tile
from benchmarks.seeing.spoilt import WAYS, spoilt_scenes
from models.training.data.datasets import Faces, Split
from models.training.data.scenes import SCENE, Placed, webcam_scenes


@pytest.fixture
def faces() -> Faces:
    """As many bright squares as a gallery has tiles."""
    pixels = np.full((TILES, 48, 48), 200, np.uint8)
    pixels[:, :24] = 250
    nothing = np.zeros((TILES, 7), np.float32)
    return Faces(Split.PUBLIC_TEST, pixels, np.zeros(TILES, np.int64), nothing, nothing[:, 0])


def test_a_face_lies_where_it_is_said_to(faces: Faces) -> None:
    dark = Faces(faces.split, faces.pixels.copy(), faces.labels, faces.votes, faces.raters)
    for pixels in dark.pixels:
        pixels[20:28, 20:28] = 0
    scenes = list(webcam_scenes(dark, seed=3))
    assert len(scenes) == TILES
    for scene in scenes:
        (placed,) = scene.faces
        assert scene.image.shape == (*SCENE, 3)
        middle = scene.image[round(placed.y), round(placed.x), 0]
        assert middle <= 20
        assert placed.side / 2 <= placed.x <= SCENE[1] - placed.side / 2


def test_the_same_seed_gives_the_same_scenes(faces: Faces) -> None:
    first, again = (next(webcam_scenes(faces, seed=5)) for _ in range(2))
    other = next(webcam_scenes(faces, seed=6))
    assert np.array_equal(first.image, again.image)
    assert not np.array_equal(first.image, other.image)


def test_a_gallery_has_a_face_in_each_tile(faces: Faces) -> None:
    (scene,) = gallery_scenes(faces, seed=1)
    assert scene.image.shape == (*GALLERY, 3)
    for place, face in enumerate(scene.faces):
        left, top, width, height = tile(place)
        assert left < face.x < left + width
        assert top < face.y < top + height


def test_a_moving_gallery_moves_the_same_faces_a_little(faces: Faces) -> None:
    before, after = moving_gallery(faces, pictures=2, seed=1)
    moves = [
        np.hypot(one.x - other.x, one.y - other.y) / one.side
        for one, other in zip(before.faces, after.faces, strict=True)
    ]
    assert [face.index for face in before.faces] == [face.index for face in after.faces]
    assert 0.02 < np.median(moves) < 0.5


@pytest.mark.parametrize(
    ("x", "y", "side", "found"),
    [(100, 100, 60, True), (118, 100, 60, True), (125, 100, 60, False), (100, 100, 20, False)],
)
def test_a_box_speaks_of_a_face_or_not(x: float, y: float, side: float, found: bool) -> None:
    assert Placed(0, 100, 100, 60, 12).is_found_at(x, y, side) is found


def test_a_face_is_spoilt_where_it_lies_and_in_every_way(faces: Faces) -> None:
    many = Faces(
        faces.split,
        *(np.concatenate([part] * 4) for part in (faces.pixels, faces.labels)),
        *(np.concatenate([part] * 4) for part in (faces.votes, faces.raters)),
    )
    scenes = list(spoilt_scenes(many, seed=2))
    assert {scene.way for scene in scenes} == set(WAYS)
    assert all(scene.image.shape == (*SCENE, 3) for scene in scenes)
    bright = {way: [] for way in WAYS}
    for scene in scenes:
        bright[scene.way].append(scene.image[round(scene.placed.y), round(scene.placed.x)].mean())
    assert (
        np.mean(bright["dark"]) < 90 < np.mean(bright["as it is"]) < np.mean(bright["overexposed"])
    )


def test_the_page_says_where_a_target_was_missed(tmp_path: Path) -> None:
    part = {"from": 48, "to": 72, "faces": 9, "found": 0.5, "found_by_blazeface": 0.4}
    part |= {"accuracy": 0.6, "accuracy_bare": None}
    scenes: dict[str, Any] = {
        "model": "pulse@9", "faces": 9, "split": "PrivateTest", "seed": 1,
        "found": 0.9, "found_by_blazeface": 0.8, "wrong": 1, "wrong_by_blazeface": 2,
        "accuracy": 0.6, "accuracy_bare": 0.65, "by": {"size": [part], "turn": [], "light": []},
    }  # fmt: skip
    gallery = {
        "galleries": 1, "kept": 0.96, "found_on_tiles": 48, "found_in_gallery": 47, "wrong": 0,
        "accuracy": 0.6, "accuracy_bare": 0.65, "pictures_per_s": 1.5, "switches": 1,
        "tracked": 100, "moving_faces": 49,
    }  # fmt: skip
    known = {"measured_on": "2026-11-21", "commit": "abc", "data_sha256": "f" * 64}
    spoilt = {"found": 0.7, "readable": 0.9, "right": 0.8, "right_rest": 0.6}
    quality = {
        "least_presence": 0.97, **spoilt, "by": {"dark": {"faces": 9, **spoilt}},
        "right_by": {"score": 0.79, "size": 0.78, "chance": 0.81},
    }  # fmt: skip
    measured = {"scenes": scenes, "quality": quality, "gallery": gallery}
    write_page({**known, **measured}, tmp_path / "agent.md")
    text = (tmp_path / "agent.md").read_text()
    assert "| found | ≥ 80.0 %, BlazeFace alone | 90.0 % | met |" in text
    assert "| 60.0 % | **missed** |" in text
    assert "| > 81.0 %, of as many by chance | 80.0 % | **missed** |" in text
    assert "| dark | 9 | 70.0 % | 90.0 % | 80.0 % | 60.0 % |" in text
    assert "| 1.50 | **missed** |" in text
    assert "2026-11-21" in text
    assert "ffffffffffff" in text
