"""Turns the pictures of each second of a room into one RoomObservation without anybody in it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from capture_agent.clock import ClockCorrection
from capture_agent.perception.attention import AttentionTracker
from capture_agent.perception.pipeline import FaceReading
from capture_agent.perception.room_tracker import FORGET_S, RoomTracker
from capture_agent.sampling.seconds import BySecond, Second
from contract.ids import uuid7
from contract.observations import ROOM_LEAST, Probabilities, RoomFace, RoomObservation

_MOST_FACES: Final = 200
_OFTEN: Final = 0.5
"""Share of a second's pictures, at least, that show a face for it to be one."""


@dataclass(slots=True)
class _Face:
    looks: list[tuple[float, ...]] = field(default_factory=list)
    attentive: list[float] = field(default_factory=list)


_Notes = dict[int, _Face]
"""Faces by their tracks."""


@dataclass(slots=True)
class _Habit:
    """How one face usually holds its head, for as long as its track lives."""

    attention: AttentionTracker = field(default_factory=AttentionTracker)
    seen_at: float = 0.0


class RoomSampler(BySecond[Sequence[FaceReading], _Notes, RoomObservation]):
    """Sums each second up: a mean for each face, and at least five of them, or nothing."""

    def __init__(
        self, model_id: str, frames_per_second: float, correction: ClockCorrection
    ) -> None:
        super().__init__(frames_per_second)
        self._model_id = model_id
        self._correction = correction
        self._tracker = RoomTracker()
        self._habits: dict[int, _Habit] = {}

    def pause(self) -> RoomObservation | None:
        """As ``finish``; what comes next begins a second and tracks of its own."""
        finished = super().pause()
        self._tracker.forget()
        self._habits.clear()
        return finished

    def _blank(self) -> _Notes:
        return defaultdict(_Face)

    def _note(self, notes: _Notes, reading: Sequence[FaceReading], monotonic: float) -> None:
        tracks = self._tracker.follow([face.box for face in reading], monotonic)
        for number, face in zip(tracks, reading, strict=True):
            kept = notes[number]
            kept.looks.append(face.probabilities)
            habit = self._habits.setdefault(number, _Habit())
            habit.seen_at = monotonic
            if face.engagement is not None:
                judgement = habit.attention.judge(face.engagement, monotonic)
                kept.attentive.append(judgement.attentive)
        gone = [it for it, habit in self._habits.items() if monotonic - habit.seen_at > FORGET_S]
        for number in gone:
            del self._habits[number]

    def _summary(self, second: Second[_Notes]) -> RoomObservation | None:
        often = [
            face for face in second.notes.values() if len(face.looks) >= _OFTEN * second.pictures
        ]
        if len(often) < ROOM_LEAST:
            return None
        captured_at, offset_ms = self._correction.correct(second.began_at)
        return RoomObservation(
            id=uuid7(captured_at),
            captured_at=captured_at,
            clock_offset_ms=offset_ms,
            frames=second.pictures,
            # In order of their looks: an order of place or of coming would be somebody's seat.
            faces=tuple(sorted((_mean(face) for face in often), key=_looks)[:_MOST_FACES]),
            model=self._model_id,
        )


def _mean(face: _Face) -> RoomFace:
    columns = zip(*face.looks, strict=True)
    return RoomFace(
        probabilities=cast(
            Probabilities, tuple(sum(column) / len(face.looks) for column in columns)
        ),
        attentive=sum(face.attentive) / len(face.attentive) if face.attentive else None,
    )


def _looks(face: RoomFace) -> Probabilities:
    return face.probabilities
