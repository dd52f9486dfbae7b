import sys
from typing import Any

import mss
import numpy as np
import pytest
from mss.exception import ScreenShotError

from capture_agent.errors import CameraLostError, SettingsError, SourceError
from capture_agent.sources import screen as screens
from capture_agent.sources.choosing import open_source
from capture_agent.sources.frames import Image
from capture_agent.sources.screen import (
    Screen,
    check_allowed,
    open_grabber,
    open_screen,
    read_target,
)
from capture_agent.sources.window_places import OpenWindow

PICTURE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


@pytest.mark.parametrize(
    ("word", "region"),
    [
        ("screen", None),
        ("screen:", None),
        ("screen:10,20,640,480", (10, 20, 640, 480)),
        ("screen:-1280, 0, 640, 480", (-1280, 0, 640, 480)),
        ("screen:Zoom Meeting", "Zoom Meeting"),
        ("screen: Maths 7b, room 2 ", "Maths 7b, room 2"),
    ],
)
def test_regions_are_read(word: str, region: object) -> None:
    assert read_target(word) == region


@pytest.mark.parametrize("word", ["1,2", "1,2,3,4,5", "0,0,-5,100", "1;2;300;400"])
def test_a_region_that_is_none_is_one_sentence(word: str) -> None:
    with pytest.raises(SettingsError, match="four numbers, X,Y,WIDTH,HEIGHT"):
        read_target(f"screen:{word}")


def test_a_region_too_small_for_a_face_is_refused() -> None:
    with pytest.raises(SettingsError, match="at least 32 pixels each way, but this is 640×8"):
        read_target("screen:0,0,640,8")


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

    monitors = (
        {"left": 0, "top": 0, "width": 1920, "height": 1080},
        {"left": 0, "top": 0, "width": 4, "height": 4},
        {"left": 4},
    )

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
    monkeypatch.setattr(screens, "check_allowed", lambda: None)
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


def test_a_window_is_looked_for_wherever_it_has_been_moved_to(
    monkeypatch: pytest.MonkeyPatch, fake_time: Any
) -> None:
    desktop = Desktop()
    monkeypatch.setattr(mss, "MSS", lambda: desktop)
    monkeypatch.setattr(screens, "check_allowed", lambda: None)
    windows = [OpenWindow("Zoom Meeting", (100, 50, 640, 480))]
    grab, _ = open_grabber("zoom", lambda: windows)
    grab()
    windows[0] = OpenWindow("Zoom Meeting", (1800, -20, 640, 480))
    grab()
    assert desktop.asked == [
        {"left": 100, "top": 50, "width": 640, "height": 480},
        {"left": 1800, "top": 0, "width": 120, "height": 460},
    ]
    windows[0] = OpenWindow("Zoom Meeting", (1910, 0, 640, 480))
    with pytest.raises(CameraLostError, match="beyond the screen's edge"):
        grab()
    windows.clear()
    with pytest.raises(CameraLostError, match="No window with 'zoom' in its title"):
        grab()
    windows.append(OpenWindow("Mail", (0, 0, 300, 300)))
    with pytest.raises(SourceError, match=r"No window .* has 'zoom' .*; windows found: 'Mail'\."):
        open_screen("screen:zoom", fake_time.clock, lambda: windows)
    assert open_screen("screen:mail", fake_time.clock, lambda: windows).description == (
        "the window 'mail'"
    )


@pytest.mark.parametrize(
    ("platform", "environ", "denied", "said"),
    [
        ("linux", {"XDG_SESSION_TYPE": "wayland"}, False, "Wayland lets no program"),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, False, "sign in with Xorg"),
        ("linux", {"XDG_SESSION_TYPE": "x11"}, False, ""),
        ("darwin", {}, True, "Privacy & Security, Screen Recording"),
        ("darwin", {}, False, ""),
        ("win32", {}, False, ""),
    ],
)
def test_where_the_system_lets_nobody_read_the_screen_it_says_so(
    platform: str, environ: dict[str, str], denied: bool, said: str
) -> None:
    if not said:
        check_allowed(platform, environ, lambda _: denied)
        return
    with pytest.raises(SourceError, match=said):
        check_allowed(platform, environ, lambda _: denied)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a display")
def test_without_a_display_it_is_one_sentence_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, fake_time: Any
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SourceError, match="The screen cannot be read: there is no display here"):
        open_source("screen", fake_time.clock, realtime=False, loop=None)
