"""What people type into a field: blanks folded, and within its bounds."""

from typing import Final

from services.errors import InvalidError

LONGEST: Final = 200
"""Letters that a title, a name or a reason may have."""


def required(given: str, rule: str) -> str:
    """``given`` with its blanks folded.

    Raises InvalidError by ``rule``, which has the fields ``longest`` and ``given``, where nothing
    or more than ``LONGEST`` letters are left.
    """
    folded = " ".join(given.split())
    if not 1 <= len(folded) <= LONGEST:
        raise InvalidError(rule, longest=LONGEST, given=len(folded))
    return folded
