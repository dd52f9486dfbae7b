"""Passwords: argon2id hashes, checked in the same time whether or not the login exists."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contract.errors import rule_text
from services.accounts.password_rule import LONGEST, require_hard_to_guess
from services.errors import BusyError

AT_ONCE: Final = 2
"""Passwords checked at a time; as many more may wait, so that others' requests find a worker."""
PATIENCE_S: Final = 5.0
_BUSY: Final = rule_text("Many are signing in at this moment: try again in a second.")
_checking = threading.BoundedSemaphore(AT_ONCE)
_places = threading.BoundedSemaphore(2 * AT_ONCE)


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
    """Whether ``password`` is the one behind ``stored``; None is nobody's, and takes as long.

    Raises BusyError where too many are being checked: each takes a processor and its memory.
    """
    try:
        with _turn():
            _hasher().verify(_decoy() if stored is None else stored, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher().check_needs_rehash(stored)


@contextmanager
def _turn() -> Iterator[None]:
    """One of the few places in which a password is checked, or a short wait for one."""
    if not _places.acquire(blocking=False):
        raise BusyError(_BUSY)
    try:
        if not _checking.acquire(timeout=PATIENCE_S):
            raise BusyError(_BUSY)
        try:
            yield
        finally:
            _checking.release()
    finally:
        _places.release()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _decoy() -> str:
    return _hasher().hash("nobody's password")
