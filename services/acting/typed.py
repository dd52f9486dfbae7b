"""What people type or list: one form for the same words, and within its bounds."""

import re
import unicodedata
from typing import Final

from services.errors import InvalidError

LONGEST: Final = 200
"""Letters that a title, a name or a reason may have."""

_JOINERS: Final = "\u200c\u200d"
"""What joins or parts letters in the scripts of India and in Arabic, and emoji; nothing else."""
_JOINED: Final = frozenset({"Lo", "Mn", "Mc", "So", "Sk"})
"""Kinds of what stands before a joiner: letters of scripts without capitals, their marks, emoji."""
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that have no shape, whatever their category says."""


def _seen(letter: str, before: str) -> bool:
    """Whether a letter that comes after ``before`` can be seen, or changes what can.

    What only turns the direction of writing makes one name look like another's; so does what
    takes no room.
    """
    if letter in _JOINERS:
        return before > "\u0600" and unicodedata.category(before) in _JOINED
    variation = "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"
    return not variation and letter not in _BLANK and unicodedata.category(letter) != "Cf"


def tidy(given: str) -> str:
    """The one form of the same words: composed (NFC), blanks folded, nothing that has no shape."""
    if not given.isascii():
        kept = ""
        for letter in unicodedata.normalize("NFC", given):
            kept += letter if _seen(letter, kept[-1:]) else ""
        # A joiner joins nothing to a blank, or to the end.
        given = _LOOSE.sub("", unicodedata.normalize("NFC", kept))
    return " ".join(given.split())


_LOOSE: Final = re.compile(rf"[{_JOINERS}]+(?=\s|$)")


def unwritable(tidied: str) -> str | None:
    """The first character that no text may hold (a control, half a pair), as ``U+0000``.

    One store refuses some of them and another keeps them, so neither is given any.
    """
    found = next((one for one in tidied if _is_unwritable(one)), None)
    return None if found is None else f"U+{ord(found):04X}"


def _is_unwritable(letter: str) -> bool:
    no_character = ord(letter) & 0xFFFE == 0xFFFE or "\ufdd0" <= letter <= "\ufdef"
    return no_character or unicodedata.category(letter) in ("Cc", "Cs")


def written(given: str) -> str:
    """``given`` in its one form, which may be nothing.

    Raises InvalidError where a character cannot be kept.
    """
    tidied = tidy(given)
    character = unwritable(tidied)
    if character is not None:
        raise InvalidError(
            "The character {character} cannot be seen; take it out.", character=character
        )
    return tidied


def told(given: str, longest: int = LONGEST) -> str:
    """What somebody else vouches for, in its one form: what cannot be kept is left out."""
    return tidy("".join(one for one in given if not _is_unwritable(one)))[:longest].rstrip()


def required(given: str, rule: str) -> str:
    """``given`` in its one form.

    Raises InvalidError by ``rule``, which has the fields ``longest`` and ``given``, where nothing
    or more than ``LONGEST`` letters are left, and where a character cannot be kept.
    """
    folded = written(given)
    if not 1 <= len(folded) <= LONGEST:
        raise InvalidError(rule, longest=LONGEST, given=len(folded))
    return folded
