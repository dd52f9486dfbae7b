"""Turns the pictures of each second into one Observation, whose id is minted here, once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from capture_agent.attention import AttentionTracker, Judgement
from capture_agent.clock import ClockCorrection
from capture_agent.pipeline import FaceReading, PictureReading
from capture_agent.seconds import Seconds
from contract.ids import uuid7
from contract.observations import Attention, Observation, Probabilities


@dataclass(slots=True)
class _Second:
    index: int
    began_at: datetime
    pictures: int = 0
    most_faces: int = 0
    faces: list[FaceReading] = field(default_factory=list)
    judgements: list[tuple[FaceReading, Judgement]] = field(default_factory=list)


class Sampler:
    """Decides which pictures are looked at, and sums each second up.

    A second without any picture gives no observation: nothing is known of it.
    """

    def __init__(
        self,
        model_id: str,
        frames_per_second: float,
        correction: ClockCorrection,
        tracker: AttentionTracker | None = None,
    ) -> None:
        self._model_id = model_id
        self._correction = correction
        self._tracker = tracker or AttentionTracker()
        self._seconds = Seconds(frames_per_second)
        self._second: _Second | None = None

    def set_rate(self, frames_per_second: float) -> None:
        """Look at so many pictures a second, from the next second on."""
        self._seconds.set_rate(frames_per_second)

    def wants(self, monotonic: float) -> bool:
        """Whether to look at the picture of this moment: the first in each n-th of a second."""
        return self._seconds.wants(monotonic)

    def add(
        self, reading: PictureReading, captured_at: datetime, monotonic: float
    ) -> Observation | None:
        """Take one picture in; the observation of the second before, where this begins a new one.

        Pictures come in the order they were taken.
        """
        index, into = self._seconds.of(monotonic)
        finished = None
        if self._second is None or index != self._second.index:
            finished = self.finish()
            self._second = _Second(index, captured_at - timedelta(seconds=into))
        self._count(self._second, reading, monotonic)
        return finished

    def finish(self) -> Observation | None:
        """The observation of the second that is under way, if it has a picture."""
        second, self._second = self._second, None
        return None if second is None else self._observation(second)

    def pause(self) -> Observation | None:
        """As ``finish``; what comes next begins a second of its own."""
        finished = self.finish()
        self._seconds.restart()
        return finished

    def _count(self, second: _Second, reading: PictureReading, monotonic: float) -> None:
        second.pictures += 1
        second.most_faces = max(second.most_faces, reading.faces)
        face = reading.student
        if face is None:
            self._tracker.no_face()
            return
        second.faces.append(face)
        if face.pose is not None:
            judgement = self._tracker.judge(face.pose, face.eye_ratio, monotonic)
            second.judgements.append((face, judgement))

    def _observation(self, second: _Second) -> Observation:
        captured_at, offset_ms = self._correction.correct(second.began_at)
        return Observation(
            id=uuid7(captured_at),
            captured_at=captured_at,
            clock_offset_ms=offset_ms,
            frames=second.pictures,
            face_share=len(second.faces) / second.pictures,
            faces=min(second.most_faces, 200),
            model=self._model_id,
            **_means(second),
        )


def _means(second: _Second) -> dict[str, Any]:
    if not second.faces:
        return {"probabilities": None, "attentive": None}
    columns = zip(*(face.probabilities for face in second.faces), strict=True)
    judged = second.judgements
    return {
        "probabilities": cast(Probabilities, tuple(_mean(column) for column in columns)),
        "attentive": _mean([float(it.attentive) for _, it in judged]) if judged else None,
        "attention": _attention(judged) if judged else None,
        "detection_score": _mean([face.score for face in second.faces]),
    }


def _attention(judged: Sequence[tuple[FaceReading, Judgement]]) -> Attention | None:
    poses = [face.pose for face, _ in judged if face.pose is not None]
    return Attention(
        yaw=round(_mean([pose.yaw for pose in poses]), 2),
        pitch=round(_mean([pose.pitch for pose in poses]), 2),
        roll=round(_mean([pose.roll for pose in poses]), 2),
        eyes_open=round(_mean([it.eyes_open for _, it in judged]), 4),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
