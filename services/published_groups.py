"""The groups that figures have covered, between analytics, which chooses, and the store."""

from collections.abc import Sequence
from uuid import UUID

from analytics.privacy.suppression import ShownGroup
from db.engine.store import Store
from db.teaching import published_groups
from services.errors import UnsettledError


def shown_before(store: Store, lecture_id: UUID) -> list[ShownGroup]:
    """The groups that the lecture's figures have shown, oldest first."""
    return [
        ShownGroup(group.begins, dict(group.members.items()))
        for group in published_groups.shown_groups(store, lecture_id)
    ]


def keep(
    store: Store, lecture_id: UUID, fresh: Sequence[ShownGroup], known: Sequence[ShownGroup]
) -> bool:
    """Keep groups about to be shown, chosen beside the ``known`` ones.

    False where they may not be shown after all: all must be read and chosen anew.
    """
    if not fresh:
        return True
    groups = [published_groups.ShownGroup(group.start, _by_id(group)) for group in fresh]
    return published_groups.remember(store, lecture_id, groups, len(known))


def _by_id(group: ShownGroup) -> dict[UUID, int]:
    members = {name: count for name, count in group.members.items() if isinstance(name, UUID)}
    if len(members) < len(group.members):
        raise UnsettledError("A group must name its members by UUID, but one does not.")
    return members
