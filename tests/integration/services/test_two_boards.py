"""Two boards on one store, whose clocks are two seconds apart: no check-in is lost or doubled."""

from datetime import datetime
from uuid import UUID

import pytest

from contract.looks import Look
from db.engine.store import Store
from db.teaching import flags, lectures
from db.values import FlagOutcome, FlagRow
from models.cards import Card
from services.live.board import LiveBoard
from tests.builders.card import sharp_card
from tests.builders.clock import START
from tests.builders.lecture import Sitting
from tests.builders.school import settle

CALM, WELL, END = 360, 800, 1000
APART = 2


@pytest.fixture(scope="module")
def card() -> Card:
    return sharp_card()


def taught(store: Store) -> Sitting:
    """Ana turns sad for good, Ben for seven minutes."""
    sitting = Sitting.begin(store)
    # Not what the budget holds back is asked about here.
    settle(store, check_ins_per_hour=12)
    ana, ben = sitting.admitted("Ana"), sitting.admitted("Ben", ask_first=True)
    for one in (ana, ben):
        sitting.send(one, Look.NEUTRAL, range(CALM))
        sitting.send(one, Look.SAD, range(CALM, WELL))
    sitting.send(ana, Look.SAD, range(WELL, END + 20))
    sitting.send(ben, Look.HAPPY, range(WELL, END + 20))
    return sitting


def log_of(sitting: Sitting) -> list[tuple[int, datetime, bool, int | None]]:
    """Who was raised when, and in which bucket cleared: a second more or less is a board's own."""
    people: dict[UUID, int] = {}
    return [
        (
            people.setdefault(one.participant_id, len(people)),
            one.raised_at,
            one.asked_at is None,
            None if one.cleared_at is None else int(one.cleared_at.timestamp()) // 10,
        )
        for one in flags.flags_of(sitting.store, sitting.lecture.id)
    ]


def test_the_log_of_two_is_the_log_of_one(store: Store, card: Card) -> None:
    def board() -> LiveBoard:
        return LiveBoard(store, card, clock=lambda: START)

    alone, one = taught(store), board()
    one.tick(alone.at(WELL - 9))
    raised = {round((at - START).total_seconds()) for _, at, *_ in log_of(alone)}
    over = range(WELL, END, 10)
    for edge in over:
        one.tick(alone.at(edge + 1))
    expected = log_of(alone)
    assert [cleared is None for *_, cleared in expected] == [True, False]
    lectures.end(store, alone.lecture.id, alone.at(END))

    shared, ahead, behind = taught(store), board(), board()
    for edge in [at + later for at in sorted(raised) for later in (0, 10)] + [*over]:
        # Around each edge the one that is ahead knows a bucket more than the other.
        ahead.tick(shared.at(edge + 1))
        behind.tick(shared.at(edge + 1 - APART))
    assert log_of(shared) == expected


def cleared_by_mistake(store: Store, card: Card) -> tuple[Sitting, LiveBoard, FlagRow]:
    sitting, board = taught(store), LiveBoard(store, card, clock=lambda: START)
    board.tick(sitting.at(WELL - 9))
    flag = next(one for one in flags.flags_of(store, sitting.lecture.id) if one.asked_at is None)
    return sitting, board, flags.clear(store, flag.id, sitting.at(WELL - 5))


def test_what_was_cleared_by_mistake_rises_again(store: Store, card: Card) -> None:
    sitting, board, flag = cleared_by_mistake(store, card)
    board.tick(sitting.at(WELL - 6))
    assert flags.flag(store, flag.id) == flag, "who looked before it was cleared leaves it"
    board.tick(sitting.at(WELL + 1))
    again = flags.flag(store, flag.id)
    assert again is not None
    assert (again.cleared_at, again.raised_again_at) == (None, sitting.at(WELL + 1))
    # Who looked before that does not clear it, and who looks later may.
    assert flags.clear(store, flag.id, sitting.at(WELL)) == again
    assert flags.clear(store, flag.id, sitting.at(WELL + 2)).cleared_at == sitting.at(WELL + 2)


def test_what_the_teacher_answered_stays_closed(store: Store, card: Card) -> None:
    sitting, board, flag = cleared_by_mistake(store, card)
    flags.decide(
        store, flag.id, FlagOutcome.CHECKED_IN, at=sitting.at(WELL - 5), user_id=sitting.teacher.id
    )
    board.tick(sitting.at(WELL + 1))
    answered = flags.flag(store, flag.id)
    assert answered is not None
    assert answered.cleared_at == flag.cleared_at
