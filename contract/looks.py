"""The seven looks, in FER2013 order, which is their order everywhere."""

from enum import StrEnum
from typing import Final


class Look(StrEnum):
    """What a face looks like; never what a person feels."""

    ANGRY = "angry"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPY = "happy"
    SAD = "sad"
    SURPRISE = "surprise"
    NEUTRAL = "neutral"


LOOKS: Final[tuple[Look, ...]] = tuple(Look)
"""Index *i* of every probability vector belongs to ``LOOKS[i]``."""

SAD: Final[int] = LOOKS.index(Look.SAD)

BUCKET_SECONDS: Final[int] = 10
"""Length of the time buckets, aligned to the epoch, that store and analytics count in."""
