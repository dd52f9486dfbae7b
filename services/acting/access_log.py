"""The access log as use cases write it: an act and its line, in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from db.engine.unit_of_work import UnitOfWork, together
from db.people import audit
from services.access import Actor
from services.context import Services

Result = TypeVar("Result")


def recorded(
    services: Services,
    actor: Actor,
    action: str,
    object: str,  # noqa: A002 - the word of the log
    act: Callable[[UnitOfWork, datetime], Result],
    *,
    subject: UUID | None = None,
    **detail: Any,
) -> Result:
    """Do ``act`` at the present moment and record it, or neither; answers what ``act`` does."""
    now = services.clock()

    def both(unit: UnitOfWork) -> Result:
        result = act(unit, now)
        record(unit, actor, action, object, now, subject=subject, **detail)
        return result

    return together(services.store, both)


def record(
    unit: UnitOfWork,
    actor: Actor,
    action: str,
    object: str,  # noqa: A002 - the word of the log
    at: datetime,
    *,
    subject: UUID | None = None,
    **detail: Any,
) -> None:
    """Add one line. ``subject``: whose data it was; ``detail``: what else tells, but no name."""
    audit.record(
        unit,
        actor=actor.name,
        action=action,
        object=object,
        at=at,
        subject=subject,
        detail=detail,
    )


def looked(
    services: Services,
    actor: Actor,
    action: str,
    object: str,  # noqa: A002 - the word of the log
    *,
    subject: UUID | None = None,
    **detail: Any,
) -> None:
    """Record that somebody looked at what may be looked at: there is nothing to do beside it."""
    recorded(services, actor, action, object, lambda _unit, _now: None, subject=subject, **detail)
