"""A lecture by its join code, on whichever way it is asked for: wrong ones are counted once."""

from collections.abc import Callable
from typing import TypeVar

from dashboard.api.limits import current_limits
from dashboard.auth import known_devices
from db.values import Lecture
from services import joining
from services.context import Services
from services.joining import UnknownCodeError

Answer = TypeVar("Answer")


def guessed(ask: Callable[[], Answer]) -> Answer:
    """What ``ask`` answers to a code, which may be a guess: it is short enough to be one.

    Raises UnknownCodeError as ``ask`` does, TooManyRequestsError where too many were wrong.
    """
    guesses, who = current_limits().guesses, known_devices.visitor()
    guesses.check(who)
    try:
        return ask()
    except UnknownCodeError:
        guesses.wrong(who)
        raise


def lecture_of(services: Services, code: str) -> Lecture:
    """The lecture of a code. Errors as ``guessed``."""
    return guessed(lambda: joining.by_code(services, code))
