"""A real agent process against a real HTTP server that fails in every way a network can."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from capture_agent.delivery.outbox import Kind, Outbox, outbox_folder
from tests.builders.places import ROOT

pytestmark = pytest.mark.alone

YES = "y\ny\nn\n"


class Agents:
    """Starts agents for one student of one server, and ends those that are left."""

    def __init__(self, server: Any, state: Path) -> None:
        self.server = server
        self.state = state
        self.running: list[subprocess.Popen[str]] = []

    def start(self, *, answers: str | None = YES, **settings: Any) -> subprocess.Popen[str]:
        given = {
            "server": self.server.address,
            "join": "ABC234",
            "name": "Ana",
            "source": "demo",
            "state": str(self.state),
            "batch_seconds": 0.1,
            **settings,
        }
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "agent_process.py"), json.dumps(given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.running.append(process)
        assert process.stdin is not None
        process.stdin.write(answers or "")
        process.stdin.close()
        process.stdin = None
        return process

    def run(self, *, expect: int = 0, **settings: Any) -> str:
        return self.end(self.start(**settings), expect=expect)

    def end(self, process: subprocess.Popen[str], *, expect: int = 0) -> str:
        said, complaints = process.communicate(timeout=60)
        assert "Traceback" not in complaints, complaints
        assert process.returncode == expect, said + complaints
        return said

    def kill(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.communicate(timeout=60)

    def folder(self) -> Path:
        return outbox_folder(self.state, self.server.address, "ABC234", "Ana")

    def waiting(self) -> set[Any]:
        """The ids in the outbox; only while no agent runs."""
        outbox = Outbox(self.folder())
        items = [item.id for kind in Kind for item in outbox.oldest(kind, 10**6)]
        outbox.close()
        return set(items)


@pytest.fixture
def agents(server: Any, tmp_path: Path) -> Iterator[Agents]:
    subject = Agents(server, tmp_path / "state")
    yield subject
    for process in subject.running:
        if process.stdout is not None and not process.stdout.closed:
            subject.kill(process)


def assert_no_second_is_missing(server: Any) -> None:
    """Each run stamps its seconds with a fraction of its own, and they follow without a gap."""
    runs = defaultdict(list)
    for observation in server.observations.values():
        runs[round(observation.captured_at.timestamp() % 1, 3)].append(observation.captured_at)
    for times in runs.values():
        times.sort()
        steps = {later - earlier for earlier, later in pairwise(times)}
        assert steps <= {timedelta(seconds=1)}, steps


def test_sixty_seconds_of_material_become_sixty_observations_with_a_face(
    server: Any, agents: Agents
) -> None:
    said = agents.run(loop=60)
    assert len(server.observations) == 60
    assert all(it.probabilities and it.frames == 2 for it in server.observations.values())
    assert_no_second_is_missing(server)
    assert [str(event.kind) for event in server.events.values()] == ["stopped"]
    assert server.consents[0].choices.flags
    assert not server.consents[0].choices.ask_first
    assert "60 observations, 60 with a face" in said


def test_in_real_time_the_times_are_those_of_the_wall(server: Any, agents: Agents) -> None:
    before = server.now()
    agents.run(loop=3, realtime=True)
    times = sorted(it.captured_at for it in server.observations.values())
    assert len(times) == 3
    assert before < times[0] < times[-1] < server.now()
    assert times[-1] - times[0] == pytest.approx(timedelta(seconds=2), abs=timedelta(seconds=0.2))


def test_an_agent_killed_again_and_again_loses_and_repeats_nothing(
    server: Any, agents: Agents
) -> None:
    for kill in range(1, 3):
        process = agents.start(loop=5000)
        server.wait_until(lambda kill=kill: len(server.observations) >= 60 * kill)
        agents.kill(process)
    left = agents.waiting()
    agents.run(answers=None, loop=20)
    assert left <= server.observations.keys() | server.events.keys()
    assert_no_second_is_missing(server)
    assert len(server.consents) == 1, "a restarted agent is the same participant"
    assert not agents.waiting()


def test_a_server_killed_and_restarted_gets_everything_once(server: Any, agents: Agents) -> None:
    process = agents.start(loop=500, drain_seconds=60)
    server.wait_until(lambda: len(server.observations) >= 20)
    server.stop()
    server.wait_until(lambda: server.refused > 0)
    server.start()
    agents.end(process)
    assert len(server.observations) == 500
    assert_no_second_is_missing(server)


def test_answers_lost_after_the_commit_make_no_duplicates(
    server: Any, agents: Agents, lost_answer: type[Exception]
) -> None:
    def every_other_answer_is_lost(word: str, before: int) -> None:
        if word == "observations" and before % 2 == 0:
            raise lost_answer

    server.plan = every_other_answer_is_lost
    agents.run(loop=200, drain_seconds=60)
    assert len(server.observations) == 200
    assert server.verdicts["duplicate"] > 0


def test_too_many_requests_and_errors_lose_nothing(
    server: Any, agents: Agents, reply: Callable[..., Any]
) -> None:
    trouble = [reply(429, headers={"Retry-After": "0"}), reply(503), reply(500)]

    def first_trouble(word: str, _before: int) -> Any:
        return trouble.pop() if word == "observations" and trouble else None

    server.plan = first_trouble
    agents.run(loop=50, drain_seconds=60)
    assert len(server.observations) == 50


def test_what_a_dead_server_did_not_get_waits_for_the_next_run(
    server: Any, agents: Agents, reply: Callable[..., Any]
) -> None:
    server.plan = lambda word, _: reply(503) if word in ("observations", "events") else None
    said = agents.run(loop=30, drain_seconds=0)
    assert "31 items wait in the outbox" in said
    left = agents.waiting()
    server.plan = lambda word, _: None
    agents.run(answers=None, loop=5)
    assert left <= server.observations.keys() | server.events.keys()
    assert len(server.observations) == 35


def test_a_server_that_never_answers_does_not_hold_the_student(server: Any, agents: Agents) -> None:
    answer = threading.Event()
    server.plan = lambda word, _: (word == "observations" and answer.wait(60) and None) or None
    said = agents.run(loop=30, drain_seconds=0.2)
    answer.set()
    assert "31 items wait in the outbox" in said
    assert len(agents.waiting()) == 31


def test_withdrawal_stops_the_capture_and_deletes_the_outbox(
    server: Any, agents: Agents, reply: Callable[..., Any]
) -> None:
    process = agents.start(loop=80_000)
    server.wait_until(lambda: len(server.observations) >= 20)
    server.plan = lambda word, _: reply(403, "You took your agreement back.")
    said = agents.end(process, expect=1)
    assert "You took your agreement back." in said
    assert "unsent items were deleted" in said
    assert not agents.folder().exists()


def test_an_unknown_token_stops_the_capture_and_the_next_run_joins_anew(
    server: Any, agents: Agents
) -> None:
    process = agents.start(loop=80_000)
    server.wait_until(lambda: len(server.observations) >= 20)
    server.tokens.clear()
    assert "This token is not known." in agents.end(process, expect=1)
    said = agents.run(loop=5)
    assert "The earlier session is over" in said
    assert len(server.consents) == 2


def test_an_ended_lecture_stops_the_capture_and_what_waits_is_sent(
    server: Any, agents: Agents
) -> None:
    process = agents.start(loop=80_000, drain_seconds=60)
    server.wait_until(lambda: len(server.observations) >= 20)
    server.ended_at = server.now()
    said = agents.end(process)
    assert "The lecture has ended" in said
    assert_no_second_is_missing(server)
    assert not agents.folder().exists()


def test_ctrl_c_stops_cleanly_and_says_so_to_the_server(server: Any, agents: Agents) -> None:
    process = agents.start(loop=80_000, drain_seconds=60)
    server.wait_until(lambda: len(server.observations) >= 5)
    process.send_signal(signal.SIGINT)
    agents.end(process)
    assert [str(event.kind) for event in server.events.values()] == ["stopped"]


def test_a_wrong_clock_is_corrected_from_the_first_observation_on(
    server: Any, agents: Agents
) -> None:
    server.clock_ahead = timedelta(minutes=10)
    agents.run(loop=3, realtime=True)
    assert server.observations
    for observation in server.observations.values():
        assert observation.clock_offset_ms == pytest.approx(600_000, abs=2_000)
        assert abs(server.now() - observation.captured_at) < timedelta(seconds=30)


def test_two_students_on_one_machine_do_not_meet(server: Any, agents: Agents) -> None:
    ana, ben = agents.start(loop=40, name="Ana"), agents.start(loop=40, name="Ben")
    agents.end(ana)
    agents.end(ben)
    assert len(server.observations) == 80
    assert len(server.consents) == 2


def test_a_second_agent_for_the_same_student_is_refused(server: Any, agents: Agents) -> None:
    first = agents.start(loop=80_000)
    server.wait_until(lambda: len(server.observations) >= 1)
    said = agents.run(expect=1)
    assert "Another agent is already running" in said
    assert first.poll() is None


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"join": "ZZZ999"}, "No lecture has the code ZZZ999."),
        ({"source": __file__}, "cannot be read as a video"),
        ({"answers": None}, "Nobody answered"),
    ],
)
def test_bad_input_is_one_clear_sentence_and_no_traceback(
    settings: dict[str, Any], sentence: str, agents: Agents
) -> None:
    assert sentence in agents.run(expect=1, **settings)


def test_a_visit_that_agreed_to_nothing_leaves_nothing(server: Any, agents: Agents) -> None:
    assert "nothing is captured" in agents.run(answers="n\n")
    assert server.consents == []
    assert not agents.folder().exists()
