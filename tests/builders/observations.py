"""What a student's agent says of one second, as a value and as it travels."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any

from contract import LOOKS, Look, Observation, uuid7


def observation(
    look: Look, at: datetime, attentive: float = 0.9, clear: float = 0.88
) -> Observation:
    """One second of a face of ``look``, of which the model is ``clear``."""
    share = [(1 - clear) / 6] * 7
    share[LOOKS.index(look)] = clear
    return Observation.model_validate(
        {
            "id": uuid7(at),
            "captured_at": at,
            "frames": 5,
            "face_share": 1.0,
            "faces": 1,
            "probabilities": tuple(share),
            "attentive": attentive,
            "detection_score": 0.9,
            "model": "pulse@1",
        }
    )


def observations(
    look: Look | Sequence[Look], start: datetime, seconds: Iterable[int], attentive: float = 0.9
) -> Iterator[Observation]:
    """One for each of ``seconds`` after ``start``: one look for all, or one for each."""
    times = list(seconds)
    looks = repeat(look, len(times)) if isinstance(look, Look) else look
    for seen, second in zip(looks, times, strict=True):
        yield observation(seen, start + timedelta(seconds=second), attentive)


def sent_observation(at: datetime, look: int = 6, **changes: Any) -> dict[str, Any]:
    """A valid one as it travels, looking like ``LOOKS[look]``, and then changed."""
    made = observation(LOOKS[look], at, attentive=1.0, clear=0.7)
    return made.model_dump(mode="json", exclude_none=True) | changes


def sent_event(at: datetime, kind: str = "paused", **changes: Any) -> dict[str, Any]:
    """A valid event as it travels, and then changed."""
    return {"id": str(uuid7(at)), "at": at.isoformat(), "kind": kind, **changes}
