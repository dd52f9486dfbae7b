"""An optional second factor of those who have a password here: codes of an authenticator (TOTP).

Source: RFC 6238, by pyotp. A code is taken in its own half minute and one beside it, and once.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import pyotp

from contract.errors import rule_text
from db.engine.unit_of_work import UnitOfWork
from db.people import second_factors
from db.values import User
from services import access
from services.access import SCHOOL, Action, UserActor
from services.accounts import own
from services.acting.access_log import recorded
from services.context import Services
from services.errors import RefusedError

ISSUER: Final = "ClassPulse"
WRONG_CODE: Final = rule_text("This is not the code that your authenticator shows now.")
_STEP_S: Final = 30
_BESIDE: Final = (0, -1, 1)
"""Half minutes that a code may come from: clocks differ, and people type slowly."""


class WrongCodeError(RefusedError):
    """What was given as a code is none now; whoever sent it may be guessing."""


class Sealing(Protocol):
    """Keeps a secret from whoever has the store alone."""

    def seal(self, secret: str) -> str:
        """The secret as it is stored."""

    def unseal(self, sealed: str) -> str | None:
        """What was sealed; None where it was by another key."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator is told: the secret, and the same as an address for a QR code."""

    secret: str
    address: str


def since(services: Services, user: User) -> datetime | None:
    """Since when a user is asked for codes; None: they are not."""
    found = second_factors.find(services.store, user.id)
    return None if found is None else found.since


def begin(services: Services, actor: UserActor, sealing: Sealing) -> Enrolment:
    """Make one up for oneself. It counts once ``confirm`` was shown a code of it.

    Raises RefusedError where there is one already, or the user has no password here.
    """
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    if not own.has_password(services, actor.user.login):
        raise RefusedError("You sign in by the school's provider, which asks for more itself.")
    if since(services, actor.user) is not None:
        raise RefusedError("There is a second factor already; turn it off first.")
    secret = pyotp.random_base32()
    second_factors.begin(services.store, actor.user.id, sealing.seal(secret))
    address = pyotp.TOTP(secret).provisioning_uri(name=actor.user.login, issuer_name=ISSUER)
    return Enrolment(secret, address)


def confirm(services: Services, actor: UserActor, sealing: Sealing, code: str) -> None:
    """Let it count from now on, which a first code proves to work. WrongCodeError otherwise."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    step = _step(services, actor.user, sealing, code)

    def act(unit: UnitOfWork, now: datetime) -> None:
        if step is None or not second_factors.use(unit, actor.user.id, step, confirmed_at=now):
            raise WrongCodeError(WRONG_CODE)

    _do(services, actor, "second_factor_on", act)


def turn_off(services: Services, actor: UserActor, sealing: Sealing, code: str) -> None:
    """Sign in by the password alone again. WrongCodeError without a code of it."""
    access.authorize(actor, Action.MANAGE_OWN_SESSIONS, SCHOOL)
    if not passes(services, actor.user, sealing, code):
        raise WrongCodeError(WRONG_CODE)
    _do(
        services,
        actor,
        "second_factor_off",
        lambda unit, _: second_factors.remove(unit, actor.user.id),
    )


def passes(services: Services, user: User, sealing: Sealing, code: str) -> bool:
    """Whether a code is a user's now and was not used before; it is used by that."""
    step = _step(services, user, sealing, code)
    return step is not None and second_factors.use(services.store, user.id, step)


def _step(services: Services, user: User, sealing: Sealing, code: str) -> int | None:
    """The half minute of a code; None where it is none of this user's now."""
    found = second_factors.find(services.store, user.id)
    secret = None if found is None else sealing.unseal(found.sealed)
    given = "".join(code.split())
    if secret is None or not (given.isascii() and given.isdigit()):
        return None
    now, codes = int(services.clock().timestamp()) // _STEP_S, pyotp.TOTP(secret)
    right = [
        now + beside
        for beside in _BESIDE
        if hmac.compare_digest(codes.generate_otp(now + beside), given)
    ]
    return right[0] if right else None


def _do(services: Services, actor: UserActor, did: str, act: Callable[..., None]) -> None:
    label = f"user:{actor.user.id}"
    recorded(services, actor, Action.MANAGE_OWN_SESSIONS, label, act, did=did)
