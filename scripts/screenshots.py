"""Take the pictures in ``docs/screenshots/`` anew: a real server, a made-up class, a real Chromium.

Run it as ``python -m scripts.screenshots``, or with the names of the pictures that are wanted, with
the development dependencies and Chromium on the path. The class is drawn from a fixed seed; nobody
in it exists.
"""

import itertools
import random
import shutil
import struct
import sys
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, Self

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from contract import EMOTIONS, CourseMode, Emotion, Observation, Policy
from contract.exchange import PulseMood
from dashboard import office, own, pulse_spans, rosters
from dashboard.access import OperatorActor, ParticipantActor
from db import consents, courses, ingest, lectures, queries, reports
from db.values import Lecture
from tests.browser.classroom import PASSWORD, Classroom, Student
from tests.unit.dashboard.made import observation, sharp_card

FOLDER: Final = Path(__file__).parents[1] / "docs" / "screenshots"
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
WINDOWS: Final = ((1280, 820), (360, 740))
PATIENCE_MS: Final = 180_000
"""A busy machine is waited for; what never comes is an error all the same."""

THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")

NAMES: Final = (
    "Ana Lima", "Ben Carter", "Chloé Martin", "Dev Patel", "Emeka Obi", "Freya Lund",
    "Gita Rao", "Hugo Weiss", "Ines Duarte", "Jonas Berg", "Kavya Nair", "Lena Fischer",
)  # fmt: skip
MINUTES: Final = 26
SEED: Final = 20261121
MOST_COLOURS: Final = 256
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Shot:
    """One page: the picture's name, its address, who looks, and what is there once it is ready."""

    name: str
    address: str
    login: str | None
    ready: str = "h1"
    press: str | None = None


def main() -> int:
    """Take every picture; answers the exit status."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        sys.stderr.write("The screenshots need Chromium on the path.\n")
        return 1
    only = set(sys.argv[1:])
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in () if only else FOLDER.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        room = Classroom.open(Path(folder), sharp_card())
        browser = driver.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        )
        try:
            shots = furnish(room)
            with _Viewers(browser, room) as viewers:
                for shot in shots:
                    if not only or shot.name in only:
                        _take(viewers, shot)
        finally:
            browser.close()
            room.close()
    return 0


def furnish(room: Classroom) -> list[Shot]:
    """A lecture that is over, one whose report is due, and one that runs; and what to look at."""
    rng, store = random.Random(SEED), room.app.store  # noqa: S311 - a class, not a secret
    over = room.start_lecture("Heat and temperature")
    sit(room, over, rng)
    lectures.end(store, over.id, room.clock(), timedelta(0))
    room.app.scheduler.sweep(room.clock())
    _report(room, over)
    room.clock.turn(3600)
    second = room.start_lecture("Entropy, a first look")
    room.clock.turn(1500)
    lectures.end(store, second.id, room.clock(), timedelta(minutes=5))
    room.clock.turn(60)
    now = room.start_lecture()
    students = sit(room, now, rng)
    Student(room.http, "Zoe Ahmed").join(now.code)
    at = room.clock() - timedelta(minutes=9)
    lectures.add_marker(store, now.id, at=at, label="Group work starts", user_id=room.teacher.id)
    empty = _other_lecture(room, "Chemistry 9a", "Acids and bases", Policy.INDIVIDUAL)
    quiet = _other_lecture(room, "Music", "A fugue, taken apart", Policy.SELF_REPORT)
    answers = [PulseMood.GOOD] * 4 + [PulseMood.OKAY] * 3 + [PulseMood.LOST] * 5
    _answer(room, now, students, answers)
    listeners = room.students(quiet, NAMES)
    _answer(room, quiet, listeners, answers)
    _office(room, students)
    room.app.board.tick(room.clock())
    live = f"/live/{now.id}"
    return [
        Shot("live", live, "teacher", ready=".cp-check"),
        Shot("live-code", live, "teacher", ready=".cp-check", press="Join code"),
        Shot("live-presenting", live, "teacher", ready=".cp-strip", press="Present"),
        Shot("live-end", live, "teacher", ready=".cp-check", press="End lecture"),
        Shot("live-empty", f"/live/{empty.id}", "teacher", ready=".cp-strip"),
        Shot("live-self-report", f"/live/{quiet.id}", "teacher", ready=".cp-said"),
        Shot("live-ended", f"/live/{over.id}", "teacher"),
        Shot("home", "/", "teacher"),
        Shot("reports", "/reports", "admin"),
        Shot("admin", "/admin", "admin"),
        Shot("admin-people", "/admin/people", "admin", ready="table"),
        Shot("admin-courses", "/admin/courses", "admin", ready="table"),
        Shot("admin-erasure", "/admin/erasure", "admin", ready=".cp-form"),
        Shot("admin-log", "/admin/log", "admin", ready="table"),
        Shot("account", "/account", "teacher"),
        Shot("join", f"/join/{now.code}", None, ready=".cp-form"),
        Shot("join-self-report", f"/join/{quiet.code}", None, ready=".cp-form"),
        Shot("me", students[0].recovery.removeprefix(room.url), None, ready=".cp-taps"),
        Shot("me-unknown", "/me", None),
        Shot("signin", "/signin", None),
        Shot("missing", "/live/00000000-0000-7000-8000-000000000000", "teacher"),
    ]


def _other_lecture(room: Classroom, course: str, title: str, policy: Policy) -> Lecture:
    """A running lecture of another course of the same teacher, with nobody in it yet."""
    store = room.app.store
    made = courses.add_course(
        store,
        title=course,
        mode=CourseMode.OPEN,
        timezone="Europe/Berlin",
        now=room.clock(),
    )
    courses.add_teacher(store, made.id, room.teacher.id)
    return lectures.start(store, made.id, title, policy, room.clock() - timedelta(minutes=12))


def _answer(
    room: Classroom, lecture: Lecture, students: Sequence[Student], moods: Sequence[PulseMood]
) -> None:
    """Each student's own answer, a few minutes ago, so that they have been counted."""
    at = room.clock() - timedelta(minutes=3)
    for student, mood in zip(students, moods, strict=False):
        assert student.participant is not None  # noqa: S101 - they have just joined
        ingest.ingest_pulse(room.app.store, student.participant, mood, at)
    people = queries.participants(room.app.store, lecture.id)
    pulse_spans.settle(room.app.store, lecture, people, room.clock())


def _office(room: Classroom, students: Sequence[Student]) -> None:
    """Something in each of the office's rooms."""
    services, operator = room.app.services, OperatorActor()
    roster = {
        "Algebra 8c": [rosters.RosterStudent(name, str(n), None) for n, name in enumerate(NAMES)]
    }
    office.import_roster(services, operator, roster)
    ben = students[1].participant
    assert ben is not None  # noqa: S101 - they have just joined
    found = consents.participant(room.app.store, ben)
    assert found is not None  # noqa: S101 - they have just joined
    own.ask_to_be_erased(services, ParticipantActor(ben, found.lecture_id), ben)


def sit(room: Classroom, lecture: Lecture, rng: random.Random) -> list[Student]:
    """Students through ``MINUTES``: Ana sad-looking, Hugo turned away, others as they go."""
    start = room.clock()
    students = room.students(lecture, NAMES)
    room.clock.turn(MINUTES * 60)
    for student in students:
        assert student.participant is not None  # noqa: S101 - they have just joined
        ingest.ingest_observations(
            room.app.store, student.participant, _seen(student.name, start, rng), room.clock()
        )
    return students


def _seen(name: str, start: datetime, rng: random.Random) -> list[Observation]:
    look, liveliness = Emotion.NEUTRAL, rng.uniform(0.2, 0.5)
    items: list[Observation] = []
    for second in range(MINUTES * 60):
        if second % 20 == 0:
            excited = liveliness + (0.25 if second > 17 * 60 else 0.0)
            look = _drawn(rng, excited) if name != "Ana Lima" else Emotion.SAD
        attentive = 0.15 if name == "Hugo Weiss" and second > 600 else rng.uniform(0.75, 1.0)
        items.append(observation(look, start + timedelta(seconds=second), round(attentive, 2)))
    return items


def _drawn(rng: random.Random, excited: float) -> Emotion:
    weights = {
        Emotion.NEUTRAL: 1 - excited,
        Emotion.HAPPY: excited * 0.62,
        Emotion.SURPRISE: excited * 0.2,
        Emotion.SAD: 0.06,
        Emotion.FEAR: 0.03,
        Emotion.ANGRY: 0.03,
        Emotion.DISGUST: 0.02,
    }
    return rng.choices(EMOTIONS, [weights[look] for look in EMOTIONS])[0]


def _report(room: Classroom, lecture: Lecture) -> None:
    """The first page of the lecture's report."""
    document = reports.latest(room.app.store, lecture.id)
    if document is None:
        raise LookupError(f"The lecture {lecture.title!r} has no report.")
    with pypdfium2.PdfDocument(reports.pdf(room.app.store, document.id)) as pdf:
        pixels = pdf[0].render(scale=1.25).to_numpy()
    write_png(FOLDER / "report-1.png", pixels[..., 2::-1])


class _Viewers:
    """A browser for each who signs in."""

    def __init__(self, browser: Browser, room: Classroom) -> None:
        self._browser, self._room = browser, room
        self._known: dict[str | None, BrowserContext] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for context in self._known.values():
            context.close()

    def page(self, login: str | None) -> Page:
        """A new page of that user's browser."""
        if login not in self._known:
            self._known[login] = self._browser.new_context(
                base_url=self._room.url, reduced_motion="reduce"
            )
            self._known[login].set_default_timeout(PATIENCE_MS)
            if login is not None:
                page = self._known[login].new_page()
                _sign_in(page, login)
                page.close()
        return self._known[login].new_page()


def _take(viewers: _Viewers, shot: Shot) -> None:
    """The page in both themes and widths; it is loaded once, and follows both as they change."""
    page = viewers.page(shot.login)
    page.goto(shot.address)
    page.locator(shot.ready).first.wait_for()
    if page.locator(".dash-graph:visible").count():
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
    presents = shot.press == "Present"
    if shot.press is not None:
        page.get_by_role("button", name=shot.press).click()
        if presents:
            page.get_by_role("button", name="Stop presenting").wait_for()
        else:
            page.get_by_role("dialog").wait_for()
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    for theme, (width, height) in itertools.product(THEMES, WINDOWS):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": height})
        # Charts are drawn anew a moment after their place has changed.
        page.evaluate("new Promise(done => setTimeout(() => requestAnimationFrame(done), 400))")
        # A dialogue covers the window, not the whole page.
        raw = page.screenshot(full_page=shot.press is None or presents, animations="disabled")
        write_png(FOLDER / f"{shot.name}-{theme}-{width}.png", _decoded(raw))
    if presents:
        # Else this browser would go on presenting.
        page.keyboard.press("p")
    page.close()


def _sign_in(page: Page, login: str) -> None:
    page.goto("/signin")
    page.get_by_label("Name").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def _decoded(png: bytes) -> Pixels:
    import cv2

    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ValueError("The browser's screenshot is no picture.")
    return np.asarray(pixels[..., ::-1], np.uint8)


def write_png(path: Path, pixels: Pixels) -> None:
    """``pixels`` (H, W, 3) as a PNG of at most 256 colours: the commonest, the others nearest."""
    height, width = pixels.shape[:2]
    packed = pixels.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    colours, index, counts = np.unique(packed.ravel(), return_inverse=True, return_counts=True)
    kept = np.sort(colours[np.argsort(counts)[::-1][:MOST_COLOURS]])
    nearest = _nearest(_channels(colours), _channels(kept))
    rows = nearest[index].astype(np.uint8).reshape(height, width)
    lines = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()
    parts: Sequence[tuple[bytes, bytes]] = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", _channels(kept).astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    path.write_bytes(SIGNATURE + b"".join(_chunk(name, data) for name, data in parts))


def _channels(packed: NDArray[np.uint32]) -> NDArray[np.int64]:
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1).astype(np.int64)


def _nearest(colours: NDArray[np.int64], kept: NDArray[np.int64]) -> NDArray[np.int64]:
    blocks = np.array_split(colours, max(1, len(colours) // 1000))
    return np.concatenate(
        [((block[:, None] - kept[None]) ** 2).sum(axis=2).argmin(axis=1) for block in blocks]
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


if __name__ == "__main__":
    sys.exit(main())
