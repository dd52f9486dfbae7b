"""The real window and the real screen, on a display of this test's own (Xvfb)."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders.places import ROOT

pytestmark = pytest.mark.alone

WINDOW_AND_SCREEN = """
import json, sys
import cv2
import numpy as np
from capture_agent.sources.clips import DemoClip
from capture_agent.clock import Clock
from capture_agent.errors import SourceError
from capture_agent.terminal.overlay import SIZE, Showing, Sight, draw
from capture_agent.terminal.preview import Window, can_show_windows
from capture_agent.sources.choosing import open_source

told = {"can_show": can_show_windows()}
window = Window()
_, read = next(DemoClip().play())
shown = draw(Sight(Showing.SHARING, image=read()))
window.show(shown)
clock = Clock()
screen = open_source("screen", clock, realtime=False, loop=None)
told["description"] = screen.description
# A machine that does much else takes its time over drawing a window.
patience = clock.monotonic() + 60
for number, frame in enumerate(screen.frames(lambda at: True)):
    if number % 40 == 39:
        # Without a window manager the one event that makes Qt draw may be missed.
        window.close()
        window = Window()
    window.pressed()
    window.show(shown)
    # What is on the screen somewhere is the mirror, pixel by pixel.
    there = cv2.matchTemplate(frame.image_bgr, shown, cv2.TM_SQDIFF_NORMED)
    told["difference"] = float(there.min())
    if told["difference"] < 1e-3 or clock.monotonic() > patience:
        break
told["screen"] = list(frame.image_bgr.shape)
_, _, (left, top), _ = cv2.minMaxLoc(there)
part = open_source(f"screen:{left},{top},640,480", clock, realtime=False, loop=None)
for frame in part.frames(lambda at: True):
    told["part"] = float(np.abs(frame.image_bgr.astype(int) - shown[:, :640]).mean())
    break
titled = open_source("screen:classpulse", clock, realtime=False, loop=None)
told["titled"] = titled.description
for frame in titled.frames(lambda at: True):
    told["window"] = float(np.abs(frame.image_bgr.astype(int) - shown).mean())
    break
try:
    open_source("screen:No Such Window", clock, realtime=False, loop=None)
except SourceError as error:
    told["missing"] = str(error)
screen.close(); part.close(); titled.close()
if len(sys.argv) > 1:
    cv2.imwrite(sys.argv[1], shown)
cv2.destroyAllWindows(); window.close()
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def display() -> Iterator[dict[str, str]]:
    """The environment of a program that has a display."""
    xvfb = shutil.which("Xvfb")
    if xvfb is None and sys.platform != "linux":
        pytest.skip("only Linux has Xvfb; elsewhere these are tried by hand")
    assert xvfb is not None, "scripts/setup.sh installs Xvfb; without it nothing is tested here"
    read, write = os.pipe()
    # Without -noreset the server starts anew whenever its only client leaves, as the one does that
    # asks whether windows can be shown, and the next may meet it just then.
    options = ["-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(write), *options],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    try:
        with os.fdopen(read) as told:
            number = told.readline().strip()
        assert number, "Xvfb did not start"
        # A desktop's own session is none of this display's.
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE")
        }
        yield {**kept, "DISPLAY": f":{number}", "PYTHONPATH": str(ROOT)}
    finally:
        server.terminate()
        server.wait(30)


def run(code: str, env: dict[str, str], *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=env, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return told


@pytest.mark.slow
def test_the_window_is_on_the_screen_and_the_screen_is_read(display: dict[str, str]) -> None:
    told = run(WINDOW_AND_SCREEN, display)
    assert told["can_show"]
    assert told["screen"] == [800, 1280, 3]
    assert told["difference"] < 1e-3
    assert told["part"] < 1.0
    assert told["description"] == "the screen"
    assert told["titled"] == "the window 'classpulse'"
    assert told["window"] < 1.0
    assert "windows found: 'ClassPulse'." in told["missing"]


@pytest.mark.slow
def test_without_a_display_both_say_so(display: dict[str, str]) -> None:
    alone = {name: value for name, value in display.items() if name != "DISPLAY"}
    told = run(
        "import json\n"
        "from capture_agent.clock import Clock\n"
        "from capture_agent.errors import SourceError\n"
        "from capture_agent.terminal.preview import can_show_windows\n"
        "from capture_agent.sources.choosing import open_source\n"
        "try:\n"
        "    said = open_source('screen', Clock(), realtime=False, loop=None).description\n"
        "except SourceError as error:\n"
        "    said = str(error)\n"
        "print(json.dumps({'said': said, 'can_show': can_show_windows()}))\n",
        alone,
    )
    assert told == {
        "said": "The screen cannot be read: there is no display here.",
        "can_show": False,
    }
