"""The seven looks, in FER2013 order, which is their order everywhere."""

from enum import StrEnum
from typing import Final


class Emotion(StrEnum):
    """What a face looks like; never what a person feels."""

    ANGRY = "angry"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPY = "happy"
    SAD = "sad"
    SURPRISE = "surprise"
    NEUTRAL = "neutral"


EMOTIONS: Final[tuple[Emotion, ...]] = tuple(Emotion)
"""Index *i* of every probability vector belongs to ``EMOTIONS[i]``."""

SAD: Final[int] = EMOTIONS.index(Emotion.SAD)

BUCKET_SECONDS: Final[int] = 10
"""Length of the time buckets, aligned to the epoch, that store and analytics count in."""
