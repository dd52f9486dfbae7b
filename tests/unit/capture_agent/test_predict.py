import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from capture_agent.errors import SourceError
from capture_agent.perception.pipeline import Pipeline
from capture_agent.perception.vision import Vision
from capture_agent.predict import predict_paths
from capture_agent.sources.clips import DemoClip, VideoClip
from capture_agent.sources.pictures import read_picture
from contract.looks import LOOKS

FACE = (20.0, 30.0, 40.0, 50.0)


@dataclass
class Heard:
    """What a listener was told."""

    errors: list[str] = field(default_factory=list)
    copies: list[Path] = field(default_factory=list)
    places: list[tuple[str, float, float]] = field(default_factory=list)

    def unread(self, error: SourceError) -> None:
        self.errors.append(str(error))

    def looking(self, path: Path, at: float, seconds: float) -> None:
        self.places.append((path.name, at, seconds))

    def copied(self, path: Path) -> None:
        self.copies.append(path)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "class.png"
    path.parent.mkdir()
    cv2.imencode(".png", np.full((120, 160, 3), 90, np.uint8))[1].tofile(path)
    return path


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), 10.0, (160, 120)
    )
    for shade in range(25):
        writer.write(np.full((120, 160, 3), shade * 9, np.uint8))
    writer.release()
    return path


def pipeline(make_vision: Callable[..., Vision], *faces: Any) -> Pipeline:
    return Pipeline(make_vision(*faces))


def test_a_picture_is_one_object_with_the_promised_keys(
    picture: Path, heard: Heard, make_vision: Callable[..., Vision]
) -> None:
    (result,) = predict_paths([picture], heard, pipeline=pipeline(make_vision, FACE))
    told = json.loads(json.dumps(result.as_json()))
    assert list(told) == ["source", "t", "faces"]
    assert (told["source"], told["t"]) == (str(picture), 0.0)
    (face,) = told["faces"]
    assert list(face) == ["box", "score", "emotion", "probabilities", "attention"]
    assert face["box"] == [20, 30, 40, 50]
    assert face["emotion"] == "happy"
    assert list(face["probabilities"]) == [str(look) for look in LOOKS]
    assert sum(face["probabilities"].values()) == pytest.approx(1.0, abs=1e-5)
    assert set(face["attention"]) == {"yaw", "pitch", "roll", "eyes_open"}


def test_a_video_is_looked_at_twice_a_second_and_says_how_far_it_is(
    video: Path, heard: Heard, make_vision: Callable[..., Vision]
) -> None:
    results = list(predict_paths([video], heard, pipeline=pipeline(make_vision)))
    assert [result.t for result in results] == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0])
    assert all(result.faces == () for result in results)
    assert [place[1:] for place in heard.places] == [
        pytest.approx((result.t, 2.5)) for result in results
    ]


def test_annotated_copies_show_box_and_words_and_overwrite_nothing(
    picture: Path, video: Path, tmp_path: Path, heard: Heard, make_vision: Callable[..., Vision]
) -> None:
    out = tmp_path / "new" / "out"
    inputs = [picture, picture.parent, video]
    list(predict_paths(inputs, heard, out, pipeline(make_vision, FACE)))
    assert heard.copies == [out / "class.png", out / "class-2.png", out / "clip.mp4"]
    assert sorted(item.name for item in out.iterdir()) == [
        "class-2.png",
        "class.png",
        "clip.mp4",
    ]
    before, after = read_picture(picture), read_picture(out / "class.png")
    assert after.shape == before.shape
    changed = np.argwhere((before != after).any(axis=2))
    assert changed[:, 0].max() >= 80, "the box reaches its lower edge"
    assert (after == 255).all(axis=2).sum() > 100, "white words"
    assert sum(1 for _ in VideoClip(out / "clip.mp4").play()) == 5


def test_what_cannot_be_read_is_named_and_the_others_are_read(
    picture: Path, tmp_path: Path, heard: Heard, make_vision: Callable[..., Vision]
) -> None:
    (tmp_path / "bad.mp4").write_text("no video")
    (picture.parent / "beside.jpg").write_text("no picture")
    (picture.parent / "after.png").write_bytes(picture.read_bytes())
    (tmp_path / "empty").mkdir()
    names = ("gone.jpg", "bad.mp4", "empty", "in", "x" * 300)
    results = predict_paths(
        [tmp_path / name for name in names], heard, pipeline=pipeline(make_vision, FACE)
    )
    assert [Path(result.source).name for result in results] == ["after.png", "class.png"]
    gone, bad, empty, beside, too_long = heard.errors
    assert f"There is no file or folder {tmp_path / 'gone.jpg'}." in gone
    assert "bad.mp4 cannot be read as a video." in bad
    assert "empty holds no picture" in empty
    assert "beside.jpg is not a picture that can be read." in beside
    assert "cannot be read" in too_long


def test_a_copy_that_cannot_be_written_hides_no_result(
    picture: Path, tmp_path: Path, heard: Heard, make_vision: Callable[..., Vision]
) -> None:
    out = tmp_path / "out"
    results = predict_paths([picture], heard, out, pipeline(make_vision))
    assert next(results).source == str(picture)
    out.rmdir()
    assert list(results) == []
    assert "cannot be written" in heard.errors[0]
    assert heard.copies == []


def test_opencvs_own_failure_is_one_sentence(
    picture: Path, heard: Heard, make_vision: Callable[..., Vision]
) -> None:
    def fails() -> None:
        cv2.resize(np.zeros((0, 0, 3), np.uint8), (1, 1))

    eyes = Pipeline(make_vision(FACE, looked=fails))
    assert list(predict_paths([picture], heard, pipeline=eyes)) == []
    assert "class.png cannot be looked at" in heard.errors[0]


def test_a_folder_that_cannot_be_written_is_one_sentence(
    picture: Path, heard: Heard, make_vision: Callable[..., Vision]
) -> None:
    with pytest.raises(SourceError, match="cannot be made"):
        list(predict_paths([picture], heard, picture / "out", pipeline(make_vision)))


def test_the_packaged_models_read_the_packaged_face(tmp_path: Path, heard: Heard) -> None:
    read = next(iter(DemoClip().play()))[1]
    scene = np.zeros((480, 1280, 3), np.uint8)
    scene[:, :640], scene[:, 640:] = read(), read()
    path = tmp_path / "two.png"
    cv2.imencode(".png", scene)[1].tofile(path)
    (result,) = predict_paths([path], heard)
    left, right = result.as_json()["faces"]
    assert left["emotion"] == right["emotion"] == "happy"
    assert left["box"][0] + 640 == pytest.approx(right["box"][0], abs=6)
    for face in (left, right):
        assert abs(face["attention"]["yaw"]) < 20
        assert abs(face["attention"]["pitch"]) < 15
        assert face["attention"]["eyes_open"] > 0.5
