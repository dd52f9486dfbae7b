"""What a new password must be: long, and none that is guessed first.

Length and a list of common ones are what NIST SP 800-63B (3.1.1.2) asks for; it asks for no mixture
of kinds of letters, so nor do we.
"""

import itertools
import re
from functools import cache
from importlib.resources import files
from typing import Final

from services.errors import InvalidError

SHORTEST: Final = 12
LONGEST: Final = 1024
FEWEST: Final = 5
"""Different letters: with fewer it is a pattern, whatever its length."""
_NAMES_FROM: Final = 4
"""Letters of a name that is looked for; shorter ones stand inside many a word."""

_AROUND: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
"""What is no letter, before the first one and after the last."""


def require_hard_to_guess(password: str, *names: str) -> None:
    """Raise InvalidError where a password is too short or too long, common, or holds one of its
    owner's ``names``.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidError(
            "A password must have {shortest} to {longest} letters, but this has {password}.",
            shortest=SHORTEST,
            longest=LONGEST,
            password=len(password),
        )
    plain = password.casefold()
    if len(set(plain)) < FEWEST:
        raise InvalidError(
            "A password must have at least {fewest} different letters.", fewest=FEWEST
        )
    if _is_common(plain):
        raise InvalidError(
            "A password must be none that many people use: take some words of yours."
        )
    parts = {part for name in names for part in (name, *name.split())}
    if any(len(part) >= _NAMES_FROM and part.casefold() in plain for part in parts):
        raise InvalidError("A password must not hold the login or the name that it is for.")


def _is_common(plain: str) -> bool:
    """Whether it is on the list, or only dressed up: repeated, counted on, or digits around it."""
    word = _AROUND.sub("", plain)
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(plain)}
    return not word or len(steps) == 1 or bool({plain, _unit(plain), word, _unit(word)} & _common())


def _unit(word: str) -> str:
    """What ``word`` is a repetition of; itself where it is none."""
    return word[: (word + word).find(word, 1)]


@cache
def _common() -> frozenset[str]:
    listed = files("services.accounts").joinpath("common_passwords.txt")
    return frozenset(listed.read_text("utf-8").split())
