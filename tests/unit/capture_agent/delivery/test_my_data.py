"""The student's wishes, from the key to the server and back in words."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from capture_agent.delivery.my_data import OwnWishes
from capture_agent.delivery.outbox import Item, Kind, Outbox
from capture_agent.delivery.sender import Delivery, State
from capture_agent.delivery.session import Session
from capture_agent.errors import DeliveryError, RefusedError
from capture_agent.terminal.controls import Controls
from capture_agent.terminal.stored import StoredObservation, StoredPage
from contract.exchange import Ask, BatchAnswer, ItemVerdict, LectureState, Pulse, Verdict
from contract.observations import Observation
from contract.policy import Choices, Policy

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ASK = Ask(id=UUID(int=5), text="Would you like your teacher to check in with you?")
OTHER = Ask(id=UUID(int=6), text="And now?")


class Lines:
    interactive = False

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    warn = status = say

    def ask(self, question: str) -> bool:
        raise AssertionError(question)


class FakeDoor:
    """Stores what is sent; ``trouble`` is raised once for the next wish."""

    def __init__(self) -> None:
        self.ask: Ask | None = None
        self.received: list[UUID] = []
        self.pulses: list[Pulse] = []
        self.asked_after: list[UUID | None] = []
        self.pages: list[StoredPage] = []
        self.trouble: list[Exception] = []

    def send(self, kind: Kind, items: list[Item], token: str) -> BatchAnswer:
        self.received += [item.id for item in items]
        return BatchAnswer(
            verdicts=tuple(ItemVerdict(id=it.id, verdict=Verdict.ACCEPTED) for it in items),
            server_time=NOW,
            lecture=LectureState.RUNNING,
            ask=self.ask,
        )

    def _stumble(self) -> None:
        if self.trouble:
            raise self.trouble.pop(0)

    def pulse(self, answer: Pulse, token: str) -> None:
        self._stumble()
        self.pulses.append(answer)

    def stored(self, token: str, after: UUID | None = None) -> StoredPage:
        self._stumble()
        self.asked_after.append(after)
        return self.pages[len(self.asked_after) - 1]

    def delete_stored(self, token: str) -> int:
        self._stumble()
        gone, self.received = len(self.received), []
        return gone


class Student:
    """Everything between the keys and the server, on a clock that stands still."""

    def __init__(self, outbox: Outbox, clock: Any) -> None:
        self.outbox, self.door, self.console = outbox, FakeDoor(), Lines()
        self.controls = Controls(clock.stopping)
        session = Session(
            server="http://school.example", lecture=UUID(int=1), title="Fractions", course="Maths",
            policy=Policy.INDIVIDUAL, participant=UUID(int=2), token="t", recovery_link="/me/x",
            choices=Choices(class_mood=True), joined_at=NOW,
        )  # fmt: skip
        self.delivery = Delivery(outbox, self.door.send, "t", clock, jitter=lambda _, high: high)
        self.wishes = OwnWishes(
            self.door, session, outbox, self.delivery, self.controls, self.console
        )

    def hear(self) -> None:
        self.wishes.hear(self.delivery.progress.ask)

    def said(self, words: str) -> int:
        return sum(words in line for line in self.console.lines)


@pytest.fixture
def student(tmp_path: Path, fake_time: Any) -> Iterator[Student]:
    outbox = Outbox(tmp_path / "box")
    yield Student(outbox, fake_time.clock)
    outbox.close()


@pytest.mark.parametrize(("key", "answer"), [("y", True), ("N", False)])
def test_a_private_question_is_put_once_and_answered_with_one_key(
    key: str, answer: bool, student: Student, observe: Callable[[int], Observation]
) -> None:
    student.door.ask = ASK
    for second in range(3):
        student.outbox.add(observe(second))
        student.delivery.round()
        student.hear()
    assert student.said("For you alone: Would you like your teacher to check in") == 1
    student.controls.press(key)
    student.outbox.add(observe(9))
    student.delivery.round()
    student.hear()
    assert student.door.pulses == [Pulse(ask=ASK.id, answer=answer)]
    assert student.controls.question is None, "what was answered is not put again"


def test_an_unanswered_question_goes_when_the_server_takes_it_back(
    student: Student, observe: Callable[[int], Observation]
) -> None:
    for ask in (ASK, OTHER, None):
        student.door.ask = ask
        student.outbox.add(observe(1 if ask is None else ask.id.int))
        student.delivery.round()
        student.hear()
        question = student.controls.question
        assert (question and question.text) == (ask and ask.text)
    student.controls.press("y")
    student.delivery.round()
    assert student.door.pulses == []


def test_an_answer_survives_a_server_that_is_away(student: Student) -> None:
    student.door.trouble = [DeliveryError("away"), DeliveryError("away")]
    student.wishes.hear(ASK)
    student.controls.press("y")
    for _ in range(4):
        student.delivery.round()
    assert student.door.pulses == [Pulse(ask=ASK.id, answer=True)]


def test_a_question_that_is_over_ends_nothing_else(student: Student) -> None:
    student.door.trouble = [RefusedError("There is no question to you.", 404)]
    student.wishes.hear(ASK)
    student.controls.press("y")
    student.delivery.round()
    assert student.said("There is no question to you.") == 1
    assert student.delivery.progress.state is State.SENDING


def page(*seconds: int, after: UUID | None = None) -> StoredPage:
    looks = (0.0, 0.0, 0.0, 0.8, 0.0, 0.0, 0.2)
    return StoredPage(
        name="Ana",
        events=(),
        pulses=(),
        flags=(),
        observations=tuple(
            StoredObservation(
                captured_at=NOW.replace(second=second),
                face_share=float(second > 0),
                probabilities=looks if second > 0 else None,
                attentive=0.9 if second > 0 else None,
            )
            for second in seconds
        ),
        next=after,
    )


def test_what_was_sent_is_shown_page_after_page(student: Student) -> None:
    student.door.pages = [page(0, 1, after=UUID(int=8)), page(2)]
    student.controls.press("s")
    student.controls.press("s")
    student.delivery.round()
    assert student.door.asked_after == [None, UUID(int=8)]
    assert student.said("The server stores of Ana: 3 observations") == 1
    assert student.said("2 with a face") == 1
    assert student.said("happy 80%") == 2
    assert student.said("http://school.example/me/x") == 1


def test_nothing_stored_is_said_plainly(student: Student) -> None:
    student.door.pages = [page()]
    student.controls.press("s")
    student.delivery.round()
    assert student.said("The server stores no observation of Ana.") == 1


def test_a_deletion_is_confirmed_and_takes_what_waits_here_with_it(
    student: Student, observe: Callable[[int], Observation]
) -> None:
    student.outbox.add(observe(0))
    student.delivery.round()
    student.outbox.add(observe(1))
    student.controls.press("d")
    student.controls.press("n")
    assert student.said("Nothing was deleted.") == 1
    student.controls.press("d")
    student.controls.press("y")
    student.delivery.round()
    assert student.said("Deleted: 1 observations at the server, and 1 unsent items here.") == 1
    assert (student.door.received, student.outbox.waiting()) == ([], 0)
    student.outbox.add(observe(2))
    student.delivery.round()
    assert len(student.door.received) == 1, "sharing goes on"


def test_a_deletion_that_the_server_did_not_hear_of_is_not_forgotten(
    student: Student, observe: Callable[[int], Observation]
) -> None:
    student.door.trouble = [DeliveryError("away")]
    student.controls.press("d")
    student.controls.press("y")
    student.outbox.add(observe(0))
    student.delivery.round()
    assert student.door.received == [], "nothing is sent before the deletion"
    assert "http://school.example/me/x" in student.wishes.left_undone()
    student.delivery.round()
    assert student.wishes.left_undone() == ""
    assert student.said("Deleted: 0 observations at the server, and 1 unsent items here.") == 1
