"""The two truths a face is judged by: what ten people see in it, and the label that one gave it.

A look is what people see (FER+, ten raters a face); FER2013's label is one rater's, and agrees with
most of the ten on 62 to 65 % of faces. What is used answers the first, what is compared with the
write-ups the second.
"""

from enum import StrEnum


class Truth(StrEnum):
    """By what an answer is right or wrong."""

    CROWD = "crowd"
    """The look that most FER+ raters chose, or the shares of their votes."""
    LABEL = "label"
    """FER2013's label."""
