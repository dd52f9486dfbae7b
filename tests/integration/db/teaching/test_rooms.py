"""A room is open only while everybody agrees, and leaves sums alone; on both kinds of store."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from contract.ids import uuid7
from contract.looks import LOOKS
from contract.observations import RoomFace, RoomObservation
from contract.policy import Choices
from db.engine.secrets import mint
from db.errors import ConflictError, NotFoundError, WithdrawnError
from db.measurements import retention, room_figures
from db.people import audit, consents
from db.schema.tables import metadata, room_buckets
from db.teaching import lectures, rooms
from db.values import Participant
from tests.builders.lecture import Sitting

YES = Choices(class_mood=True, room=True)


def join(classroom: Sitting, choices: Choices = YES) -> Participant:
    return classroom.join(choices=choices)


def full(classroom: Sitting) -> list[Participant]:
    return [join(classroom) for _ in range(5)]


def allow(classroom: Sitting, secret: str = "") -> rooms.Room:
    return rooms.allow(
        classroom.store,
        classroom.lecture.id,
        secret or mint(),
        user_id=classroom.teacher.id,
        now=classroom.now,
    )


def second(classroom: Sitting, at: float, faces: int = 6, look: int = 3) -> RoomObservation:
    moment = classroom.at(at)
    face = RoomFace(
        probabilities=tuple(0.7 if i == look else 0.05 for i in range(7)),  # type: ignore[arg-type]
        attentive=0.5,
    )
    return RoomObservation(
        id=uuid7(moment), captured_at=moment, frames=2, faces=(face,) * faces, model="net@1"
    )


def reason(classroom: Sitting) -> str | None:
    last = rooms.last_room(classroom.store, classroom.lecture.id)
    assert last is not None
    return last.reason


def test_one_who_did_not_choose_it_keeps_the_room_shut(classroom: Sitting) -> None:
    full(classroom)
    join(classroom, Choices(class_mood=True, flags=True))
    with pytest.raises(ConflictError, match="1 of 6 did not"):
        allow(classroom)


def test_four_are_too_few(classroom: Sitting) -> None:
    for _ in range(4):
        join(classroom)
    with pytest.raises(ConflictError, match="there are 4"):
        allow(classroom)


def test_a_lecture_that_is_over_or_unknown_has_no_room(classroom: Sitting) -> None:
    full(classroom)
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(9))
    with pytest.raises(ConflictError, match="ended"):
        allow(classroom)
    with pytest.raises(NotFoundError):
        rooms.allow(classroom.store, uuid4(), mint(), user_id=None, now=classroom.now)


def test_each_second_is_counted_once_and_no_face_is_kept(classroom: Sitting) -> None:
    full(classroom)
    room = allow(classroom)
    batch = [second(classroom, at, faces=5 + at % 2) for at in range(20)]

    assert (
        room_figures.ingest_room(classroom.store, room.id, batch, classroom.at(20)) == [True] * 20
    )
    again = [*batch[:3], second(classroom, 3.5)]
    assert room_figures.ingest_room(classroom.store, room.id, again, classroom.at(21)) == [
        False, False, False, True,
    ]  # fmt: skip

    columns = room_figures.room_columns(classroom.store, classroom.lecture.id)
    assert columns["observations"].tolist() == [11, 10]
    assert columns["faces"].tolist() == [61, 55]
    assert columns["attentive_sum"].tolist() == [61 * 5000, 55 * 5000]
    happy = LOOKS.index("happy")
    assert columns["probability_sums"][:, happy].tolist() == [61 * 7000, 55 * 7000]
    names = {column.name for column in metadata.tables["room_observations"].columns}
    assert names == {"lecture_id", "id", "captured_at", "received_at", "faces"}


def test_a_withdrawal_ends_it_and_a_new_agreement_does_not_bring_it_back(
    classroom: Sitting,
) -> None:
    people = full(classroom)
    room = allow(classroom)
    consents.withdraw(classroom.store, people[2].id, classroom.at(5))

    with pytest.raises(WithdrawnError, match="withdrawn"):
        room_figures.ingest_room(classroom.store, room.id, [second(classroom, 4)], classroom.at(6))
    join(classroom)
    with pytest.raises(WithdrawnError):
        room_figures.ingest_room(classroom.store, room.id, [second(classroom, 4)], classroom.at(6))
    assert not len(room_figures.room_columns(classroom.store, classroom.lecture.id)["bucket"])
    with pytest.raises(ConflictError, match="1 of 6"):
        allow(classroom)


@pytest.mark.parametrize("how", ["joins", "changes", "is erased"])
def test_whoever_does_not_agree_ends_it(classroom: Sitting, how: str) -> None:
    people = full(classroom)
    allow(classroom)
    match how:
        case "joins":
            join(classroom, Choices(class_mood=True))
        case "changes":
            consents.change_choices(
                classroom.store,
                people[0].id,
                Choices(class_mood=True),
                notice_version="v1",
                now=classroom.at(3),
            )
        case _:
            retention.erase_participant(
                classroom.store, people[0].id, now=classroom.at(3), actor="operator"
            )
    assert reason(classroom) in ("not agreed", "erased")
    records = [it for it in audit.records(classroom.store) if it.action == "stop_room"]
    assert [it.actor for it in records] == ["system"]


def test_the_teacher_ends_it_and_a_new_link_takes_the_place_of_the_old(
    classroom: Sitting,
) -> None:
    full(classroom)
    first, later = mint(), mint()
    allow(classroom, first)
    allow(classroom, later)
    found = [rooms.by_secret(classroom.store, it) for it in (first, later)]
    assert [it is not None and it.room.open for it in found] == [False, True]
    assert found[1] is not None
    assert found[1].course == classroom.course

    assert rooms.stop(classroom.store, classroom.lecture.id, classroom.at(9))
    assert not rooms.stop(classroom.store, classroom.lecture.id, classroom.at(9))
    assert reason(classroom) == rooms.STOPPED
    assert rooms.by_secret(classroom.store, "guessed") is None


def test_a_room_that_the_teacher_ended_takes_nothing(classroom: Sitting) -> None:
    """Although everybody still agrees to be seen."""
    full(classroom)
    room = allow(classroom)
    rooms.stop(classroom.store, classroom.lecture.id, classroom.at(1))
    with pytest.raises(WithdrawnError, match=rooms.STOPPED):
        room_figures.ingest_room(classroom.store, room.id, [second(classroom, 2)], classroom.at(3))
    assert not len(room_figures.room_columns(classroom.store, classroom.lecture.id)["bucket"])


def test_an_unknown_room_takes_nothing(classroom: Sitting) -> None:
    nothing: Sequence[RoomObservation] = []
    assert room_figures.ingest_room(classroom.store, UUID(int=1), nothing, classroom.now) == []
    with pytest.raises(NotFoundError):
        room_figures.ingest_room(classroom.store, uuid4(), [second(classroom, 1)], classroom.now)


def test_the_retention_timer_takes_rooms_with_it(classroom: Sitting) -> None:
    full(classroom)
    room = allow(classroom)
    room_figures.ingest_room(classroom.store, room.id, [second(classroom, 1)], classroom.at(2))
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(9))
    retention.prune(classroom.store, classroom.at(99), now=classroom.at(99), actor="timer")
    with classroom.store.read() as connection:
        assert connection.execute(select(room_buckets)).all() == []
    assert rooms.last_room(classroom.store, classroom.lecture.id) is None
