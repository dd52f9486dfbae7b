"""The agent wired together in this process: what the integration tests cannot see from outside."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from capture_agent import runtime
from capture_agent.agent import Agent
from capture_agent.clock import Clock, ClockCorrection
from capture_agent.delivery.my_data import Door
from capture_agent.delivery.outbox import Item, Kind, Outbox, bodies
from capture_agent.delivery.session import Session
from capture_agent.errors import CameraLostError, OutboxFullError
from capture_agent.perception.pipeline import Pipeline
from capture_agent.perception.vision import Vision
from capture_agent.settings import AgentSettings
from capture_agent.sources.camera import Camera
from capture_agent.sources.frames import Frame, Image, Wanted
from capture_agent.terminal.overlay import Showing
from capture_agent.terminal.preview import Stage
from contract.batches import read_batch
from contract.events import Event
from contract.exchange import BatchAnswer, ItemVerdict, LectureState, Verdict
from contract.observations import Observation
from contract.policy import Choices, Policy

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class Flaky:
    """A camera that is lost, is then busy for a while, and comes back."""

    description = "a flaky camera"
    live = True

    def __init__(self, fake_time: Any) -> None:
        self.time = fake_time
        self.opened = 0

    def frames(self, wanted: Wanted, since: datetime | None = None) -> Iterator[Frame]:
        self.opened += 1
        if self.opened in (2, 3):
            raise CameraLostError("The camera is not back yet.")
        for _ in range(8):
            if wanted(self.time.at):
                yield Frame(np.zeros((9, 9, 3), np.uint8), self.time.utc, self.time.at)
            self.time.push(0.25)
        if self.opened == 1:
            raise CameraLostError("The camera gives no more pictures.")

    def close(self) -> None:
        pass


class Silent:
    interactive = False

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    warn = say

    def status(self, text: str) -> None:
        pass

    def ask(self, question: str) -> bool:
        raise AssertionError(question)


class FakeTransport(Door):
    def __init__(self) -> None:
        self.sent: dict[Kind, list[Item]] = {kind: [] for kind in Kind}
        self.lock = threading.Lock()

    def send(self, kind: Kind, items: list[Item], token: str) -> BatchAnswer:
        with self.lock:
            self.sent[kind] += items
        return BatchAnswer(
            verdicts=tuple(ItemVerdict(id=it.id, verdict=Verdict.ACCEPTED) for it in items),
            server_time=NOW,
            lecture=LectureState.RUNNING,
        )


@pytest.fixture
def agent_of(
    tmp_path: Path, fake_time: Any, make_vision: Callable[..., Vision]
) -> Iterator[Callable[..., Any]]:
    outbox = Outbox(tmp_path / "box")

    def make(
        source: Any,
        console: Any,
        *faces: Any,
        door: Any = None,
        views: Any = (),
        began_at: datetime | None = None,
    ) -> Any:
        settings = AgentSettings(server="http://school.example", join="ABC234", state=tmp_path)
        session = Session(
            server=settings.server,
            lecture=UUID(int=1),
            title="Fractions",
            course="Maths",
            policy=Policy.INDIVIDUAL,
            participant=UUID(int=2),
            token="t",
            recovery_link="/me/x",
            choices=Choices(class_mood=True),
            joined_at=NOW,
            began_at=began_at,
        )
        # Capture runs on the fake clock; the delivery thread waits on real events.
        clock = Clock(
            fake_time.clock.now,
            fake_time.clock.monotonic,
            fake_time.stopping,
            lambda event, seconds: (
                fake_time.clock.wait(seconds)
                if event is fake_time.stopping
                else event.wait(seconds)
            ),
        )
        return Agent(
            settings,
            console,
            clock,
            ClockCorrection(),
            source,
            Pipeline(make_vision(*faces)),
            outbox,
            session,
            door or FakeTransport(),
            Stage(views),
        )

    yield make
    outbox.close()


def test_a_lost_camera_is_waited_for_and_told(agent_of: Callable[..., Any], fake_time: Any) -> None:
    source, console, transport = Flaky(fake_time), Silent(), FakeTransport()
    agent = agent_of(source, console, (0.0, 0.0, 9.0, 9.0), door=transport)
    assert agent.run() == 0
    assert source.opened == 4
    raw = '{"items":[' + ",".join(item.body for item in transport.sent[Kind.EVENT]) + "]}"
    kinds = [str(event.kind) for event in read_batch(raw.encode(), Event)]  # type: ignore[union-attr]
    assert kinds == ["camera_lost", "camera_back", "stopped"]
    assert len(transport.sent[Kind.OBSERVATION]) == 4
    assert fake_time.waits == [3.0, 3.0, 3.0]


def test_nothing_is_captured_before_the_lecture_begins(
    agent_of: Callable[..., Any], fake_time: Any
) -> None:
    source, transport = Flaky(fake_time), FakeTransport()
    source.opened = 3
    began_at = fake_time.utc + timedelta(seconds=1.5)
    assert agent_of(source, Silent(), door=transport, began_at=began_at).run() == 0
    assert fake_time.waits == [1.5]
    assert as_observation(transport.sent[Kind.OBSERVATION][0]).captured_at == began_at


def test_no_face_all_along_is_said_at_the_end(agent_of: Callable[..., Any], fake_time: Any) -> None:
    source, console = Flaky(fake_time), Silent()
    source.opened = 3
    assert agent_of(source, console).run() == 0
    assert "No face was seen in any picture of a flaky camera." in console.lines


def test_an_ended_lecture_is_not_captured_any_more(
    agent_of: Callable[..., Any], fake_time: Any
) -> None:
    source = Flaky(fake_time)
    assert agent_of(source, Silent()).run(lecture_ended=True) == 0
    assert source.opened == 0


def test_a_camera_that_never_was_there_ends_the_agent(
    agent_of: Callable[..., Any], fake_time: Any
) -> None:
    console = Silent()
    source = Camera(5, fake_time.clock, lambda index: None, lambda index: False)
    assert agent_of(source, console).run() == 1
    assert "There is no camera 5" in "".join(console.lines)


class Staged:
    """A camera that shows what it is told to, four pictures a second."""

    description = "a camera"
    live = True

    def __init__(self, fake_time: Any, pictures: list[Image]) -> None:
        self.time = fake_time
        self.pictures = pictures
        self.closed = 0

    def frames(self, wanted: Wanted, since: datetime | None = None) -> Iterator[Frame]:
        for picture in self.pictures:
            if self.time.stopping.is_set():
                return
            if wanted(self.time.at):
                yield Frame(picture, self.time.utc, self.time.at)
            self.time.push(0.25)

    def close(self) -> None:
        self.closed += 1


def kinds_sent(transport: FakeTransport) -> list[str]:
    raw = bodies(transport.sent[Kind.EVENT])
    return [str(event.kind) for event in read_batch(raw.encode(), Event)]  # type: ignore[union-attr]


def test_a_covered_camera_is_a_state_that_is_told_and_passes(
    agent_of: Callable[..., Any], fake_time: Any
) -> None:
    room = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    black = np.zeros_like(room)
    source = Staged(fake_time, [room] * 8 + [black] * 40 + [room] * 8)
    console, transport = Silent(), FakeTransport()
    assert agent_of(source, console, door=transport).run() == 0
    assert kinds_sent(transport) == ["camera_lost", "camera_back", "stopped"]
    assert "The camera is covered or dark: there is nothing to be seen." in console.lines
    # Two seconds before, three until it is certain, two after; of the covered ones nothing.
    assert len(transport.sent[Kind.OBSERVATION]) == 7


def test_a_full_disk_holds_the_capture_until_there_is_room(
    agent_of: Callable[..., Any], fake_time: Any
) -> None:
    room = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    source, console, transport = Staged(fake_time, [room] * 24), Silent(), FakeTransport()
    agent = agent_of(source, console, door=transport)
    put, full = agent._outbox.add, [False, True, True, True]

    def add(item: Any) -> None:
        if full and full.pop(0):
            raise OutboxFullError("The disk is full.")
        put(item)

    agent._outbox.add = add
    assert agent.run() == 0
    assert fake_time.waits == [5.0, 5.0, 5.0]
    assert source.closed == 1
    assert sum("The disk is full." in line for line in console.lines) == 1
    assert "There is room on the disk again; going on." in console.lines
    # Six seconds, one of them torn in two by the wait.
    assert len(transport.sent[Kind.OBSERVATION]) == 7


def test_what_a_full_disk_never_took_is_counted(
    agent_of: Callable[..., Any], fake_time: Any
) -> None:
    room = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    source, console = Staged(fake_time, [room] * 24), Silent()
    agent = agent_of(source, console)

    def add(item: Any) -> None:
        raise OutboxFullError("The disk is full.")

    agent._outbox.add = add
    fake_time.on_wait = lambda: fake_time.stopping.set() if len(fake_time.waits) == 4 else None
    assert agent.run() == 0
    assert sum("The disk is full." in line for line in console.lines) == 1
    assert "The disk was full to the end: 3 items were not kept." in console.lines


@pytest.mark.parametrize(("live", "cost", "frames"), [(True, 0.2, 1), (False, 0.2, 2)])
def test_under_load_fewer_pictures_of_a_live_source_are_looked_at(
    live: bool, cost: float, frames: int, agent_of: Callable[..., Any], fake_time: Any
) -> None:
    room = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    source, transport = Staged(fake_time, [room] * 40), FakeTransport()
    source.live = live
    agent = agent_of(source, Silent(), (0.0, 0.0, 9.0, 9.0), door=transport)
    read = agent._pipeline.read_student

    def slowly(image: Image, monotonic: float) -> Any:
        fake_time.push(cost)
        return read(image, monotonic)

    agent._pipeline.read_student = slowly
    assert agent.run() == 0
    sent = list(map(as_observation, transport.sent[Kind.OBSERVATION]))[1:-1]
    assert {it.frames for it in sent} == {frames}


def as_observation(item: Item) -> Observation:
    return Observation.model_validate_json(item.body)


def test_a_baseline_is_ten_marked_seconds(agent_of: Callable[..., Any], fake_time: Any) -> None:
    room = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    source, console, transport = Staged(fake_time, [room] * 60), Silent(), FakeTransport()
    agent = agent_of(source, console, (0.0, 0.0, 9.0, 9.0), door=transport)
    assert agent.run(baseline=True) == 0
    assert kinds_sent(transport) == ["baseline_start", "baseline_end", "stopped"]
    events = read_batch(bodies(transport.sent[Kind.EVENT]).encode(), Event)
    began, ended = (event.at for event in events[:2] if isinstance(event, Event))
    assert (ended - began).total_seconds() == 10.0
    assert "For ten seconds, just look at the screen." in console.lines


class Pane:
    """A view in which P is pressed at the tenth look, and again while paused."""

    def __init__(self) -> None:
        self.looks = 0
        self.shown: list[Image] = []

    def show(self, picture: Image) -> None:
        self.shown.append(picture)

    def pressed(self) -> str:
        self.looks += 1
        return "p" if self.looks in (10, 20) else ""

    def close(self) -> None:
        pass


def test_the_mirror_shows_each_state_and_obeys_its_keys(
    agent_of: Callable[..., Any], fake_time: Any
) -> None:
    room = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    source, transport, pane = Staged(fake_time, [room] * 16), FakeTransport(), Pane()
    agent = agent_of(source, Silent(), (0.0, 0.0, 9.0, 9.0), door=transport, views=[pane])
    assert agent.run() == 0
    assert kinds_sent(transport) == ["paused", "resumed", "stopped"]
    colours = [tuple(picture[5, 320]) for picture in pane.shown]
    assert set(colours) == {Showing.SHARING.colour, Showing.PAUSED.colour}


class Endless:
    """A camera that presses a key in the middle of a second."""

    description = "a camera"
    live = True

    def __init__(self, fake_time: Any) -> None:
        self.time = fake_time
        self.press = lambda key: None
        self.closed = 0

    def frames(self, wanted: Wanted, since: datetime | None = None) -> Iterator[Frame]:
        for number in range(12):
            if wanted(self.time.at):
                yield Frame(np.zeros((9, 9, 3), np.uint8), self.time.utc, self.time.at)
            if number == 5 and not self.closed:
                self.press("p")
            self.time.push(0.25)

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("key", "kinds", "seconds"),
    [("P", ["paused", "resumed", "stopped"], 5), ("q", ["paused", "stopped"], 2)],
)
def test_a_pause_lets_go_of_the_camera_until_the_student_goes_on_or_stops(
    key: str, kinds: list[str], seconds: int, agent_of: Callable[..., Any], fake_time: Any
) -> None:
    source, transport = Endless(fake_time), FakeTransport()
    agent = agent_of(source, Silent(), (0.0, 0.0, 9.0, 9.0), door=transport)
    source.press = agent._controls.press
    fake_time.on_wait = lambda: agent._controls.press(key) if len(fake_time.waits) == 9 else None
    assert agent.run() == 0
    assert source.closed == 1
    raw = '{"items":[' + ",".join(item.body for item in transport.sent[Kind.EVENT]) + "]}"
    assert [str(event.kind) for event in read_batch(raw.encode(), Event)] == kinds  # type: ignore[union-attr]
    assert len(transport.sent[Kind.OBSERVATION]) == seconds
    assert len(fake_time.waits) >= 9


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"join": "nonsense!"}, "six capital letters or digits from 2 to 9"),
        ({}, "cannot be reached (nothing answers at that address)"),
        ({"server": "https://school.example:99x"}, "is not one"),
        ({"source": "missing.mp4"}, "There is no file or folder missing.mp4."),
        ({"source": "screen:1,2"}, "four numbers, X,Y,WIDTH,HEIGHT, but this is '1,2'"),
        ({"annotate": Path("nowhere/mine.mp4")}, "There is no folder nowhere"),
        ({"state": Path(__file__) / "below-a-file"}, "cannot be used"),
    ],
)
def test_what_goes_wrong_before_the_capture_is_one_sentence_and_leaves_nothing(
    given: dict[str, Any], sentence: str, tmp_path: Path, make_vision: Callable[..., Vision]
) -> None:
    # Port 9, discard: nothing listens there.
    usual = {"server": "http://127.0.0.1:9", "join": "ABC234", "source": "demo"}
    console = Silent()
    settings = AgentSettings(**{**usual, "state": tmp_path / "state", **given})
    assert runtime.run(settings, console, vision=make_vision) == 1
    assert len(console.lines) == 1
    assert sentence in console.lines[0]
    assert not list((tmp_path / "state").glob("*"))
