"""Make the README's moving picture anew: a lecture in twenty seconds, in a real Chromium.

Run it as ``python -m scripts.moving_picture``. The class is the one of the screenshots, minute by
minute; nobody in it exists.
"""

import random
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from db.measurements import ingest
from db.values import Lecture
from scripts.screenshots import CHROMIUM, FOLDER, PATIENCE_MS
from tests.browser.furnished import MINUTES, NAMES, SEED, seen, sign_in
from tests.builders.card import sharp_card
from tests.builders.classroom import Classroom
from tests.builders.students import Student

PICTURE: Final = FOLDER / "lecture.webp"
MOST_BYTES: Final = 1_500_000
_WINDOW: Final = {"width": 1200, "height": 780}
_SHOWN: Final = (960, 624)
_QUALITY: Final = 84
_STEP_MINUTES: Final = 2
_FRAME_MS: Final = 900
_REST_MS: Final = 2600
"""For what is to be read, and for the end."""
_MARKED_AT: Final = 16
_ANSWERED_AT: Final = 22


def main() -> int:
    """Hold the lecture, and write what was seen of it; the exit status."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        sys.stderr.write("The moving picture needs Chromium on the path.\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        room = Classroom.open(Path(folder), sharp_card())
        browser = driver.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        )
        try:
            context = browser.new_context(
                base_url=room.url, viewport=_WINDOW, color_scheme="light", reduced_motion="reduce"
            )
            context.set_default_timeout(PATIENCE_MS)
            sign_in(context, room.teacher.login)
            frames = _lecture(room, context.new_page())
        finally:
            browser.close()
            room.close()
    _write(frames)
    size = PICTURE.stat().st_size
    sys.stdout.write(f"{len(frames)} pictures, {size // 1000} kB\n")
    return 0 if size <= MOST_BYTES else 1


def _lecture(room: Classroom, page: Page) -> list[tuple[bytes, int]]:
    """Each picture, and for how long it stands."""
    rng = random.Random(SEED)  # noqa: S311 - the same class each time
    start, lecture = room.clock(), room.start_lecture()
    page.goto(f"/live/{lecture.id}")
    page.locator(".cp-nobody-yet").wait_for()
    frames = [_picture(page, _REST_MS)]
    students = room.students(lecture, NAMES)
    kept = [(one, seen(one.name, start, rng)) for one in students]
    for minute in range(_STEP_MINUTES, MINUTES + 1, _STEP_MINUTES):
        room.clock.forward(seconds=_STEP_MINUTES * 60)
        _send(room, kept, start + timedelta(minutes=minute - _STEP_MINUTES))
        _drawn(page)
        rest = _FRAME_MS
        if minute == _MARKED_AT:
            page.keyboard.press("2")
            expect(page.locator("#live-notice")).to_contain_text("Group work")
            rest = _REST_MS // 2
        if minute == _ANSWERED_AT and (first := page.locator("#live-queue button").first).count():
            frames.append(_picture(page, _REST_MS))
            first.click()
            _drawn(page)
        frames.append(_picture(page, rest))
    return [*frames, _ended(room, page, lecture)]


def _send(room: Classroom, kept: list[tuple[Student, list[Any]]], since: Any) -> None:
    until = since + timedelta(minutes=_STEP_MINUTES)
    for student, items in kept:
        due = [one for one in items if since <= one.captured_at < until]
        ingest.ingest_observations(room.app.store, student.id, due, room.clock())


def _drawn(page: Page) -> None:
    """Wait until the open page has been told of what has just come, and has drawn it."""
    with page.expect_response(lambda answer: "/_live/" in answer.url):
        pass
    with page.expect_response(lambda answer: "/_live/" in answer.url):
        pass
    page.evaluate("new Promise(done => setTimeout(() => requestAnimationFrame(done), 300))")


def _ended(room: Classroom, page: Page, lecture: Lecture) -> tuple[bytes, int]:
    """The reports, with this lecture's."""
    page.get_by_role("button", name="End lecture").click()
    page.get_by_role("button", name="End the lecture").click()
    expect(page.get_by_role("row").filter(has_text=lecture.title)).to_be_visible()
    room.clock.forward(seconds=300)
    room.app.scheduler.run_due(room.clock())
    page.reload()
    expect(page.get_by_role("row").filter(has_text=lecture.title)).to_contain_text("Download")
    return _picture(page, _REST_MS)


def _picture(page: Page, stands_ms: int) -> tuple[bytes, int]:
    return page.screenshot(animations="disabled"), stands_ms


def _write(frames: list[tuple[bytes, int]]) -> None:
    moving = cv2.Animation()
    moving.frames = [
        cv2.resize(
            cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR),
            _SHOWN,
            interpolation=cv2.INTER_AREA,
        )
        for png, _ in frames
    ]
    moving.durations = np.array([stands for _, stands in frames], np.int32)
    cv2.imwriteanimation(str(PICTURE), moving, [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])


if __name__ == "__main__":
    sys.exit(main())
