"""The small groups whose figures were shown: kept, so that no later figure betrays one of them."""

import secrets
from collections.abc import Hashable, Sequence
from itertools import groupby
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, insert, select, update

from contract.published_groups import PublishedGroup
from db.engine.store import Store
from db.errors import NotFoundError
from db.schema.tables import lectures, participants, shown_members


def groups_of(store: Store, lecture_id: UUID) -> list[PublishedGroup]:
    """The groups that figures of a lecture have shown, in that order."""
    query = (
        select(shown_members)
        .where(shown_members.c.lecture_id == lecture_id)
        .order_by(shown_members.c.number)
    )
    with store.read() as connection:
        rows = connection.execute(query).all()
    return [
        PublishedGroup(begins, {row.participant_id: row.observations for row in members})
        for (_, begins), members in groupby(rows, key=lambda row: (row.number, row.begins))
    ]


def keep(store: Store, lecture_id: UUID, groups: Sequence[PublishedGroup], known: int) -> bool:
    """Keep ``groups``, chosen beside the ``known`` first ones of that lecture.

    False, and nothing kept, where another process has shown a group meanwhile or a member was
    erased: the choice must then be made anew. Nothing may be shown before this has answered True.
    """
    if not groups:
        return True
    members = sorted({_participant(member) for group in groups for member in group.members})
    # Locked: an erasure then comes wholly before, and is seen, or after, and sees these rows.
    lecture = select(lectures.c.id).where(lectures.c.id == lecture_id).with_for_update()
    present = (
        select(participants.c.id)
        .where(participants.c.lecture_id == lecture_id, participants.c.id.in_(members))
        .order_by(participants.c.id)
        .with_for_update(key_share=True, read=True)
    )
    newest = select(func.max(shown_members.c.number)).where(
        shown_members.c.lecture_id == lecture_id
    )

    def work(connection: Connection) -> bool:
        if connection.execute(lecture).first() is None:
            return False
        last = connection.execute(newest).scalar()
        if (0 if last is None else last + 1) != known:
            return False
        if len(connection.execute(present).all()) != len(members):
            return False
        rows = [
            {
                "lecture_id": lecture_id,
                "number": number,
                "participant_id": member,
                "begins": group.begins,
                "observations": observations,
            }
            for number, group in enumerate(groups, known)
            for member, observations in group.members.items()
        ]
        if rows:
            connection.execute(insert(shown_members), rows)
        return True

    return store.write(work)


def secret_of(store: Store, lecture_id: UUID) -> int:
    """The lecture's secret, by which its unverified students are hidden; drawn once, when asked.

    Raises NotFoundError where there is no such lecture.
    """
    known = select(lectures.c.secret).where(lectures.c.id == lecture_id)
    with store.read() as connection:
        found = connection.execute(known).scalar()
    return (
        store.write(lambda connection: _drawn(connection, lecture_id)) if found is None else found
    )


def _drawn(connection: Connection, lecture_id: UUID) -> int:
    # Another process may have been faster: whichever was first holds.
    unset = lectures.c.secret.is_(None)
    fresh = secrets.randbits(62)
    connection.execute(
        update(lectures).where(lectures.c.id == lecture_id, unset).values(secret=fresh)
    )
    found = connection.execute(
        select(lectures.c.secret).where(lectures.c.id == lecture_id)
    ).scalar()
    if found is None:
        raise NotFoundError("There is no lecture {given}.", given=lecture_id)
    return int(found)


def _participant(member: Hashable) -> UUID:
    if not isinstance(member, UUID):
        raise TypeError(f"A group must name its members by UUID, but names {member!r}.")
    return member


def forget_in(connection: Connection, ids: Sequence[UUID]) -> None:
    """Put a random id in the place of each participant, so that the groups keep their size."""
    for participant_id in ids:
        connection.execute(
            update(shown_members)
            .where(shown_members.c.participant_id == participant_id)
            .values(participant_id=uuid4(), observations=0)
        )
