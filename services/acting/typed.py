"""What people type or list: one form for the same words, and within its bounds."""

import unicodedata
from typing import Final

from services.errors import InvalidError

LONGEST: Final = 200
"""Letters that a title, a name or a reason may have."""

_UNSEEN: Final = dict.fromkeys(
    (
        *(0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    )
)
"""What turns the direction of writing or takes no room; the joiners that Hindi and Persian need
are not among them."""


def tidy(given: str) -> str:
    """The one form of the same words: composed (NFC), blanks folded, nothing that has no shape."""
    return " ".join(unicodedata.normalize("NFC", given.translate(_UNSEEN)).split())


def unwritable(tidied: str) -> str | None:
    """The first character that no text may hold (a control, half a pair), as ``U+0000``.

    One store refuses some of them and another keeps them, so neither is given any.
    """
    found = next((one for one in tidied if unicodedata.category(one) in ("Cc", "Cs")), None)
    return None if found is None else f"U+{ord(found):04X}"


def required(given: str, rule: str) -> str:
    """``given`` in its one form.

    Raises InvalidError by ``rule``, which has the fields ``longest`` and ``given``, where nothing
    or more than ``LONGEST`` letters are left, and where a character cannot be kept.
    """
    folded = tidy(given)
    if not 1 <= len(folded) <= LONGEST:
        raise InvalidError(rule, longest=LONGEST, given=len(folded))
    character = unwritable(folded)
    if character is not None:
        raise InvalidError(
            "The character {character} cannot be seen; take it out.", character=character
        )
    return folded
