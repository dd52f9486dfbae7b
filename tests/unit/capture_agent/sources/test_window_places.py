"""Windows are listed as each system tells them: its libraries are stood in for."""

# The names of the functions that stand in are those of Windows.
# ruff: noqa: N802

import ctypes
import sys
from ctypes import wintypes
from types import SimpleNamespace
from typing import Any

import pytest

from capture_agent.errors import SourceError
from capture_agent.sources import window_places
from capture_agent.sources.window_places import (
    OpenWindow,
    find,
    missing,
    open_windows,
    screen_is_denied,
)

MEETING = OpenWindow("Zoom Meeting", (10, 20, 800, 600))


def test_the_exact_title_wins_over_one_that_holds_it() -> None:
    chat, tiny = OpenWindow("Chat - Zoom", (0, 0, 300, 300)), OpenWindow("zoom", (0, 0, 1, 1))
    zoom = OpenWindow("ZOOM", (5, 5, 90, 90))
    assert find("zoom", [chat, tiny, MEETING, zoom]) == zoom
    assert find("meet", [chat, tiny, MEETING]) == MEETING
    assert find("teams", [chat, MEETING]) is None
    assert missing("teams", [chat, tiny, MEETING]) == (
        "No window on the screen has 'teams' in its title; windows found: "
        "'Chat - Zoom', 'Zoom Meeting'."
    )
    assert missing("x", []).endswith("windows found: none.")


class User32:
    """Five windows: a good one, one hidden, one minimised, one cloaked, one without a frame."""

    def __init__(self) -> None:
        self.edges = {1: (10, 20, 810, 620), 5: (0, 0, 50, 60)}

    def EnumWindows(self, take: Any, extra: int) -> None:
        for handle in (1, 2, 3, 4, 5):
            assert take(handle, extra)

    def IsWindowVisible(self, handle: Any) -> bool:
        return bool(handle.value != 2)

    def IsIconic(self, handle: Any) -> bool:
        return bool(handle.value == 3)

    def GetWindowTextW(self, handle: Any, text: Any, length: int) -> None:
        assert length == 512
        text.value = f"Fenêtre {handle.value}"

    def GetWindowRect(self, handle: Any, edges: Any) -> None:
        self._fill(edges._obj, self.edges[handle.value])

    def DwmGetWindowAttribute(self, handle: Any, what: int, found: Any, size: int) -> int:
        if what == 14:
            assert size == 4
            found._obj.value = handle.value == 4
            return 0
        assert (what, size) == (9, ctypes.sizeof(wintypes.RECT))
        if handle.value == 5:
            return -1
        self._fill(found._obj, self.edges[handle.value])
        return 0

    @staticmethod
    def _fill(rect: Any, edges: tuple[int, int, int, int]) -> None:
        rect.left, rect.top, rect.right, rect.bottom = edges


def test_windows_tells_of_windows_that_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "WinDLL", lambda name: User32(), raising=False)
    assert open_windows("win32") == [
        OpenWindow("Fenêtre 1", (10, 20, 800, 600)),
        OpenWindow("Fenêtre 5", (0, 0, 50, 60)),
    ]


def test_macos_tells_the_owner_and_where_it_may_the_title(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(owner: str, name: str | None, layer: int = 0) -> dict[str, Any]:
        bounds = {"X": 10.0, "Y": 20.0, "Width": 800.0, "Height": 600.0}
        found = {"kCGWindowOwnerName": owner, "kCGWindowLayer": layer, "kCGWindowBounds": bounds}
        return found if name is None else found | {"kCGWindowName": name}

    quartz = SimpleNamespace(
        kCGWindowListOptionOnScreenOnly=1,
        kCGWindowListExcludeDesktopElements=16,
        kCGNullWindowID=0,
        CGWindowListCopyWindowInfo=lambda which, _: [
            told("zoom.us", "Zoom Meeting"), told("Dock", None, 20), told("Mail", None)
        ] if which == 17 else None,
        CGPreflightScreenCaptureAccess=lambda: False,
        CGRequestScreenCaptureAccess=lambda: False,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "Quartz", quartz)
    place = (10, 20, 800, 600)
    assert open_windows("darwin") == [
        OpenWindow("zoom.us: Zoom Meeting", place), OpenWindow("Mail", place)
    ]  # fmt: skip
    assert screen_is_denied("darwin")
    assert not screen_is_denied("win32")


def test_where_nothing_tells_of_windows_a_place_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(window_places, "import_module", gone)
    with pytest.raises(SourceError, match="give the place on the screen instead, screen:X,Y"):
        open_windows("linux")
