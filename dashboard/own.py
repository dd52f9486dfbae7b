"""What students do with their own data: take the agreement back, delete; judged and recorded."""

from uuid import UUID

from dashboard import access, lookup
from dashboard.access import Action, Actor
from dashboard.services import Services
from db import audit, consents, retention
from db.values import Participant, Removal


def withdraw(services: Services, actor: Actor, participant_id: UUID) -> Participant:
    """Take the agreement back: nothing more is accepted. Doing it again changes nothing."""
    target = lookup.participant_target(services, participant_id)
    access.authorize(actor, Action.WITHDRAW, target)
    before = consents.participant(services.store, participant_id)
    now = services.clock()
    after = consents.withdraw(services.store, participant_id, now)
    if before is not None and before.withdrawn_at is None:
        audit.record(
            services.store,
            actor=actor.name,
            action=Action.WITHDRAW,
            object=f"lecture:{target.lecture_id}",
            at=now,
            subject=participant_id,
        )
    return after


def erase(services: Services, actor: Actor, participant_id: UUID) -> Removal:
    """Delete all that was measured of oneself in one lecture; the agreement stays."""
    access.authorize(actor, Action.ERASE_OWN, lookup.participant_target(services, participant_id))
    return retention.delete_observations(
        services.store, participant_id, now=services.clock(), actor=actor.name
    )
