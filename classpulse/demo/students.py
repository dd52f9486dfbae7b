"""Simulated students: they join, agree, send and leave as real agents do, through the HTTP API."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from analytics.simulation.lectures import SimulatedLecture
from capture_agent.delivery.outbox import Item, Kind
from capture_agent.delivery.transport import Transport
from capture_agent.errors import NotAcceptedError, RefusedError
from classpulse.demo.sight import observations_of, seen_by
from contract import ClassPulseError, Event, Observation, Policy, uuid7
from contract.base import Message
from contract.batches import MAX_BATCH
from contract.exchange import ConsentRequest, JoinRequest, Pulse, PulseMood
from contract.policy import Choices
from db.engine.store import Store
from db.measurements import ingest, past

_TAP_EVERY: Final = 150
"""Seconds between two taps of one student, on average, where nothing is inferred from faces."""


class DemoError(ClassPulseError):
    """The demo cannot run as it was asked to."""


class Seat(Message):
    """A simulated student who has joined, and what speaks for them to the server."""

    row: int
    name: str
    participant: UUID
    token: str


@dataclass(slots=True)
class _Student:
    """One who is there: how much was captured, and what of it the server has not acknowledged."""

    seat: Seat
    captured: int
    waiting: dict[Kind, list[Item]] = field(
        default_factory=lambda: {Kind.OBSERVATION: [], Kind.EVENT: []}
    )


class SimulatedClass:
    """The students of one lecture, second by second of a script that begins at ``origin``."""

    def __init__(
        self,
        transport: Transport,
        script: SimulatedLecture,
        origin: datetime,
        model: str,
        policy: Policy,
    ) -> None:
        self._transport = transport
        self._script = script
        self._origin = origin
        self._model = model
        self._infers = policy is not Policy.SELF_REPORT
        self._here: dict[int, _Student] = {}
        self._taps = np.random.default_rng(5)

    @property
    def length(self) -> int:
        """How many seconds were simulated."""
        return int(self._script.sending.shape[1])

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Who is there."""
        return tuple(student.seat for student in self._here.values())

    def join(self, code: str, row: int, name: str, choices: Choices, guardian: str | None) -> Seat:
        """One student joins and agrees. Raises as the agent's transport does."""
        asked = self._transport.join(JoinRequest(code=code, name=name))
        agreed = self._transport.consent(
            ConsentRequest(
                ticket=asked.ticket,
                notice_version=asked.notice.version,
                choices=choices,
                guardian=guardian,
            )
        )
        return Seat(row=row, name=name, participant=agreed.participant, token=agreed.token)

    def sit(self, seat: Seat, captured: int) -> None:
        """Let somebody who has joined be there, their camera running from second ``captured``."""
        self._here[seat.row] = _Student(seat, captured)

    def write_until(
        self, store: Store, seat: Seat, second: int, now: datetime, *, pruned: bool = False
    ) -> None:
        """Store what a student has captured up to ``second`` at once, as if it had been sent.

        ``pruned``: and as if its single seconds had been pruned since.
        """
        student = self._here[seat.row]
        first, student.captured = student.captured, second
        if self._infers:
            seen = seen_by(self._script, seat.row, first, second, self._origin, self._model)
            past.add_past_seconds(store, seat.participant, seen, now, pruned=pruned)
            happened = list(self._events(seat.row, first, second))
            ingest.ingest_events(store, seat.participant, happened, now)

    def send_until(self, second: int) -> list[tuple[Seat, str]]:
        """Send all that was not sent yet up to ``second``; who was refused and left, and why.

        Raises DeliveryError where the server cannot take it now; it is sent the next time, under
        the same ids.
        """
        for student in self._here.values():
            self._capture(student, min(second, self.length))
        left = []
        for student in list(self._here.values()):
            try:
                self._send(student)
            except RefusedError as error:
                del self._here[student.seat.row]
                left.append((student.seat, str(error)))
        return left

    def _capture(self, student: _Student, last: int) -> None:
        first, row = student.captured, student.seat.row
        if last <= first:
            return
        student.captured = last
        if not self._infers:
            return
        seen = seen_by(self._script, row, first, last, self._origin, self._model)
        student.waiting[Kind.OBSERVATION] += _items(observations_of(seen))
        student.waiting[Kind.EVENT] += _items(self._events(row, first, last))

    def _send(self, student: _Student) -> None:
        if not self._infers:
            self._tap(student)
        for kind, items in student.waiting.items():
            while items:
                batch = items[:MAX_BATCH]
                try:
                    self._transport.send(kind, batch, student.seat.token)
                except NotAcceptedError as error:
                    raise RefusedError(str(error), error.status) from error
                # Each item was judged for good: what was rejected would be rejected again.
                del items[: len(batch)]

    def _tap(self, student: _Student) -> None:
        """Now and then a student says how it goes."""
        if self._taps.random() < 2 / _TAP_EVERY:
            mood = list(PulseMood)[int(self._taps.choice(5, p=(0.4, 0.35, 0.1, 0.1, 0.05)))]
            self._transport.pulse(Pulse(mood=mood), student.seat.token)

    def _events(self, row: int, first: int, last: int) -> Iterable[Event]:
        for event in self._script.events:
            if event.student == row and first <= event.second < last:
                at = self._origin + timedelta(seconds=event.second)
                yield Event(id=uuid7(at), at=at, kind=event.kind)


def _items(sent: Iterable[Observation] | Iterable[Event]) -> list[Item]:
    return [Item(one.id, one.model_dump_json()) for one in sent]
