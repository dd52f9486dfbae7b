"""A student joins, is seen and loses nothing by a browser's camera: Chromium with a fake one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Request,
    expect,
)

from capture_agent.perception.attention import AttentionTracker
from capture_agent.perception.pipeline import Pipeline
from capture_agent.perception.vision import load_vision
from contract import EventKind
from contract.exchange import API, ConsentRequest, JoinRequest, Pulse
from contract.flags import FlagKind
from dashboard.api.ingest import EventBatch, ObservationBatch
from db.measurements import queries
from db.people import consents
from db.teaching import flags
from db.values import Lecture, ObservationRow, Participant
from models.cards import load_card
from tests.browser.conftest import chromium
from tests.browser.test_accessibility import NARROW, found, overhang
from tests.browser.test_live_page import sign_in
from tests.builders.classroom import Classroom
from tests.builders.fake_camera import STILLS, Image, clip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..*:ResourceWarning"),
]
ELSEWHERE = "school.test"
"""A name that the school answers to, which no browser takes for the machine it runs on."""
FAKE_CAMERA = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
)
MOST_LETTERS = 120
"""In any one word that leaves the browser: no picture of a face is so short."""


@dataclass
class Log:
    """What a browser asked for."""

    hosts: set[str] = field(default_factory=set)
    bodies: list[tuple[str, str]] = field(default_factory=list)

    def take(self, request: Request) -> None:
        self.hosts.add(request.url.split("/")[2])
        _, asked, path = request.url.partition(API)
        if asked and request.post_data:
            self.bodies.append((path, request.post_data))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    opened = Classroom.open(
        tmp_path_factory.mktemp("school"), load_card(), in_browsers=True, hosts=ELSEWHERE
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Image]]:
    path = tmp_path_factory.mktemp("camera") / "face.mjpeg"
    return path, clip(path)


@pytest.fixture(scope="module")
def filming(driver: Playwright, pictures: tuple[Path, list[Image]]) -> Iterator[Browser]:
    opened = chromium(driver, *FAKE_CAMERA, f"--use-file-for-fake-video-capture={pictures[0]}")
    yield opened
    opened.close()


@pytest.fixture
def student(filming: Browser, room: Classroom) -> Iterator[BrowserContext]:
    context = filming.new_context(base_url=room.url, permissions=["camera"])
    context.set_default_timeout(60_000)
    yield context
    context.close()


def join(page: Page, lecture: Lecture, name: str, *also: str) -> None:
    page.goto(f"/join/{lecture.code}")
    page.get_by_role("link", name="Use this browser's camera").click()
    page.get_by_label("Your name").fill(name)
    for choice in ("My numbers may count", *also):
        page.get_by_label(choice).check()
    page.get_by_role("button", name="Agree and start the camera").click()


def observed(page: Page, least: int) -> None:
    """Wait until so many seconds were captured in this page."""
    expect(page.locator("#indicator")).to_have_attribute(
        "data-observations", re.compile(rf"^({'|'.join(map(str, range(least, least + 400)))})$"),
        timeout=60_000,
    )  # fmt: skip


def pause(page: Page) -> None:
    """Pause, and wait until all is sent."""
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#indicator-title")).to_have_text("Paused")
    sent_all(page)


def sent_all(page: Page) -> None:
    expect(page.locator("#figures")).to_contain_text("waiting here: 0", timeout=60_000)


def participant(room: Classroom, lecture: Lecture, name: str) -> Participant:
    (one,) = (it for it in queries.participants(room.app.store, lecture.id) if it.name == name)
    return one


def stored(room: Classroom, lecture: Lecture, name: str) -> list[ObservationRow]:
    one = participant(room, lecture, name)
    return list(queries.observations_of(room.app.store, one.id))


def test_a_student_joins_is_seen_pauses_loses_the_network_and_takes_it_back(
    student: BrowserContext, filming: Browser, room: Classroom, pictures: tuple[Path, list[Image]]
) -> None:
    lecture, log = room.start_lecture("Waves"), Log()
    student.on("request", log.take)
    page = student.new_page()
    join(page, lecture, "Ana Lima", "My teacher may see my row", "Ask me first")
    page.get_by_role("button", name="Yes", exact=True).click()
    consents.admit(room.app.store, participant(room, lecture, "Ana Lima").id)
    observed(page, 8)
    expect(page.locator("#indicator-title")).to_have_text("Sharing numbers")

    teacher = filming.new_context(base_url=room.url).new_page()
    sign_in(teacher, "teacher")
    teacher.goto(f"/live/{lecture.id}")
    expect(teacher.get_by_text("Ana Lima").first).to_be_visible()
    teacher.context.close()

    pause(page)
    agrees_with_the_program(stored(room, lecture, "Ana Lima"), pictures[1])
    before = counted(page)
    page.get_by_role("button", name="Go on").click()
    observed(page, before + 1)
    answers_what_only_they_are_asked(page, room, lecture)

    student.set_offline(True)
    expect(page.locator("#warning")).to_contain_text("cannot be reached", timeout=40_000)
    observed(page, before + 5)
    student.set_offline(False)
    sent_all(page)
    pause(page)
    assert len(stored(room, lecture, "Ana Lima")) == counted(page)
    kinds = [
        one.kind
        for one in queries.events_of(room.app.store, participant(room, lecture, "Ana Lima").id)
    ]
    rest = [EventKind.BASELINE_START, EventKind.BASELINE_END]
    assert kinds == [*rest, EventKind.PAUSED, EventKind.RESUMED, EventKind.PAUSED]

    page.get_by_role("button", name="Take my agreement back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#over-withdrawn")).to_be_visible()
    assert left_in(page) == {"items": 0, "sessions": 0}
    assert stored(room, lecture, "Ana Lima") == []
    only_numbers_left(log, room)


def answers_what_only_they_are_asked(page: Page, room: Classroom, lecture: Lecture) -> None:
    store, one = room.app.store, participant(room, lecture, "Ana Lima")
    flag = flags.raise_flag(
        store, lecture_id=lecture.id, participant_id=one.id, kind=FlagKind.SAD,
        raised_at=room.clock(), evidence={}, reason="",
    )  # fmt: skip
    flags.ask(store, flag.id, room.clock())
    page.get_by_role("button", name="Yes, please").click()
    expect(page.locator("#said")).to_have_text("Your answer, yes, was sent.")
    (known,) = flags.flags_about(store, one.id)
    assert known.answer is True
    expect(page.locator("#ask")).to_be_hidden()


def test_reloads_tabs_a_restart_and_a_full_disk_double_and_lose_nothing(
    student: BrowserContext, room: Classroom
) -> None:
    lecture = room.start_lecture("Optics")
    page = student.new_page()
    join(page, lecture, "Ben Carter")
    consents.admit(room.app.store, joined(page, room, lecture, "Ben Carter").id)
    for _ in range(3):
        observed(page, 2)
        page.reload()
    observed(page, 2)

    room.unplug()
    expect(page.locator("#warning")).to_contain_text("cannot be reached", timeout=40_000)
    observed(page, 5)
    devtools = student.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": room.url, "quotaSize": 1})
    expect(page.locator("#warning")).to_contain_text("no room left", timeout=40_000)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": room.url})
    room.plug_in()
    expect(page.locator("#warning")).not_to_contain_text("no room left", timeout=40_000)
    sent_all(page)

    other = student.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Go on", exact=True).click()
    expect(page.locator("#over-elsewhere")).to_be_visible()
    observed(other, 3)
    pause(other)
    rows = stored(room, lecture, "Ben Carter")
    seconds = [int(row.captured_at.timestamp() * 10) for row in rows]
    assert len(rows) == len({row.id for row in rows}) >= 14
    # A second that a reload or the other tab cut short is kept; nothing else comes too soon.
    assert sum(after - before < 8 for before, after in pairwise(sorted(seconds))) <= 4
    assert left_in(other)["items"] == 0
    (one,) = queries.participants(room.app.store, lecture.id)
    assert one.name == "Ben Carter"


def test_each_state_has_its_words_and_its_way_on_for_everybody(
    student: BrowserContext, browser: Browser, room: Classroom
) -> None:
    lecture = room.start_lecture("Heat")
    page = student.new_page()
    page.goto(f"/join/{lecture.code}/camera")
    page.get_by_label("Your name").focus()
    page.keyboard.type("Chloé Martin")
    looks_well(page)
    for key in ("Tab", "Space", "Tab", "Tab", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    observed(page, 1)
    looks_well(page)
    pause_button = page.get_by_role("button", name="Pause")
    pause_button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#indicator-title")).to_have_text("Paused")
    looks_well(page)
    page.get_by_role("button", name="See what was sent").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#stored-lines")).to_contain_text("Seconds stored at the server")
    looks_well(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#over-stopped")).to_be_visible()
    looks_well(page)
    # Who has stopped still sees what was sent, and takes it back.
    page.get_by_role("button", name="See what was sent").click()
    expect(page.locator("#stored")).to_be_visible()
    page.keyboard.press("Escape")
    assert stored(room, lecture, "Chloé Martin")
    page.get_by_role("button", name="Take my agreement back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#over-withdrawn")).to_be_visible()
    assert stored(room, lecture, "Chloé Martin") == []

    page.goto(f"http://{ELSEWHERE}:{room.url.rpartition(':')[2]}/join/{lecture.code}/camera")
    expect(page.locator("#trouble-insecure")).to_contain_text("begins with http")
    looks_well(page)

    context = browser.new_context(base_url=room.url)
    blind = context.new_page()
    join(blind, lecture, "Emeka Obi")
    expect(blind.locator("#trouble-none")).to_be_visible()
    looks_well(blind)
    context.close()


SLOW_CAMERA = """
const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices)
let calls = 0
devices.getUserMedia = async wanted => {
    const stream = await open(wanted)
    if (!calls++) {
        window.late = stream.getTracks()[0]
        await new Promise(resolve => { window.release = resolve })
    }
    return stream
}
"""


def test_a_camera_that_opens_after_a_pause_is_shut_again(
    student: BrowserContext, room: Classroom
) -> None:
    lecture = room.start_lecture("Light")
    page = student.new_page()
    page.add_init_script(SLOW_CAMERA)
    join(page, lecture, "Dev Patel")
    page.evaluate(
        "new Promise(done => { const look = () => window.release ? done() : setTimeout(look, 20)"
        "; look() })"
    )
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#indicator-title")).to_have_text("Paused")
    page.evaluate("window.release()")
    state = page.evaluate(
        "new Promise(done => setTimeout(() => done(window.late.readyState), 300))"
    )
    assert state == "ended"
    expect(page.locator("#indicator-title")).to_have_text("Paused")
    assert counted(page) == 0
    page.get_by_role("button", name="Go on").click()
    observed(page, 1)


def looks_well(page: Page) -> None:
    """To axe, in both themes, and at the width of a phone."""
    problems: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        problems += found(page)
    page.set_viewport_size(NARROW)
    assert overhang(page) == 0
    assert problems == []
    page.set_viewport_size({"width": 1280, "height": 900})


def joined(page: Page, room: Classroom, lecture: Lecture, name: str) -> Participant:
    """Who that is, once the page has the server's answer."""
    expect(page.locator("#consent")).to_be_hidden()
    return participant(room, lecture, name)


def counted(page: Page) -> int:
    return int(page.locator("#indicator").get_attribute("data-observations") or 0)


def left_in(page: Page) -> dict[str, int]:
    """How many items and sessions this browser still keeps."""
    found: dict[str, int] = page.evaluate_handle(
        """async () => {
        const [{ name }] = await indexedDB.databases()
        const db = await new Promise(done => {
            const asked = indexedDB.open(name)
            asked.onsuccess = () => done(asked.result)
        })
        const count = store => new Promise(done => {
            const asked = db.transaction(store).objectStore(store).count()
            asked.onsuccess = () => done(asked.result)
        })
        return { items: await count('items'), sessions: await count('sessions') }
    }"""
    ).json_value()
    return found


def agrees_with_the_program(rows: list[ObservationRow], pictures: list[Image]) -> None:
    """Within .03 in each look and 3° in each angle, on average, of the same clip."""
    pipeline = Pipeline(load_vision())
    read = [pipeline.read_student(picture).student for picture in pictures]
    faces = [face for face in read if face is not None]
    assert len(faces) == len(pictures)
    seen = [row for row in rows if row.probabilities is not None]
    # Whole rounds of the clip, and nothing of the first second, which loads and warms up.
    seen = seen[-(len(seen) // STILLS * STILLS) :]
    assert len(seen) >= STILLS
    looks = np.mean([row.probabilities for row in seen], axis=0)
    wanted = np.mean([face.probabilities for face in faces], axis=0)
    assert np.abs(looks - wanted).mean() < 0.03, (looks, wanted)
    tracker, judged = AttentionTracker(), []
    for step in range(2 * len(seen)):
        shown = faces[step // 2 % STILLS].engagement
        assert shown is not None
        judged.append(tracker.judge(shown, step / 2).attentive)
    engaged = np.mean([row.attentive for row in seen])
    assert abs(engaged - np.mean(judged)) < 0.05, (engaged, np.mean(judged))
    for angle in ("yaw", "pitch", "roll"):
        here = np.mean([getattr(row, angle) for row in seen])
        there = np.mean([getattr(face.pose, angle) for face in faces])
        assert abs(here - there) < 3, (angle, here, there)


def only_numbers_left(log: Log, room: Classroom) -> None:
    """No other host was asked, and no body could hold a picture: the contract reads each."""
    assert log.hosts == {room.url.removeprefix("http://")}
    assert {path for path, _ in log.bodies} >= {"/join", "/consents", "/observations", "/events"}
    read: dict[str, Any] = {
        "/join": JoinRequest, "/consents": ConsentRequest, "/pulse": Pulse,
        "/observations": ObservationBatch, "/events": EventBatch,
    }  # fmt: skip
    for path, body in log.bodies:
        read[path].model_validate_json(body)
        assert all(len(word) <= MOST_LETTERS for word in re.findall(r'"([^"]*)"', body)), path
