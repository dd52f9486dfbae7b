import itertools
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from capture_agent.errors import CameraLostError, SourceError
from capture_agent.sources.camera import Camera, _backends, index_by_name, known_cameras, may_exist
from capture_agent.sources.choosing import open_source
from capture_agent.sources.clips import DemoClip, VideoClip, open_clip
from capture_agent.sources.frames import Frame
from capture_agent.sources.playback import Pictures, Playback


class Steps:
    """A clip of pictures a tenth of a second apart, each filled with its number."""

    description = "steps"

    def __init__(self, count: int) -> None:
        self.count = count
        self.seconds = count / 10

    def play(self) -> Pictures:
        for index in range(self.count):
            yield index / 10, lambda index=index: np.full((2, 2, 3), index, np.uint8)  # type: ignore[misc]


def every(_: float) -> bool:
    return True


def times(frames: list[Frame]) -> list[float]:
    return [round(frame.monotonic - frames[0].monotonic, 3) for frame in frames]


def video(path: Path, frames: int = 30, rate: float = 10.0) -> Path:
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), rate, (64, 48)
    )
    assert writer.isOpened()
    for index in range(frames):
        writer.write(np.full((48, 64, 3), index * 5, np.uint8))
    writer.release()
    return path


def test_a_clip_is_repeated_until_enough_seconds_were_given(fake_time: Any) -> None:
    frames = list(Playback(Steps(7), fake_time.clock, loop=2.0).frames(every))
    assert times(frames) == [round(step / 10, 1) for step in range(20)]
    assert [int(frame.image_bgr[0, 0, 0]) for frame in frames] == [
        *range(7), *range(7), *range(6)
    ]  # fmt: skip


def test_fast_material_lies_in_the_past_and_is_not_waited_for(fake_time: Any) -> None:
    frames = list(Playback(Steps(10), fake_time.clock).frames(every))
    assert fake_time.waits == []
    assert frames[0].captured_at == fake_time.utc - timedelta(seconds=1)
    assert frames[-1].captured_at < fake_time.utc


@pytest.mark.parametrize("younger", [0.0, 0.3, 1.0, 9.0])
def test_material_longer_than_the_lecture_begins_with_it_and_is_never_ahead(
    younger: float, fake_time: Any
) -> None:
    now = fake_time.utc
    began, moments = now - timedelta(seconds=younger), []
    for frame in Playback(Steps(10), fake_time.clock).frames(every, began):
        moments.append(frame.captured_at)
        assert frame.captured_at <= fake_time.utc
    assert len(moments) == 10
    assert moments[0] == max(began, now - timedelta(seconds=1))
    assert sum(fake_time.waits) == pytest.approx(max(0.0, 0.9 - younger), abs=1e-5)


def test_in_real_time_each_picture_comes_when_its_time_has_come(fake_time: Any) -> None:
    begin, utc = fake_time.at, fake_time.utc
    for number, frame in enumerate(
        Playback(Steps(5), fake_time.clock, realtime=True).frames(every)
    ):
        assert fake_time.at - begin == pytest.approx(number / 10)
        assert abs(frame.captured_at - utc - timedelta(seconds=number / 10)) < timedelta(
            milliseconds=1
        )


def test_a_machine_too_slow_for_real_time_keeps_the_materials_own_times(fake_time: Any) -> None:
    frames = []
    for frame in Playback(Steps(5), fake_time.clock, realtime=True).frames(every):
        frames.append(frame)
        fake_time.push(3.0)
    assert times(frames) == [0.0, 0.1, 0.2, 0.3, 0.4]
    late = frames[4].captured_at - frames[0].captured_at
    assert abs(late - timedelta(seconds=0.4)) < timedelta(milliseconds=1)


@pytest.mark.parametrize("realtime", [True, False])
def test_a_stop_ends_the_pictures(realtime: bool, fake_time: Any) -> None:
    seen = []
    for frame in Playback(Steps(50), fake_time.clock, realtime=realtime).frames(every):
        seen.append(frame)
        if len(seen) == 3:
            fake_time.stopping.set()
    assert len(seen) == 3


def test_pictures_nobody_wants_are_not_read(fake_time: Any) -> None:
    class Costly(Steps):
        def play(self) -> Pictures:
            for at, _ in super().play():
                yield at, lambda: pytest.fail("was read")

    assert list(Playback(Costly(5), fake_time.clock).frames(lambda at: False)) == []


def test_a_video_is_timed_by_its_stamps(tmp_path: Path, fake_time: Any) -> None:
    source = open_source(
        str(video(tmp_path / "clip.mp4")), fake_time.clock, realtime=False, loop=None
    )
    frames = list(source.frames(every))
    assert times(frames) == [round(step / 10, 1) for step in range(30)]
    assert frames[-1].captured_at < fake_time.utc
    assert VideoClip(tmp_path / "clip.mp4").seconds == pytest.approx(3.0)
    source.close()


def stamped(path: Path, stamps: list[int], rate: float = 10.0) -> Path:
    """A clip with a picture at each of ``stamps``, in steps of its rate."""
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), rate, (64, 48),
        [cv2.VIDEOWRITER_PROP_RAW_VIDEO, 1],
    )  # fmt: skip
    assert writer.isOpened()
    for stamp in stamps:
        writer.set(cv2.VIDEOWRITER_PROP_PTS, stamp)
        writer.write(cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))[1])
    writer.release()
    return path


@pytest.mark.parametrize("ending", [".mkv", ".mov", ".mp4"])
@pytest.mark.parametrize("gap", [61, 3_600])
def test_gaps_of_minutes_and_hours_in_the_stamps_are_believed(
    gap: int, ending: str, tmp_path: Path, fake_time: Any
) -> None:
    clip = stamped(tmp_path / f"clip{ending}", [0, 1, gap * 10, gap * 10 + 1, gap * 30])
    begin = fake_time.utc
    frames = list(open_source(str(clip), fake_time.clock, realtime=False, loop=None).frames(every))
    assert times(frames) == pytest.approx([0.0, 0.1, gap, gap + 0.1, gap * 3], abs=2e-3)
    # So the whole lies in the past, and nothing is waited for.
    assert fake_time.waits == []
    assert frames[0].captured_at - begin == pytest.approx(
        timedelta(seconds=-3 * gap - 0.1), abs=timedelta(milliseconds=5)
    )


def test_a_clip_of_a_picture_every_few_minutes_is_as_long_as_it_lasts(tmp_path: Path) -> None:
    clip = VideoClip(stamped(tmp_path / "slides.mkv", [0, 2400, 4800]))
    assert [at for at, _ in clip.play()] == pytest.approx([0.0, 240.0, 480.0])
    assert clip.seconds == pytest.approx(480, abs=1)


NAMES = ["12:30 lecture.mp4", "50%d.mp4", "concat:clip.mp4", "día.mp4"]
if sys.platform == "linux":
    NAMES.append("no text \udcff.mp4")
if sys.platform == "win32":
    NAMES = [name for name in NAMES if ":" not in name]


@pytest.mark.parametrize("name", NAMES)
def test_a_video_may_be_called_anything(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video(tmp_path / "clip.mp4", frames=3).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert len(list(open_clip(Path(name)).play())) == 3


def test_a_truncated_video_gives_what_is_left_or_says_it_is_none(
    tmp_path: Path, fake_time: Any
) -> None:
    whole = video(tmp_path / "clip.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.mp4").write_text("not a video")
    (tmp_path / "empty.mp4").write_bytes(b"")
    for name in ("half.mp4", "text.mp4", "empty.mp4"):
        with pytest.raises(SourceError, match="cannot be read as a video"):
            open_clip(tmp_path / name)


def test_a_folder_gives_its_pictures_by_name_one_a_second(tmp_path: Path, fake_time: Any) -> None:
    for name, shade in (("b.PNG", 20), ("a.jpg", 10)):
        done, encoded = cv2.imencode(Path(name).suffix.lower(), np.full((8, 8, 3), shade, np.uint8))
        assert done
        encoded.tofile(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture, and not taken for one")
    source = open_source(str(tmp_path), fake_time.clock, realtime=False, loop=None)
    frames = list(source.frames(every))
    assert times(frames) == [0.0, 1.0]
    assert [round(float(frame.image_bgr.mean()), -1) for frame in frames] == [10, 20]


@pytest.mark.parametrize("bad", ["a.jpg", "b.jpg", "c.jpg"])
def test_a_folders_unreadable_picture_is_left_out_and_told_once(
    bad: str, tmp_path: Path, fake_time: Any
) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        cv2.imencode(".jpg", np.full((8, 8, 3), 90, np.uint8))[1].tofile(tmp_path / name)
    (tmp_path / bad).write_bytes(b"no picture")
    told: list[str] = []
    source = open_source(str(tmp_path), fake_time.clock, realtime=False, loop=6.0, warn=told.append)
    assert len(list(source.frames(every))) == 4
    assert told == [f"The file {tmp_path / bad} is not a picture that can be read."]


def test_a_folder_of_unreadable_pictures_is_an_error(tmp_path: Path, fake_time: Any) -> None:
    for name in ("a.jpg", "b.png"):
        (tmp_path / name).write_bytes(b"no picture")
    with pytest.raises(SourceError, match=r"a\.jpg is not a picture that can be read"):
        open_source(str(tmp_path), fake_time.clock, realtime=False, loop=None)


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, fake_time: Any) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.png").write_text("no picture")
    for word, sentence in (
        (str(tmp_path / "empty"), "holds no picture"),
        (str(tmp_path / "bad.png"), "is not a picture that can be read"),
        (str(tmp_path / "gone.mov"), "There is no file or folder"),
        ("long" * 100 + ".mp4", "There is no file or folder"),
        ("/dev/null", "is not a camera"),
    ):
        with pytest.raises(SourceError, match=sentence):
            open_source(word, fake_time.clock, realtime=False, loop=None)


def test_the_demo_moves_and_joins_seamlessly() -> None:
    pictures = [read() for _, read in DemoClip().play()]
    assert len(pictures) == 200
    assert {picture.shape for picture in pictures} == {(480, 640, 3)}
    step = float(np.abs(pictures[0].astype(int) - pictures[1]).mean())
    seam = float(np.abs(pictures[0].astype(int) - pictures[-1]).mean())
    assert 0 < seam < 2 * step


class FakeCapture:
    def __init__(self, pictures: int) -> None:
        self.left = pictures
        self.released = False

    def grab(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def retrieve(self) -> tuple[bool, Any]:
        return True, np.zeros((4, 4, 3), np.uint8)

    def release(self) -> None:
        self.released = True


def test_a_camera_is_opened_only_when_pictures_are_asked_for(fake_time: Any) -> None:
    opened: list[int] = []

    def opener(index: int) -> FakeCapture:
        opened.append(index)
        return FakeCapture(3)

    camera = Camera(2, fake_time.clock, opener)
    assert opened == []
    frames = camera.frames(every)
    assert len(list(itertools.islice(frames, 3))) == 3
    with pytest.raises(CameraLostError, match="camera 2 gives no more pictures"):
        next(frames)
    assert sum(fake_time.waits) == pytest.approx(1.0), "a hiccup of a second is no loss"
    next(iter(camera.frames(every)))
    assert opened == [2, 2], "it can be opened anew"


def test_a_camera_that_worked_and_is_busy_now_is_lost_not_missing(fake_time: Any) -> None:
    captures = [FakeCapture(1), None, FakeCapture(1)]
    camera = Camera(2, fake_time.clock, lambda index: captures.pop(0))
    next(camera.frames(every))
    camera.close()
    with pytest.raises(CameraLostError, match="not back yet"):
        next(camera.frames(every))
    next(camera.frames(every))


def test_no_camera_is_one_sentence_and_a_busy_one_is_waited_for(fake_time: Any) -> None:
    def camera(there: bool) -> Camera:
        return Camera(7, fake_time.clock, lambda index: None, lambda index: there)

    with pytest.raises(SourceError, match="There is no camera 7 on this machine") as caught:
        list(camera(False).frames(every))
    assert not isinstance(caught.value, CameraLostError)
    with pytest.raises(CameraLostError, match="camera 7 cannot be opened: another program uses it"):
        list(camera(True).frames(every))


def test_linux_knows_which_cameras_there_are(tmp_path: Path) -> None:
    (tmp_path / "video2").touch()
    assert may_exist(2, "linux", tmp_path)
    assert not may_exist(3, "linux", tmp_path)


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_the_list_of_cameras_tells_where_there_is_one(platform: str) -> None:
    assert may_exist(1, platform, known=lambda: {0: "Integrated", 1: "USB"})
    assert not may_exist(2, platform, known=lambda: {0: "Integrated", 1: "USB"})
    assert may_exist(2, platform, known=lambda: None)


def test_a_camera_closed_between_two_pictures_is_opened_for_the_next(fake_time: Any) -> None:
    captures = [FakeCapture(2), FakeCapture(2)]
    camera = Camera(2, fake_time.clock, lambda index: captures.pop(0))
    pictures = camera.frames(every)
    next(pictures)
    camera.close()
    next(pictures)
    assert captures == []


def test_a_stop_is_not_a_lost_camera(fake_time: Any) -> None:
    fake_time.on_wait = fake_time.stopping.set
    assert list(Camera(0, fake_time.clock, lambda index: FakeCapture(0)).frames(every)) == []


def test_cameras_are_found_by_name(tmp_path: Path) -> None:
    for index, name in ((0, "Integrated Camera"), (2, "USB 4K Cam")):
        (tmp_path / f"video{index}").mkdir()
        (tmp_path / f"video{index}" / "name").write_text(name + "\n")
    assert index_by_name("usb", lambda: known_cameras("linux", tmp_path)) == 2
    with pytest.raises(SourceError, match=r"found: 0 .Integrated Camera., 2 .USB 4K Cam."):
        index_by_name("Logitech", lambda: known_cameras("linux", tmp_path))
    with pytest.raises(SourceError, match="give the camera's number"):
        index_by_name("Logitech", lambda: known_cameras("linux", tmp_path / "nowhere"))


def test_a_camera_may_be_called_like_a_file(
    monkeypatch: pytest.MonkeyPatch, fake_time: Any
) -> None:
    cameras = {1: "USB2.0 HD UVC WebCam: IR / RGB"}
    monkeypatch.setattr("capture_agent.sources.camera.known_cameras", lambda: cameras)
    for word in ("USB2.0 HD UVC WebCam", "IR / RGB"):
        source = open_source(word, fake_time.clock, realtime=False, loop=None)
        assert source.description == "camera 1"
    for word in ("clip.mp4", "here/there"):
        with pytest.raises(SourceError, match=f"There is no file or folder {word}"):
            open_source(word, fake_time.clock, realtime=False, loop=None)
    with pytest.raises(SourceError, match=r"No camera is called .USB3\.0 Cam."):
        open_source("USB3.0 Cam", fake_time.clock, realtime=False, loop=None)


def test_every_system_has_its_own_back_ends() -> None:
    named = {name: set(_backends(name)) for name in ("linux", "darwin", "win32")}
    assert all(named.values())
    assert len(set.union(*named.values())) == sum(map(len, named.values()))


@pytest.mark.parametrize(("platform", "backend"), [("win32", "MSMF"), ("darwin", "AVFOUNDATION")])
def test_elsewhere_a_camera_is_named_by_the_back_end_that_opens_it(
    platform: str, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def enumerate_cameras(wanted: int) -> list[SimpleNamespace]:
        asked.append(wanted)
        names = ("FaceTime HD Camera", "USB Camera")
        return [SimpleNamespace(index=index, name=name) for index, name in enumerate(names)]

    library = SimpleNamespace(enumerate_cameras=enumerate_cameras)
    monkeypatch.setitem(sys.modules, "cv2_enumerate_cameras", library)
    assert index_by_name("usb", lambda: known_cameras(platform)) == 1
    assert asked == [getattr(cv2, f"CAP_{backend}")]


def test_without_names_a_number_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2_enumerate_cameras", None)
    with pytest.raises(SourceError, match="give the camera's number"):
        index_by_name("usb", lambda: known_cameras("win32"))
