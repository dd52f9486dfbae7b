"""What each student counts as where a small group is asked whether it is large enough."""

from collections.abc import Collection, Hashable, Iterable
from uuid import UUID

from analytics.privacy.blocks import Counting
from db.values import Participant


def counting(
    participants: Iterable[Participant], shown: Collection[UUID]
) -> dict[Hashable, Counting]:
    """What each of a lecture's participants counts as in a small group, whoever is left of them.

    People are counted, not participants: whom no roster knows may be several of one person, and
    whose row is ``shown`` now, or was at any time, is hidden no more.
    """
    return {one.id: _counting(one, one.id in shown) for one in participants}


def _counting(participant: Participant, shown: bool) -> Counting:
    if shown:
        return Counting.NOBODY
    return Counting.PERSON if participant.verified else Counting.UNVERIFIED
