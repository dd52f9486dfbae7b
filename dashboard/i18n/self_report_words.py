"""The words of the one-tap question, for who is asked and for who reads the answers."""

from typing import Final

from contract.exchange import PulseMood
from dashboard.i18n import Said, mark

SELF_REPORT: Final = Said(
    {
        # For translators: a student's answer to "How is it going?".
        PulseMood.GOOD: mark("Going well"),
        PulseMood.OKAY: mark("Okay"),
        PulseMood.LOST: mark("I am lost"),
        PulseMood.BORED: mark("Bored"),
        PulseMood.LOW: mark("Feeling low"),
    }
)

SELF_REPORT_OF_SOME: Final = Said(
    {
        # For translators: in a list of how many students said it, after "Students say".
        PulseMood.GOOD: mark("Going well"),
        PulseMood.OKAY: mark("Okay"),
        PulseMood.LOST: mark("Lost"),
        PulseMood.BORED: mark("Bored"),
        PulseMood.LOW: mark("Low"),
    }
)

SIGN: Final = {
    PulseMood.GOOD: "▲",
    PulseMood.OKAY: "●",
    PulseMood.LOST: "?",
    PulseMood.BORED: "▬",
    PulseMood.LOW: "▼",
}
"""A shape beside each word, told apart without colour."""
