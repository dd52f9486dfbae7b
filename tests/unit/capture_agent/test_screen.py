import sys
from typing import Any

import mss
import numpy as np
import pytest
from mss.exception import ScreenShotError

from capture_agent.errors import CameraLostError, SettingsError, SourceError
from capture_agent.screen import Screen, open_grabber, read_region
from capture_agent.sources import Image, open_source

PICTURE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


@pytest.mark.parametrize(
    ("word", "region"),
    [
        ("screen", None),
        ("screen:", None),
        ("screen:10,20,640,480", (10, 20, 640, 480)),
        ("screen:-1280, 0, 640, 480", (-1280, 0, 640, 480)),
    ],
)
def test_regions_are_read(word: str, region: object) -> None:
    assert read_region(word) == region


@pytest.mark.parametrize("word", ["1,2", "a,b,c,d", "1,2,3,4,5", "0,0,-5,100", "1;2;300;400"])
def test_a_region_that_is_none_is_one_sentence(word: str) -> None:
    with pytest.raises(SettingsError, match="four numbers, X,Y,WIDTH,HEIGHT"):
        read_region(f"screen:{word}")


def test_a_region_too_small_for_a_face_is_refused() -> None:
    with pytest.raises(SettingsError, match="at least 32 pixels each way, but this is 640×8"):
        read_region("screen:0,0,640,8")


class FakeGrabber:
    def __init__(self) -> None:
        self.regions: list[object] = []
        self.grabs = 0
        self.open = 0

    def __call__(self, region: object) -> tuple[Any, Any]:
        self.regions.append(region)
        self.open += 1
        return self._grab, self._close

    def _grab(self) -> Image:
        self.grabs += 1
        return PICTURE

    def _close(self) -> None:
        self.open -= 1


def test_only_wanted_moments_are_read_and_the_display_is_let_go(fake_time: Any) -> None:
    grabber = FakeGrabber()
    screen = Screen("screen:1,2,300,400", fake_time.clock, grabber)
    assert grabber.regions == []
    begin = fake_time.at
    fake_time.on_wait = lambda: fake_time.stopping.set() if len(fake_time.waits) == 40 else None
    frames = list(screen.frames(lambda at: round((at - begin) * 20) % 10 == 0))
    assert (len(frames), grabber.grabs, grabber.regions) == (4, 4, [(1, 2, 300, 400)])
    assert [round(frame.monotonic - begin, 6) for frame in frames] == [0.0, 0.5, 1.0, 1.5]
    screen.close()
    screen.close()
    assert grabber.open == 0
    assert screen.description == "the screen's 300×400 pixels at 1,2"


class Desktop:
    """What mss gives: two monitors, and shots in blue, green, red and a fourth byte."""

    monitors = ({"left": 0}, {"left": 0, "top": 0, "width": 4, "height": 4}, {"left": 4})

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.gone = False

    def grab(self, where: object) -> Image:
        if self.gone:
            raise ScreenShotError("gone")
        self.asked.append(where)
        return np.dstack([PICTURE, np.full((4, 4), 255, np.uint8)])

    def close(self) -> None:
        pass


def test_the_first_screen_or_a_part_is_read_without_its_fourth_byte(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desktop = Desktop()
    monkeypatch.setattr(mss, "MSS", lambda: desktop)
    whole, _ = open_grabber(None)
    part, _ = open_grabber((1, 2, 3, 4))
    assert (whole() == PICTURE).all()
    part()
    assert desktop.asked == [
        desktop.monitors[1],
        {"left": 1, "top": 2, "width": 3, "height": 4},
    ]
    desktop.gone = True
    with pytest.raises(CameraLostError, match="cannot be read now"):
        whole()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a display")
def test_without_a_display_it_is_one_sentence_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, fake_time: Any
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(SourceError, match="The screen cannot be read: there is no display here"):
        open_source("screen", fake_time.clock, realtime=False, loop=None)
