"""Turns the pictures of each second into one Observation, whose id is minted here, once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from capture_agent.clock import ClockCorrection
from capture_agent.perception.attention import AttentionTracker, Judgement
from capture_agent.perception.pipeline import FaceReading, PictureReading
from capture_agent.sampling.seconds import BySecond, Second
from contract.ids import uuid7
from contract.observations import WHOLE_FACE, Attention, Observation, Probabilities


@dataclass(slots=True)
class _Notes:
    most_faces: int = 0
    faces: list[FaceReading] = field(default_factory=list)
    judgements: list[tuple[FaceReading, Judgement]] = field(default_factory=list)


class Sampler(BySecond[PictureReading, _Notes, Observation]):
    """Sums each second of one student up, from the pictures that are looked at."""

    def __init__(
        self,
        model_id: str,
        frames_per_second: float,
        correction: ClockCorrection,
        tracker: AttentionTracker | None = None,
    ) -> None:
        super().__init__(frames_per_second)
        self._model_id = model_id
        self._correction = correction
        self._tracker = tracker or AttentionTracker()

    def _blank(self) -> _Notes:
        return _Notes()

    def _note(self, notes: _Notes, reading: PictureReading, monotonic: float) -> None:
        notes.most_faces = max(notes.most_faces, reading.faces)
        face = reading.student
        if face is None:
            self._tracker.no_face()
            return
        notes.faces.append(face)
        if face.engagement is not None:
            judgement = self._tracker.judge(face.engagement, monotonic)
            notes.judgements.append((face, judgement))

    def _summary(self, second: Second[_Notes]) -> Observation:
        captured_at, offset_ms = self._correction.correct(second.began_at)
        return Observation(
            id=uuid7(captured_at),
            captured_at=captured_at,
            clock_offset_ms=offset_ms,
            frames=second.pictures,
            face_share=len(second.notes.faces) / second.pictures,
            faces=min(second.notes.most_faces, 200),
            attentive_rule=WHOLE_FACE,
            model=self._model_id,
            **_means(second.notes),
        )


def _means(notes: _Notes) -> dict[str, Any]:
    if not notes.faces:
        return {"probabilities": None, "attentive": None}
    readable = [face.probabilities for face in notes.faces if face.readable]
    looks = tuple(_mean(column) for column in zip(*readable, strict=True))
    judged = notes.judgements
    return {
        "probabilities": cast(Probabilities, looks) if looks else None,
        "attentive": round(_mean([it.attentive for _, it in judged]), 4) if judged else None,
        "attention": _attention(judged) if judged else None,
        "detection_score": _mean([face.score for face in notes.faces]),
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
