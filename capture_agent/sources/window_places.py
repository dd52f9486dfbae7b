"""The windows on the screen and where they are, as each system tells it."""

import ctypes
import sys
from collections.abc import Callable, Iterator, Sequence
from ctypes import wintypes
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from capture_agent.errors import SourceError

_LEAST: Final = 32
_MOST_NAMED: Final = 8
_CLOAKED: Final = 14
_EXTENDED_FRAME: Final = 9
"""Of DwmGetWindowAttribute: whether a window is on another desktop, and its edges as drawn."""


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """One window: its title, and left, top, width and height in pixels of the whole desktop."""

    title: str
    place: tuple[int, int, int, int]


Listing = Callable[[], Sequence[OpenWindow]]


def find(title: str, windows: Sequence[OpenWindow]) -> OpenWindow | None:
    """The window of that title, or else the first whose title holds it, whatever the case."""
    wanted = title.casefold()
    large = [it for it in windows if it.title and min(it.place[2:]) >= _LEAST]
    exact = (it for it in large if it.title.casefold() == wanted)
    return next(exact, None) or next((it for it in large if wanted in it.title.casefold()), None)


def missing(title: str, windows: Sequence[OpenWindow]) -> str:
    """That there is no such window, and which there are."""
    titles = sorted({repr(it.title) for it in windows if it.title and min(it.place[2:]) >= _LEAST})
    more = ", …" if len(titles) > _MOST_NAMED else ""
    there = ", ".join(titles[:_MOST_NAMED]) + more if titles else "none"
    return f"No window on the screen has {title!r} in its title; windows found: {there}."


def open_windows(platform: str = sys.platform) -> list[OpenWindow]:
    """Every window that is on the screen now, the foremost first where the system tells.

    Raises SourceError where the system does not tell.
    """
    if platform == "win32":
        return list(_of_windows(_library("user32"), _library("dwmapi")))
    if platform == "darwin":
        return list(_of_macos(_module("Quartz")))
    return list(_of_x11(_module("Xlib.display"), _module("Xlib.error")))


def screen_is_denied(platform: str = sys.platform) -> bool:
    """Whether the system lets this program read no window but its own; macOS asks its user then."""
    if platform != "darwin":
        return False
    quartz = _module("Quartz")
    if quartz.CGPreflightScreenCaptureAccess():
        return False
    return not quartz.CGRequestScreenCaptureAccess()


def _library(name: str) -> Any:
    return getattr(ctypes, "WinDLL")(name)  # noqa: B009 - it is there on Windows alone


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise SourceError(
            "Windows cannot be found by their titles here; give the place on the screen instead, "
            "screen:X,Y,WIDTH,HEIGHT."
        ) from error


def _of_windows(user32: Any, dwmapi: Any) -> Iterator[OpenWindow]:
    handles: list[int] = []
    prototype: Any = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)

    def take(handle: int | None, _: int) -> bool:
        if handle:
            handles.append(handle)
        return True

    kept = prototype(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)(take)
    user32.EnumWindows(kept, 0)
    for handle in map(wintypes.HWND, handles):
        if not user32.IsWindowVisible(handle) or user32.IsIconic(handle):
            continue
        hidden, edges = wintypes.DWORD(), wintypes.RECT()
        dwmapi.DwmGetWindowAttribute(handle, _CLOAKED, ctypes.byref(hidden), 4)
        if hidden.value:
            continue
        # The plain rectangle counts the shadow in, which is transparent.
        size = ctypes.sizeof(edges)
        if dwmapi.DwmGetWindowAttribute(handle, _EXTENDED_FRAME, ctypes.byref(edges), size):
            user32.GetWindowRect(handle, ctypes.byref(edges))
        title = ctypes.create_unicode_buffer(512)
        user32.GetWindowTextW(handle, title, len(title))
        width, height = edges.right - edges.left, edges.bottom - edges.top
        yield OpenWindow(title.value, (edges.left, edges.top, width, height))


def _of_macos(quartz: Any) -> Iterator[OpenWindow]:
    which = quartz.kCGWindowListOptionOnScreenOnly | quartz.kCGWindowListExcludeDesktopElements
    for told in quartz.CGWindowListCopyWindowInfo(which, quartz.kCGNullWindowID) or ():
        if told.get("kCGWindowLayer", 0):
            continue
        owner, name = told.get("kCGWindowOwnerName") or "", told.get("kCGWindowName") or ""
        bounds = told["kCGWindowBounds"]
        left, top, width, height = (int(bounds[key]) for key in ("X", "Y", "Width", "Height"))
        yield OpenWindow(f"{owner}: {name}" if name else owner, (left, top, width, height))


def _of_x11(displays: Any, errors: Any) -> Iterator[OpenWindow]:
    """As window managers tell it (freedesktop.org, EWMH 1.5), else all windows of the root."""
    try:
        display = displays.Display()
    except (errors.DisplayError, OSError) as error:
        raise SourceError("The screen cannot be read: there is no display here.") from error
    try:
        root = display.screen().root
        listed = root.get_full_property(display.intern_atom("_NET_CLIENT_LIST_STACKING"), 0)
        numbers = None if listed is None else reversed(listed.value)
        windows = (
            root.query_tree().children
            if numbers is None
            else [display.create_resource_object("window", int(number)) for number in numbers]
        )
        for window in windows:
            try:
                found = _x11_window(display, root, window)
            except errors.XError:
                # It was closed while the others were looked at.
                continue
            if found is not None:
                yield found
    finally:
        display.close()


def _x11_window(display: Any, root: Any, window: Any) -> OpenWindow | None:
    # 2 is IsViewable: neither minimised nor on another desktop.
    if window.get_attributes().map_state != 2:
        return None
    named = window.get_full_property(display.intern_atom("_NET_WM_NAME"), 0)
    raw = window.get_wm_name() if named is None else named.value
    title = raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw or "")
    size, corner = window.get_geometry(), root.translate_coords(window, 0, 0)
    return OpenWindow(title, (corner.x, corner.y, size.width, size.height))
