"""Passwords: argon2id hashes, checked in the same time whether or not the login exists."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.accounts.password_rule import LONGEST, require_hard_to_guess


def hash_new(password: str, *names: str) -> str:
    """What is stored of a new password of whoever has these ``names``.

    Raises InvalidError where it is easy to guess.
    """
    require_hard_to_guess(password, *names)
    return hash_password(password)


def hash_password(password: str) -> str:
    """What is stored of a password, whatever rule it was made by."""
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
