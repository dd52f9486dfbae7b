"""The first admin of a school: by a link that whoever starts the server is told, once."""

from datetime import timedelta
from typing import Final

from db.engine.secrets import mint
from db.engine.unit_of_work import UnitOfWork, together
from db.people import setup_links, users
from db.values import Role, User
from services.access import Action, OperatorActor
from services.accounts import passwords
from services.acting.access_log import record
from services.acting.typed import required
from services.administration import LOGIN_RULE, NAME_RULE
from services.context import Services

VALID: Final = timedelta(hours=24)
"""How long a link lets somebody in; starting the server anew makes another one."""

_BY_LINK: Final = OperatorActor("set-up link")
"""Whoever holds the link was told it by the machine that holds the store."""


def new_link(services: Services) -> str | None:
    """The secret of a new link; None where the school has an admin already."""
    if not setup_links.needed(services.store):
        return None
    secret, now = mint(), services.clock()
    setup_links.add(services.store, secret, now=now, expires_at=now + VALID)
    return secret


def opens(services: Services, secret: str) -> bool:
    """Whether a link still makes somebody the first admin."""
    return setup_links.opens(services.store, secret, services.clock())


def first_admin(services: Services, secret: str, *, login: str, name: str, password: str) -> User:
    """Make the first admin by a link, which ends it.

    Raises db's TicketError where the link is used or over, or there is an admin, InvalidError for
    a bad login, name or password, db's ConflictError for a taken login.
    """
    login, name = required(login, LOGIN_RULE), required(name, NAME_RULE)
    hashed, now = passwords.hash_new(password, login, name), services.clock()

    def add(unit: UnitOfWork) -> User:
        setup_links.use(unit, secret, now)
        made = users.add_user(
            unit, login=login, name=name, role=Role.ADMIN, password_hash=hashed, now=now
        )
        label = f"user:{made.id}"
        record(unit, _BY_LINK, Action.MANAGE_USERS, label, now, did="add", role=Role.ADMIN)
        return made

    return together(services.store, add)
