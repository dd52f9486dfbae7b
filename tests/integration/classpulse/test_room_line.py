"""A room from the camera to the store: the real agent at the real server, in one process."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from capture_agent import room
from capture_agent.delivery.transport import Transport
from capture_agent.perception.vision import Vision
from capture_agent.settings import AgentSettings
from contract.policy import CourseMode, Policy
from db.measurements import room_figures
from db.people import consents
from services import room_camera
from services.access import OperatorActor
from tests.builders.clock import Clock
from tests.builders.vision import quick_vision
from tests.builders.world import World

YES = {"class_mood": True, "room": True}


class Terminal:
    """Answers every question, and remembers what was said."""

    interactive = False

    def __init__(self, answer: bool = True) -> None:
        self.answer, self.lines, self.asked = answer, [], []  # type: ignore[var-annotated]

    def say(self, text: str) -> None:
        self.lines.append(text)

    warn = say

    def status(self, text: str) -> None:
        pass

    def ask(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def school(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A school whose clock is the real one."""
    monkeypatch.setattr(Clock, "__call__", lambda _: datetime.now(UTC))
    return world


class Camera:
    """A still picture in which as many faces are found as the test says."""

    def __init__(self, faces: int) -> None:
        self.faces, self.looked = faces, 0
        self.on_look: Callable[[int], None] = lambda _: None

    def vision(self) -> Vision:
        places = [(70.0 * place, 40.0, 50.0, 50.0) for place in range(self.faces)]

        def looked() -> None:
            self.looked += 1
            self.on_look(self.looked)

        return quick_vision(*places, looked=looked, model_id="pulse@1")


class Sitting:
    """A lecture of six who agreed, and the camera that looks at them."""

    def __init__(self, school: World, folder: Path) -> None:
        self.school, self.folder, self.terminal = school, folder, Terminal()
        # A picture folder's seconds end now, so that the first of them lie a little back.
        minute = timedelta(minutes=1)
        self.lecture = school.lecture(CourseMode.ANONYMOUS, Policy.AGGREGATE, running_for=minute)
        self.students = [school.join(self.lecture, choices=YES) for _ in range(6)]
        self.picture = folder / "room.png"
        noise = np.random.default_rng(0).integers(0, 255, (160, 480, 3), dtype=np.uint8)
        cv2.imwrite(str(self.picture), noise)
        self.link = self.allow()

    def allow(self) -> str:
        services = self.school.app.services
        told = room_camera.allow(services, OperatorActor(), self.lecture.id, everybody_agreed=True)
        return f"http://localhost{told.link}"

    def run(self, camera: Camera, **changes: Any) -> int:
        wire = httpx.WSGITransport(app=self.school.app.flask)
        settings = AgentSettings(
            server="http://localhost", join=self.link, source=str(self.picture),
            state=self.folder / "state", batch_seconds=0.1, **{"loop": 8, **changes},
        )  # fmt: skip
        return room.run(
            settings, self.terminal, vision=camera.vision, connect=partial(Transport, http=wire)
        )

    def seconds(self) -> tuple[int, int]:
        """Seconds and faces as the store counts them."""
        columns = room_figures.room_columns(self.school.store, self.lecture.id)
        return int(columns["observations"].sum()), int(columns["faces"].sum())

    def left_on_disk(self) -> list[Path]:
        return list((self.folder / "state").rglob("*.sqlite3"))


@pytest.fixture
def sitting(school: World, tmp_path: Path) -> Sitting:
    return Sitting(school, tmp_path)


def test_what_the_camera_sees_arrives_as_sums(sitting: Sitting) -> None:
    assert sitting.run(Camera(6), loop=2) == 0
    assert sitting.seconds() == (2, 12)
    assert sitting.terminal.asked == [room.QUESTION]
    assert "6 participants chose" in sitting.terminal.text
    assert "2 seconds of the room; 2 reached the server." in sitting.terminal.text
    assert sitting.left_on_disk() == []


def test_a_no_captures_nothing(sitting: Sitting) -> None:
    sitting.terminal.answer = False
    camera = Camera(6)
    assert sitting.run(camera) == 0
    assert camera.looked == 0
    assert sitting.left_on_disk() == []


def test_four_faces_are_not_sent(sitting: Sitting) -> None:
    assert sitting.run(Camera(4), yes=True) == 0
    assert sitting.terminal.asked == []
    assert sitting.seconds() == (0, 0)
    assert "No second showed 5 faces" in sitting.terminal.text


def test_more_faces_than_agreed_are_refused(sitting: Sitting) -> None:
    assert sitting.run(Camera(8), yes=True) == 0
    assert sitting.seconds() == (0, 0)
    assert "The server refused 8 seconds: invalid." in sitting.terminal.text


def test_a_withdrawal_stops_the_camera_and_deletes_what_waits(sitting: Sitting) -> None:
    camera = Camera(6)

    def withdraw(looked: int) -> None:
        if looked == 3:
            student = sitting.students[0].id
            consents.withdraw(sitting.school.store, student, datetime.now(UTC))

    camera.on_look = withdraw
    assert sitting.run(camera, yes=True, realtime=True) == 1
    assert camera.looked < 16
    assert sitting.seconds()[0] <= 1
    assert "(withdrawn)" in sitting.terminal.text
    assert sitting.left_on_disk() == []
    assert sitting.run(Camera(6), yes=True) == 1


def test_a_code_alone_opens_no_room(sitting: Sitting) -> None:
    sitting.link = sitting.lecture.code
    assert sitting.run(Camera(6)) == 1
    assert "--room needs the room's link" in sitting.terminal.text
