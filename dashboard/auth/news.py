"""What somebody who has just signed in does not know yet of their own account.

The cookie carries it from the sign-in to the first page that is shown, where it is told.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import session

from dashboard.http.web import current_services
from db.values import User
from services.accounts import own

_CHANGED: Final = "password_changed"
_DROPPED: Final = "factor_dropped"


@dataclass(frozen=True, slots=True)
class News:
    """When it happened; None: it did not, or they know."""

    password_changed: datetime | None
    factor_dropped: datetime | None


def carry(user: User) -> None:
    """Take along what this user is to be told; to be called in the session that they opened."""
    changed = own.untold_change(current_services(), user)
    if changed is not None:
        session[_CHANGED] = changed.at.isoformat()
    dropped = own.untold_drop(current_services(), user)
    if dropped is not None:
        session[_DROPPED] = dropped.isoformat()


def news() -> News:
    """What this session has carried; it is told once."""
    return News(*(_moment(session.pop(name, None)) for name in (_CHANGED, _DROPPED)))


def _moment(told: object) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) else None
