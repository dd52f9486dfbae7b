"""What a check-in may be suggested for; who judges, who keeps and who shows it use one word."""

from enum import StrEnum


class FlagKind(StrEnum):
    """What a check-in is suggested for: a look, never a feeling."""

    SAD = "sad"
    DISENGAGED = "disengaged"
