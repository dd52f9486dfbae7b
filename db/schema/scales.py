"""What numbers are stored as: integers of a fixed scale, and the sums a bucket keeps of them."""

from typing import Final

from contract.looks import LOOKS

SHARE_SCALE: Final = 10_000
"""Shares and probabilities are stored times this."""

ANGLE_SCALE: Final = 100
"""Degrees are stored times this."""

BUCKET_SUMS: Final = (
    "observations",
    "face_observations",
    "frames",
    "face_share_sum",
    "attentive_count",
    "attentive_sum",
    "attention_count",
    "yaw_sum",
    "pitch_sum",
    "eyes_open_sum",
    *(f"{look}_sum" for look in LOOKS),
)
"""What a bucket adds up, and may be added to, in any order."""

ROOM_SUMS: Final = (
    "observations",
    "faces",
    "attentive_count",
    "attentive_sum",
    *(f"{look}_sum" for look in LOOKS),
)
"""What a bucket of a room adds up: over its seconds, and over the faces of each."""
