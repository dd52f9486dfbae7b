"""Measure the browser agent in a real Chromium and write the figures of ``docs/browser-agent.md``.

``python -m scripts.browser_agent_page``, with the development dependencies and Chromium on the
path, and nothing else at work: figures are of the machine and the moment.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from capture_agent.perception.attention import AttentionTracker
from capture_agent.perception.pipeline import FaceReading, Pipeline
from capture_agent.perception.vision import load_vision
from db.measurements import queries
from models.cards import load_card
from tests.browser.conftest import chromium
from tests.browser.traffic import Traffic
from tests.builders.classroom import Classroom
from tests.builders.fake_camera import STILLS, Image, clip

PAGE: Final = Path(__file__).parents[1] / "docs" / "browser-agent.md"
BEGIN: Final = "<!-- figures -->"
WATCHED_S: Final = 30.0
SLOWED: Final = 6
TURN_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    target: str
    value: str
    met: bool


def main() -> int:
    """Measure, and write the page; answers the exit status."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        pictures = clip(Path(folder) / "face.mjpeg")
        browser = chromium(
            driver,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={folder}/face.mjpeg",
        )
        room = Classroom.open(Path(folder), load_card(), in_browsers=True)
        try:
            figures = list(measured(browser, room, pictures))
        finally:
            room.close()
            browser.close()
    head, _, _ = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{head}{BEGIN}\n{table(figures)}", encoding="utf-8")
    print(table(figures))
    return 0 if all(one.met for one in figures) else 1


def measured(browser: Browser, room: Classroom, pictures: list[Image]) -> Iterator[Figure]:
    """Every figure, of one student's visit."""
    lecture = room.start_lecture("Measured")
    context = browser.new_context(base_url=room.url, permissions=["camera"])
    page, address = context.new_page(), f"/join/{lecture.code}/camera"
    traffic = Traffic(page)
    workers = Workers(context, page)
    page.goto(address)
    page.get_by_label("Your name").fill("Ana Lima")
    page.get_by_label("My numbers may count").check()
    page.wait_for_load_state("networkidle")
    begin = monotonic()
    page.get_by_role("button", name="Agree and start the camera").click()
    page.locator("#indicator[data-cost]:not([data-cost='0.0'])").wait_for(timeout=60_000)
    first = monotonic() - begin
    # What the worker loads is not the page's own traffic.
    loaded = traffic.total + workers.bytes
    yield Figure("loaded at first", "≤ 14 MB", f"{loaded / 1e6:.1f} MB", loaded <= 14e6)
    yield Figure("consent to the first picture read", "≤ 4 s", f"{first:.1f} s", first <= 4)
    yield cost(browser, page)
    yield from agreement(room, lecture.id, pictures)
    yield slowed(browser, page)
    before = traffic.total, workers.bytes
    page.reload()
    page.locator("#indicator[data-cost]:not([data-cost='0.0'])").wait_for(timeout=60_000)
    again = traffic.total - before[0] + workers.bytes - before[1]
    yield Figure("loaded again", "< 50 kB", f"{again / 1e3:.0f} kB", again < 50e3)


def cost(browser: Browser, page: Page) -> Figure:
    """Of a core, while two pictures a second are looked at."""
    devtools = browser.new_browser_cdp_session()

    def spent() -> float:
        told = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
        return sum(float(one["cpuTime"]) for one in told if one["type"] == "renderer")

    page.wait_for_timeout(3000)
    before, begin = spent(), monotonic()
    page.wait_for_timeout(WATCHED_S * 1000)
    share = (spent() - before) / (monotonic() - begin)
    rate = (page.locator("#figures").text_content() or "").rpartition(" ")[2]
    name = f"of a core, at {rate} pictures a second"
    return Figure(name, "≤ 60 % at 2", f"{share:.0%}", share <= 0.6 and float(rate) >= 2)


def agreement(room: Classroom, lecture_id: Any, pictures: list[Image]) -> Iterator[Figure]:
    """Beside the program's own eyes, on the same pictures."""
    (one,) = queries.participants(room.app.store, lecture_id)
    rows = [it for it in queries.observations_of(room.app.store, one.id) if it.probabilities]
    rows = rows[-(len(rows) // STILLS * STILLS) :]
    pipeline = Pipeline(load_vision())
    read = [pipeline.read_student(picture).student for picture in pictures]
    faces = [face for face in read if face is not None]
    here = np.mean([row.probabilities for row in rows], axis=0)
    there = np.mean([face.probabilities for face in faces], axis=0)
    apart = float(np.abs(here - there).mean())
    yield Figure("apart from the program, each look", "≤ .03", f"{apart:.4f}", apart <= 0.03)
    degrees = max(
        abs(
            float(np.mean([getattr(row, angle) for row in rows]))
            - float(np.mean([getattr(face.pose, angle) for face in faces]))
        )
        for angle in ("yaw", "pitch", "roll")
    )
    yield Figure("the same, the head's angles", "≤ 3°", f"{degrees:.2f}°", degrees <= 3)
    engaged = float(np.mean([row.attentive for row in rows])) - engagement(faces, len(rows))
    yield Figure("the same, attentive", "≤ .05", f"{abs(engaged):.4f}", abs(engaged) <= 0.05)


def engagement(faces: list[FaceReading], seconds: int) -> float:
    """What the program would say, in the mean, of so many seconds of these faces."""
    tracker = AttentionTracker()
    shown = [faces[step // 2 % len(faces)].engagement for step in range(2 * seconds)]
    return float(np.mean([tracker.judge(it, i / 2).attentive for i, it in enumerate(shown) if it]))


def slowed(browser: Browser, page: Page) -> Figure:
    """The rate where the page's process gets a sixth of the processor.

    The browser's own throttling slows a page's main thread alone, and no worker: so the process is
    stopped and let on, over and over.
    """
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [int(one["id"]) for one in told if one["type"] == "renderer"]
    over = threading.Event()

    def throttle() -> None:
        while not over.is_set():
            for wake, span in ((signal.SIGSTOP, TURN_S * (SLOWED - 1)), (signal.SIGCONT, TURN_S)):
                for process in renderers:
                    os.kill(process, wake)
                over.wait(span)
        for process in renderers:
            os.kill(process, signal.SIGCONT)

    throttling = threading.Thread(target=throttle)
    throttling.start()
    page.wait_for_timeout(20_000)
    over.set()
    throttling.join()
    rate = float((page.locator("#figures").text_content() or "").rpartition(" ")[2])
    name = f"pictures a second, with one {SLOWED}th of the processor"
    return Figure(name, "< 2", f"{rate:g}", rate < 2)


class Workers:
    """The page's workers, by the browser's own tools: what they load."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.bytes = 0.0
        self._count = 0
        self._devtools = context.new_cdp_session(page)
        self._devtools.on("Target.attachedToTarget", self._attached)
        self._devtools.on("Target.receivedMessageFromTarget", self._heard)
        self._devtools.send(
            "Target.setAutoAttach",
            {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False},
        )

    def _attached(self, event: dict[str, Any]) -> None:
        self._tell(event["sessionId"], "Network.enable", {})

    def _tell(self, session: str, method: str, params: dict[str, Any]) -> None:
        self._count += 1
        message = json.dumps({"id": self._count, "method": method, "params": params})
        self._devtools.send(
            "Target.sendMessageToTarget", {"sessionId": session, "message": message}
        )

    def _heard(self, event: dict[str, Any]) -> None:
        told = json.loads(event["message"])
        if told.get("method") == "Network.loadingFinished":
            self.bytes += told["params"]["encodedDataLength"]
        if "error" in told:
            print("worker:", told["error"]["message"], file=sys.stderr)


def table(figures: list[Figure]) -> str:
    """The figures, with when and of what they are."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607 - whichever git is there
        capture_output=True, text=True, check=True, cwd=PAGE.parent,
    ).stdout.strip()  # fmt: skip
    rows = [
        f"| {one.name} | {one.target} | {one.value} | {'met' if one.met else 'not met'} |"
        for one in figures
    ]
    return "\n".join(
        [
            f"Measured on {datetime.now(UTC):%Y-%m-%d}, commit {commit}, {load_card().model_id}.",
            "",
            "| figure | target | measured | |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
