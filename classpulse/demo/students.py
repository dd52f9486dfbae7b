"""Simulated students: they join, agree and send like real agents, through the real HTTP API."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar, cast
from uuid import UUID

import httpx
import numpy as np

from analytics.simulation.lectures import SimulatedLecture
from contract import Attention, ClassPulseError, Event, Observation, uuid7
from contract.base import Message
from contract.batches import MAX_BATCH, Batch
from contract.exchange import (
    API,
    BatchAnswer,
    ConsentAnswer,
    ConsentRequest,
    JoinAnswer,
    JoinRequest,
    Verdict,
)
from contract.observations import Probabilities
from contract.policy import Choices

FRAMES_PER_SECOND: Final = 3
_ANGLE_LIMIT: Final = 90.0

Answer = TypeVar("Answer", bound=Message)


class DemoError(ClassPulseError):
    """The demo's own server did not take what the simulated students sent."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One simulated student who has joined."""

    row: int
    participant: UUID
    token: str


class SimulatedClass:
    """The students of one simulated lecture, second by second from its start."""

    def __init__(
        self, client: httpx.Client, script: SimulatedLecture, started_at: datetime, model: str
    ) -> None:
        self._client = client
        self._script = script
        self._started_at = started_at
        self._model = model
        self._seats: list[Seat] = []
        self._sent_until = 0

    @property
    def length(self) -> int:
        """How many seconds were simulated."""
        return int(self._script.sending.shape[1])

    def join(self, code: str, names: Sequence[str], choices: Sequence[Choices]) -> list[UUID]:
        """Everybody joins and agrees; the participants in the order of ``names``."""
        for row, (name, chosen) in enumerate(zip(names, choices, strict=True)):
            asked = self._post("/join", JoinRequest(code=code, name=name), JoinAnswer)
            agreed = self._post(
                "/consents",
                ConsentRequest(
                    ticket=asked.ticket, notice_version=asked.notice.version, choices=chosen
                ),
                ConsentAnswer,
            )
            self._seats.append(Seat(row, agreed.participant, agreed.token))
        return [seat.participant for seat in self._seats]

    def send_until(self, second: int) -> int:
        """Send all that was not sent yet up to ``second`` of the lecture; how much that was."""
        first, last = self._sent_until, min(second, self.length)
        if last <= first:
            return 0
        sent = 0
        for seat in self._seats:
            for batch in _chunks(list(self._observations(seat.row, first, last))):
                self._deliver("/observations", Batch[Observation](items=tuple(batch)), seat)
                sent += len(batch)
            events = tuple(self._events(seat.row, first, last))
            if events:
                self._deliver("/events", Batch[Event](items=events), seat)
        self._sent_until = last
        return sent

    def _observations(self, row: int, first: int, last: int) -> Iterator[Observation]:
        script = self._script
        for second in np.flatnonzero(script.sending[row, first:last]) + first:
            at = self._started_at + timedelta(seconds=int(second))
            face_share = float(script.face_share[row, second])
            yield self._observation(row, int(second), at, face_share)

    def _observation(self, row: int, second: int, at: datetime, face_share: float) -> Observation:
        script = self._script
        if face_share == 0:
            return Observation(
                id=uuid7(at), captured_at=at, frames=FRAMES_PER_SECOND, face_share=0.0, faces=0,
                probabilities=None, attentive=None, model=self._model,
            )  # fmt: skip
        posterior = script.posteriors[row, second]
        return Observation(
            id=uuid7(at),
            captured_at=at,
            frames=FRAMES_PER_SECOND,
            face_share=face_share,
            faces=1,
            probabilities=cast(Probabilities, tuple((posterior / posterior.sum()).tolist())),
            attentive=float(script.attentive[row, second]),
            attention=Attention(
                yaw=_angle(script.yaw[row, second]),
                pitch=_angle(script.pitch[row, second]),
                roll=0.0,
                eyes_open=float(np.clip(script.eyes_open[row, second], 0, 1)),
            ),
            model=self._model,
        )

    def _events(self, row: int, first: int, last: int) -> Iterator[Event]:
        for event in self._script.events:
            if event.student == row and first <= event.second < last:
                at = self._started_at + timedelta(seconds=event.second)
                yield Event(id=uuid7(at), at=at, kind=event.kind)

    def _deliver(self, path: str, batch: Message, seat: Seat) -> None:
        answer = self._post(path, batch, BatchAnswer, seat.token)
        refused = [item for item in answer.verdicts if item.verdict is Verdict.REJECTED]
        if refused:
            raise DemoError(f"The server rejected a simulated item: {refused[0].detail}")

    def _post(
        self, path: str, body: Message, kind: type[Answer], token: str | None = None
    ) -> Answer:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            response = self._client.post(
                API + path, content=body.model_dump_json(), headers=headers
            )
        except httpx.HTTPError as error:
            raise DemoError(f"The demo's server did not answer: {error}.") from error
        if not response.is_success:
            raise DemoError(f"The demo's server answered {response.status_code}: {response.text}")
        return kind.model_validate_json(response.content)


def _angle(degrees: np.float64) -> float:
    return float(np.clip(degrees, -_ANGLE_LIMIT, _ANGLE_LIMIT))


def _chunks(items: list[Observation]) -> Iterator[list[Observation]]:
    for start in range(0, len(items), MAX_BATCH):
        yield items[start : start + MAX_BATCH]
