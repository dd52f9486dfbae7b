"""Passwords: argon2id hashes, checked in the same time whether or not the login exists."""

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.errors import InvalidError

SHORTEST: Final = 8
LONGEST: Final = 1024


def hash_password(password: str) -> str:
    """What is stored of a password. Raises InvalidError under 8 or over 1024 letters."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidError(
            "A password must have {shortest} to {longest} letters, but this has {password}.",
            shortest=SHORTEST,
            longest=LONGEST,
            password=len(password),
        )
    return _hasher().hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one behind ``stored``; None is nobody's, and takes as long."""
    try:
        _hasher().verify(_decoy() if stored is None else stored, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher().check_needs_rehash(stored)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _decoy() -> str:
    return _hasher().hash("nobody's password")
