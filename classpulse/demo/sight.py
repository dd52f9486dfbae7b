"""What a simulated student's camera has seen: as columns, and as the observations made of them."""

from datetime import UTC, datetime
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from analytics.simulation.lectures import SimulatedLecture
from contract import Attention, Observation, uuid7
from contract.observations import Probabilities
from db.measurements.past import PastSeconds

FRAMES_PER_SECOND: Final = 3
_ANGLE_LIMIT: Final = 90.0


def seen_by(
    script: SimulatedLecture, row: int, first: int, last: int, origin: datetime, model: str
) -> PastSeconds:
    """What student ``row`` has seen from second ``first`` to before ``last`` of a script that
    begins at ``origin``, a whole second."""
    seconds = np.flatnonzero(script.sending[row, first:last]) + first

    def angle(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.clip(degrees[row, seconds], -_ANGLE_LIMIT, _ANGLE_LIMIT))

    posteriors = script.posteriors[row, seconds]
    return PastSeconds(
        epoch=int(origin.timestamp()) + seconds,
        probabilities=posteriors / posteriors.sum(axis=1, keepdims=True),
        face_share=script.face_share[row, seconds],
        attentive=script.attentive[row, seconds],
        yaw=angle(script.yaw),
        pitch=angle(script.pitch),
        eyes_open=np.clip(script.eyes_open[row, seconds], 0.0, 1.0),
        frames=FRAMES_PER_SECOND,
        model=model,
    )


def observations_of(seen: PastSeconds) -> list[Observation]:
    """The same as an agent would send it, each second's id minted here, once."""
    columns = (
        seen.epoch, seen.face_share, seen.probabilities, seen.attentive, seen.yaw, seen.pitch,
        seen.eyes_open,
    )  # fmt: skip
    made = []
    for epoch, face_share, looks, attentive, yaw, pitch, eyes in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        at, found = datetime.fromtimestamp(epoch, UTC), face_share > 0
        made.append(
            Observation(
                id=uuid7(at),
                captured_at=at,
                frames=seen.frames,
                face_share=face_share,
                faces=int(found),
                probabilities=cast(Probabilities, tuple(looks)) if found else None,
                attentive=attentive if found else None,
                attention=Attention(yaw=yaw, pitch=pitch, roll=0.0, eyes_open=eyes)
                if found
                else None,
                model=seen.model,
            )
        )
    return made
