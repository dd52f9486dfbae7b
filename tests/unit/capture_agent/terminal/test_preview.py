import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from capture_agent.sources.frames import Image
from capture_agent.terminal import preview
from capture_agent.terminal.overlay import SIZE, Showing, Sight
from capture_agent.terminal.preview import Recording, Stage, Window, can_show_windows


class Pane:
    """A view that remembers what it was shown, and in which keys are pressed."""

    def __init__(self, keys: str = "") -> None:
        self.pictures: list[Image] = []
        self.waiting = keys
        self.closed = False

    def show(self, picture: Image) -> None:
        self.pictures.append(picture)

    def pressed(self) -> str:
        keys, self.waiting = self.waiting, ""
        return keys

    def close(self) -> None:
        self.closed = True


def test_a_sight_is_drawn_once_for_all_views_and_their_keys_are_gathered() -> None:
    left, right = Pane("p"), Pane("q")
    stage = Stage([left, right])
    stage.show(Sight(Showing.PAUSED))
    assert left.pictures[0] is right.pictures[0]
    assert (stage.pressed(), stage.pressed()) == ("pq", "")
    stage.close()
    assert left.closed
    assert right.closed


def test_without_views_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "draw", lambda sight: pytest.fail("drawn for nobody"))
    Stage().show(Sight(Showing.SHARING))


def test_a_recording_can_be_played(tmp_path: Path) -> None:
    file = tmp_path / "mine.mp4"
    stage = Stage([Recording(file, 2.0)])
    for level in (40, 200):
        stage.show(Sight(Showing.SHARING, np.full((480, 640, 3), level, np.uint8)))
    stage.close()
    video = cv2.VideoCapture(str(file))
    pictures = [video.read()[1] for _ in range(2)]
    assert [picture.shape[:2] for picture in pictures] == [SIZE, SIZE]
    assert [round(float(it[200:300, 200:300].mean()) / 10) for it in pictures] == [4, 20]
    assert not video.read()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a display")
def test_without_a_display_the_window_is_known_to_be_impossible(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert not can_show_windows()


class FakeScreen:
    """OpenCV's windows, as far as one is used."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.code = -1
        self.visible = 1.0
        for name in ("namedWindow", "imshow", "destroyWindow"):
            monkeypatch.setattr(cv2, name, self._noting(name))
        monkeypatch.setattr(cv2, "waitKey", lambda delay: self.code)
        monkeypatch.setattr(cv2, "getWindowProperty", lambda title, what: self.visible)

    def _noting(self, name: str) -> Callable[..., None]:
        def note(*_: Any) -> None:
            self.calls.append(name)

        return note


def test_a_window_hands_on_keys_and_closing_it_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = FakeScreen(monkeypatch)
    window, picture = Window(), np.zeros((2, 2, 3), np.uint8)
    window.show(picture)
    keys = []
    for screen.code in (-1, ord("p"), 0xFF1B, ord("Q")):
        keys.append(window.pressed())
    assert keys == ["", "p", "", "Q"]
    screen.visible, screen.code = 0.0, -1
    assert window.pressed() == ""
    window.show(picture)
    window.close()
    assert screen.calls == ["namedWindow", "imshow"]


def test_the_window_has_no_button_that_saves_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeScreen(monkeypatch)
    kinds: list[int] = []
    monkeypatch.setattr(cv2, "namedWindow", lambda title, kind: kinds.append(kind))
    Window()
    assert kinds == [kinds[0] | cv2.WINDOW_GUI_NORMAL]


def test_a_window_that_is_not_there_yet_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = FakeScreen(monkeypatch)
    window, picture = Window(), np.zeros((2, 2, 3), np.uint8)
    for screen.visible in (0.0, 0.0, 1.0):
        window.show(picture)
        window.pressed()
    window.show(picture)
    assert screen.calls == ["namedWindow", "imshow", "imshow", "imshow", "imshow"]
