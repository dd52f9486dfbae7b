"""Turns the pictures of each second of a room into one RoomObservation without anybody in it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, cast

from capture_agent.attention import AttentionTracker
from capture_agent.clock import ClockCorrection
from capture_agent.pipeline import FaceReading
from capture_agent.room_tracker import FORGET_S, RoomTracker
from capture_agent.seconds import Seconds
from contract.ids import uuid7
from contract.observations import ROOM_LEAST, Probabilities, RoomFace, RoomObservation

_MOST_FACES: Final = 200
_OFTEN: Final = 0.5
"""Share of a second's pictures, at least, that show a face for it to be one."""


@dataclass(slots=True)
class _Face:
    looks: list[tuple[float, ...]] = field(default_factory=list)
    attentive: list[bool] = field(default_factory=list)


@dataclass(slots=True)
class _Second:
    index: int
    began_at: datetime
    pictures: int = 0
    faces: dict[int, _Face] = field(default_factory=lambda: defaultdict(_Face))


@dataclass(slots=True)
class _Habit:
    """How one face usually holds its head, for as long as its track lives."""

    attention: AttentionTracker = field(default_factory=AttentionTracker)
    seen_at: float = 0.0


class RoomSampler:
    """Sums each second up: a mean for each face, and at least five of them, or nothing."""

    def __init__(
        self, model_id: str, frames_per_second: float, correction: ClockCorrection
    ) -> None:
        self._model_id = model_id
        self._correction = correction
        self._seconds = Seconds(frames_per_second)
        self._tracker = RoomTracker()
        self._habits: dict[int, _Habit] = {}
        self._second: _Second | None = None

    def set_rate(self, frames_per_second: float) -> None:
        """Look at so many pictures a second, from the next second on."""
        self._seconds.set_rate(frames_per_second)

    def wants(self, monotonic: float) -> bool:
        """Whether to look at the picture of this moment: the first in each n-th of a second."""
        return self._seconds.wants(monotonic)

    def add(
        self, faces: Sequence[FaceReading], captured_at: datetime, monotonic: float
    ) -> RoomObservation | None:
        """Take one picture's faces in; the observation of the second before, where this begins one.

        None, too, where that second showed fewer than five faces. Pictures come in the order they
        were taken.
        """
        index, into = self._seconds.of(monotonic)
        finished = None
        if self._second is None or index != self._second.index:
            finished = self.finish()
            self._second = _Second(index, captured_at - timedelta(seconds=into))
        self._count(self._second, faces, monotonic)
        return finished

    def finish(self) -> RoomObservation | None:
        """The observation of the second that is under way, if it shows enough faces."""
        second, self._second = self._second, None
        return None if second is None else self._observation(second)

    def pause(self) -> RoomObservation | None:
        """As ``finish``; what comes next begins a second and tracks of its own."""
        finished = self.finish()
        self._seconds.restart()
        self._tracker.forget()
        self._habits.clear()
        return finished

    def _count(self, second: _Second, faces: Sequence[FaceReading], monotonic: float) -> None:
        second.pictures += 1
        tracks = self._tracker.follow([face.box for face in faces], monotonic)
        for number, face in zip(tracks, faces, strict=True):
            kept = second.faces[number]
            kept.looks.append(face.probabilities)
            habit = self._habits.setdefault(number, _Habit())
            habit.seen_at = monotonic
            if face.pose is not None:
                judgement = habit.attention.judge(face.pose, face.eye_ratio, monotonic)
                kept.attentive.append(judgement.attentive)
        gone = [it for it, habit in self._habits.items() if monotonic - habit.seen_at > FORGET_S]
        for number in gone:
            del self._habits[number]

    def _observation(self, second: _Second) -> RoomObservation | None:
        often = [
            face for face in second.faces.values() if len(face.looks) >= _OFTEN * second.pictures
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
