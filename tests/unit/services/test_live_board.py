"""The live board: what a tick makes of a store, and what each browser is told."""

import threading
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest

from analytics.buckets import Buckets
from analytics.flags import asking
from analytics.flags.check_ins import evaluate, rule_for
from contract import LOOKS, Look, Policy
from contract.flags import FlagKind
from dashboard.i18n.flag_words import reason_of
from db.engine.store import Store
from db.measurements import queries, retention
from db.people import consents
from db.teaching import flags, lectures
from db.values import FlagOutcome, FlagRow
from services.figures.flag_log import open_question
from services.live.board import LiveBoard
from services.live.compose import confusion_of
from services.live.values import Hidden
from tests.builders.card import sharp_card
from tests.builders.clock import START
from tests.builders.lecture import Sitting
from tests.builders.school import settle

HAPPY = LOOKS.index(Look.HAPPY)
CALM = 360
"""Seconds in which somebody's own ordinary look is seen, before it changes."""
SIX = ("Ana", "Ben", "Chloé", "Dev", "Emeka", "Freya")


@pytest.fixture(scope="module")
def card():
    return sharp_card()


@pytest.fixture
def board(sqlite_store: Store, card) -> LiveBoard:
    # Five minutes to the first check-in, not twenty.
    settle(sqlite_store, check_ins_per_hour=12)
    return LiveBoard(sqlite_store, card, clock=lambda: START)


def at(seconds: int):
    return START + timedelta(seconds=seconds)


def test_an_empty_lecture_has_a_snapshot_that_claims_nothing(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    board.tick(at(3))
    snapshot = board.snapshot(sitting.lecture.id)
    assert snapshot.mood is None
    assert snapshot.hidden is None
    assert snapshot.attentive is None
    assert snapshot.newest is None
    assert (snapshot.reporting, snapshot.expected) == (0, 0)


def test_unknown_and_ended_lectures_have_none(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    board.tick(at(3))
    lectures.end(sqlite_store, sitting.lecture.id, at(4))
    board.tick(at(5))
    assert board.snapshot(sitting.lecture.id) is None
    assert board.snapshot(uuid4()) is None
    assert board.timeline_since(uuid4(), "0.3.0").points == ()


def test_the_snapshot_says_who_looks_how(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    people = [sitting.admitted(name) for name in SIX]
    sitting.join(ticket=sitting.ticket(name="Zoe"))
    for person in people[:4]:
        sitting.send(person, Look.HAPPY, range(120), attentive=0.8)
    for person in people[4:]:
        sitting.send(person, Look.NEUTRAL, range(120), attentive=0.5)
    board.tick(at(121))
    snapshot = board.snapshot(sitting.lecture.id)
    assert snapshot.mood.top is Look.HAPPY
    assert snapshot.mood.share(Look.HAPPY) == pytest.approx(2 / 3, abs=0.1)
    low, high = snapshot.mood.interval(Look.HAPPY)
    assert low <= snapshot.mood.share(Look.HAPPY) <= high
    assert snapshot.attentive == pytest.approx((4 * 0.8 + 2 * 0.5) / 6)
    assert (snapshot.reporting, snapshot.expected) == (6, 6)
    assert [tile.name for tile in snapshot.tiles] == sorted(SIX)
    assert [someone.name for someone in snapshot.waiting] == ["Zoe"]
    assert snapshot.age_s == pytest.approx(1.0)


def test_a_browser_is_told_only_what_is_new(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    person = sitting.admitted("Ana")
    sitting.send(person, Look.HAPPY, range(100))
    board.tick(at(100))
    first = board.timeline_since(sitting.lecture.id, None)
    assert first.reset
    assert [point.at for point in first.points] == [
        int(START.timestamp()) + 10 * step for step in range(1, 10)
    ]
    assert first.points[-1].shares[HAPPY] > 0.9
    sitting.send(person, Look.HAPPY, range(100, 120))
    lectures.add_marker(sqlite_store, sitting.lecture.id, at=at(105), label="Quiz", user_id=None)
    board.tick(at(126))
    second = board.timeline_since(sitting.lecture.id, first.cursor)
    assert not second.reset
    assert len(second.points) == 3
    assert [marker.label for marker in second.markers] == ["Quiz"]
    third = board.timeline_since(sitting.lecture.id, second.cursor)
    assert (third.points, third.markers, third.reset) == ((), (), False)


@pytest.mark.parametrize("cursor", ["", "x", "9.1.0", "0.99.0"])
def test_a_cursor_nobody_gave_out_starts_anew(board, sqlite_store, cursor) -> None:
    sitting = Sitting.begin(sqlite_store)
    board.tick(at(30))
    increment = board.timeline_since(sitting.lecture.id, cursor)
    assert increment.reset
    assert len(increment.points) == 2


def test_late_data_redraws_what_it_falls_into(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana, ben = sitting.admitted("Ana"), sitting.admitted("Ben")
    sitting.send(ana, Look.HAPPY, range(200))
    board.tick(at(200))
    before = board.timeline_since(sitting.lecture.id, None)
    sitting.send(ben, Look.SAD, range(100, 130))
    board.tick(at(202))
    after = board.timeline_since(sitting.lecture.id, before.cursor)
    assert after.reset
    changed = [
        (new.at - int(START.timestamp())) // 10
        for old, new in zip(before.points, after.points, strict=True)
        if old != new
    ]
    assert changed == list(range(11, 19))


def test_a_flag_is_logged_once_and_cleared_by_the_answer(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana, ben = sitting.admitted("Ana"), sitting.admitted("Ben")
    sitting.send(ana, Look.NEUTRAL, range(CALM))
    sitting.send(ana, Look.SAD, range(CALM, 900))
    sitting.send(ben, Look.NEUTRAL, range(900))
    board.tick(at(901))
    board.tick(at(903))
    board.tick(at(913))
    (flag,) = flags.flags_of(sqlite_store, sitting.lecture.id)
    (shown,) = board.snapshot(sitting.lecture.id).flags
    assert (shown.id, shown.name, shown.kind) == (flag.id, "Ana", "sad")
    assert shown.evidence is not None
    assert shown.evidence.share == flag.evidence["share"]
    assert flag.reason == "recent"
    assert reason_of(flag).startswith("Looked sad")
    assert flag.evidence["share"] > 0.9
    flags.decide(
        sqlite_store, flag.id, FlagOutcome.DISMISSED, at=at(914), user_id=None, note="wrong"
    )
    board.tick(at(915))
    assert board.snapshot(sitting.lecture.id).flags == ()
    sitting.send(ana, Look.SAD, range(900, 1000))
    board.tick(at(1001))
    (only,) = flags.flags_of(sqlite_store, sitting.lecture.id)
    assert only.cleared_at is not None
    assert not any(tile.check_in for tile in board.snapshot(sitting.lecture.id).tiles)


def test_a_check_in_rests_while_nothing_is_seen_and_is_back_when_something_is(
    board, sqlite_store
) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana, ben = sitting.admitted("Ana"), sitting.admitted("Ben")
    sitting.send(ana, Look.NEUTRAL, range(CALM))
    sitting.send(ana, Look.SAD, range(CALM, 900))
    sitting.send(ben, Look.NEUTRAL, range(1000))
    board.tick(at(901))
    assert [flag.name for flag in board.snapshot(sitting.lecture.id).flags] == ["Ana"]
    board.tick(at(945))
    silent = board.snapshot(sitting.lecture.id)
    assert (silent.flags, silent.resting) == ((), 1)
    tiles = {tile.name: tile for tile in silent.tiles}
    assert (tiles["Ana"].state, tiles["Ana"].since) == ("no_data", at(900))
    assert not tiles["Ana"].check_in
    assert tiles["Ben"].since is None
    sitting.send(ana, Look.SAD, range(945, 1000))
    board.tick(at(1001))
    back = board.snapshot(sitting.lecture.id)
    assert ([flag.name for flag in back.flags], back.resting) == (["Ana"], 0)


def test_an_answer_taken_back_brings_the_check_in_back(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana = sitting.admitted("Ana")
    sitting.send(ana, Look.NEUTRAL, range(CALM))
    sitting.send(ana, Look.SAD, range(CALM, 930))
    board.tick(at(901))
    (flag,) = board.snapshot(sitting.lecture.id).flags
    teacher = sitting.teacher.id
    flags.decide(sqlite_store, flag.id, FlagOutcome.DISMISSED, at=at(903), user_id=teacher)
    board.tick(at(905))
    assert board.snapshot(sitting.lecture.id).flags == ()
    flags.reopen(sqlite_store, flag.id, at=at(907), user_id=teacher)
    board.tick(at(909))
    assert board.snapshot(sitting.lecture.id).flags == (flag,)
    assert len(flags.flags_of(sqlite_store, sitting.lecture.id)) == 1


def test_a_marker_renamed_or_taken_off_is_told_anew(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    marker = lectures.add_marker(
        sqlite_store, sitting.lecture.id, at=at(2), label="Quiz", user_id=None
    )
    board.tick(at(20))
    first = board.timeline_since(sitting.lecture.id, None)
    lectures.rename_marker(sqlite_store, sitting.lecture.id, marker.id, "Groups")
    board.tick(at(22))
    second = board.timeline_since(sitting.lecture.id, first.cursor)
    assert (second.reset, [one.label for one in second.markers]) == (True, ["Groups"])
    lectures.remove_marker(sqlite_store, sitting.lecture.id, marker.id)
    board.tick(at(24))
    third = board.timeline_since(sitting.lecture.id, second.cursor)
    assert (third.reset, third.markers) == (True, ())


def test_who_asked_to_be_asked_is_shown_after_saying_yes(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana = sitting.admitted("Ana", ask_first=True)
    sitting.send(ana, Look.NEUTRAL, range(CALM))
    sitting.send(ana, Look.SAD, range(CALM, 900))
    board.tick(at(901))
    (flag,) = flags.flags_of(sqlite_store, sitting.lecture.id)
    assert flag.asked_at is not None
    assert board.snapshot(sitting.lecture.id).flags == ()
    flags.answer(sqlite_store, flag.id, True, at(902))
    board.tick(at(903))
    assert [shown.name for shown in board.snapshot(sitting.lecture.id).flags] == ["Ana"]


def test_a_student_is_asked_until_they_answer_or_it_has_passed(sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana, ben = sitting.admitted("Ana", ask_first=True), sitting.admitted("Ben")

    def raised(who: UUID, second: int) -> FlagRow:
        flag = flags.raise_flag(
            sqlite_store,
            lecture_id=sitting.lecture.id,
            participant_id=who,
            kind=FlagKind.SAD,
            raised_at=at(second),
            evidence={},
            reason="recent",
        )
        return flags.ask(sqlite_store, flag.id, at(second))

    def asked(who: UUID = ana) -> UUID | None:
        person = consents.participant(sqlite_store, who)
        found = open_question(sqlite_store, person, lectures.lecture(sqlite_store, lecture_id))
        return None if found is None else found.id

    lecture_id = sitting.lecture.id
    assert asked() is None
    first = raised(ana, 60)
    assert asked() == first.id
    flags.answer(sqlite_store, first.id, True, at(65))
    assert asked() is None
    other = raised(ana, 600)
    assert asked() == other.id
    flags.clear(sqlite_store, other.id, at(650))
    assert asked() is None
    raised(ana, 700)
    raised(ben, 700)
    assert asked(ben) is None, "he did not choose to be asked"
    assert asked() is not None
    lectures.end(sqlite_store, lecture_id, at(710))
    assert asked() is None


def test_a_no_closes_the_check_in_and_brings_quiet(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana = sitting.admitted("Ana", ask_first=True)
    sitting.send(ana, Look.NEUTRAL, range(CALM))
    sitting.send(ana, Look.SAD, range(CALM, 1800))

    def log() -> list[FlagRow]:
        return list(flags.flags_of(sqlite_store, sitting.lecture.id))

    board.tick(at(901))
    (flag,) = log()
    flags.answer(sqlite_store, flag.id, False, at(902))
    board.tick(at(903))
    (closed,) = log()
    assert closed.cleared_at == at(903)
    board.tick(at(1491))
    assert log() == [closed], "ten minutes of quiet, however sad the face looks"
    board.tick(at(1511))
    _, again = log()
    assert (again.asked_at, again.answer) == (at(1511), None)
    # Who thinks better of it is heard, and raises nothing anew.
    flags.answer(sqlite_store, flag.id, True, at(1512))
    board.tick(at(1521))
    assert len(log()) == 2
    assert board.snapshot(sitting.lecture.id).flags == ()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_teachers_see_what_the_bench_counts_where_students_are_asked(
    board, sqlite_store, card, seed
) -> None:
    """Random lectures, tick by tick with a store, and as the bench judges them, all at once."""
    rng, end = np.random.default_rng(seed), 2700
    sitting = Sitting.begin(sqlite_store)
    for name in SIX[:4]:
        ana, second = sitting.admitted(name, ask_first=True), 0
        while second < end:
            until = min(end, second + int(rng.integers(200, 900)))
            look = (Look.NEUTRAL, Look.SAD)[rng.integers(2)] if second else Look.NEUTRAL
            attentive = rng.choice([0.05, 0.95])
            sitting.send(ana, look, range(second, until), attentive=attentive)
            second = until
    due: dict[UUID, tuple[datetime, bool | None]] = {}
    answers: list[asking.Answer] = []
    seen: dict[UUID, FlagRow] = {}
    for second in range(CALM + 1, end + 2, 10):
        for flag in flags.flags_of(sqlite_store, sitting.lecture.id):
            when, yes = due.setdefault(
                flag.id,
                (
                    flag.raised_at + timedelta(seconds=int(rng.integers(10, 60))),
                    (True, False, None)[rng.integers(3)],
                ),
            )
            waits = flag.answer is None and flag.cleared_at is None
            if yes is not None and waits and when <= at(second):
                flags.answer(sqlite_store, flag.id, yes, when)
                moment = int(when.timestamp())
                answers.append(asking.Answer(flag.participant_id, flag.kind, moment, yes))
        board.tick(at(second))
        for shown in board.snapshot(sitting.lecture.id).flags:
            seen.setdefault(shown.id, flags.flag(sqlite_store, shown.id))
    start = int(START.timestamp())
    buckets = Buckets.from_columns(
        queries.lecture_buckets(sqlite_store, sitting.lecture.id),
        [one.id for one in queries.participants(sqlite_store, sitting.lecture.id)],
        start,
        start + end,
        card.model_id,
    )
    episodes = evaluate(
        buckets,
        confusion_of(card),
        rule_for(card.tuned_check_ins()),
        now=start + end,
        dismissals=asking.dismissals(answers),
    )
    logged = flags.flags_of(sqlite_store, sitting.lecture.id)
    assert told(
        (flag.participant_id, flag.kind, flag.raised_at.timestamp()) for flag in logged
    ) == told((one.participant, one.kind, one.raised_at) for one in episodes)
    assert told(
        (flag.participant_id, flag.kind, flag.answered_at.timestamp()) for flag in seen.values()
    ) == told(
        (one.participant, one.kind, one.raised_at)
        for one in asking.shown(episodes, answers, now=start + end)
    )
    assert seen
    assert len(seen) < len(logged)


def told(raised) -> list[tuple[str, str, int]]:
    return sorted((str(who), str(kind), int(second)) for who, kind, second in raised)


def test_who_did_not_choose_it_has_no_row_and_no_flag(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana, ben = sitting.admitted("Ana", flags=False), sitting.admitted("Ben")
    sitting.send(ana, Look.SAD, range(600))
    sitting.send(ben, Look.NEUTRAL, range(600))
    board.tick(at(601))
    snapshot = board.snapshot(sitting.lecture.id)
    assert [tile.name for tile in snapshot.tiles] == ["Ben"]
    assert flags.flags_of(sqlite_store, sitting.lecture.id) == []
    # One hidden student alone must not be found by subtraction.
    assert snapshot.mood.share(Look.SAD) < 0.1


def test_a_withdrawal_is_gone_within_a_tick(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana, ben = sitting.admitted("Ana"), sitting.admitted("Ben")
    sitting.send(ana, Look.SAD, range(600))
    sitting.send(ben, Look.NEUTRAL, range(600))
    board.tick(at(601))
    cursor = board.timeline_since(sitting.lecture.id, None).cursor
    consents.withdraw(sqlite_store, ana, at(602))
    retention.delete_observations(sqlite_store, ana, now=at(602), actor="Ana")
    board.tick(at(603))
    snapshot = board.snapshot(sitting.lecture.id)
    assert [tile.name for tile in snapshot.tiles] == ["Ben"]
    assert snapshot.flags == ()
    assert snapshot.mood.share(Look.SAD) < 0.1
    redrawn = board.timeline_since(sitting.lecture.id, cursor)
    assert redrawn.reset
    assert max(point.shares[LOOKS.index(Look.SAD)] for point in redrawn.points) < 0.1


def test_under_aggregate_nobody_is_shown_and_figures_are_rounded(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store, Policy.AGGREGATE)
    for name in SIX:
        sitting.send(sitting.listed(name), Look.SAD, range(900))
    board.tick(at(901))
    snapshot = board.snapshot(sitting.lecture.id)
    assert snapshot.tiles == ()
    assert snapshot.flags == ()
    assert flags.flags_of(sqlite_store, sitting.lecture.id) == []
    assert snapshot.mood.interval(Look.SAD) is None
    for share in (*snapshot.mood.shares, *snapshot.mood.raw):
        assert share * 20 == pytest.approx(round(share * 20))


def test_under_aggregate_no_figure_is_told_more_exactly_than_its_rounding(
    board, sqlite_store
) -> None:
    """Of any kind, now and in the timeline: an exact one beside it would tell what it hides."""
    sitting = Sitting.begin(sqlite_store, Policy.AGGREGATE)
    for name, attentive in zip(SIX, (0.93, 0.88, 0.41, 0.77, 0.62, 0.99), strict=True):
        sitting.send(sitting.listed(name), Look.SAD, range(900), attentive)
    board.tick(at(901))
    snapshot = board.snapshot(sitting.lecture.id)
    told = [snapshot.attentive, snapshot.presence, *snapshot.mood.shares, *snapshot.mood.raw]
    assert (snapshot.mood.low, snapshot.mood.high) == (None, None)
    for point in board.timeline_since(sitting.lecture.id, None).points:
        assert (point.low, point.high) == (None, None)
        told += [point.attentive, point.presence, *(point.shares or ())]
    known = [value for value in told if value is not None]
    assert len(known) > 20
    for value in known:
        assert value * 20 == pytest.approx(round(value * 20))


def test_a_window_waits_for_what_is_on_its_way(board, sqlite_store) -> None:
    """One shown before the last data came would be shown again with it: their difference tells."""
    sitting = Sitting.begin(sqlite_store, Policy.AGGREGATE)
    begins = -(-int(START.timestamp()) // 300) * 300 - int(START.timestamp())
    for name in SIX:
        sitting.send(sitting.listed(name), Look.HAPPY, range(begins, begins + 300))
    board.tick(at(begins + 310))
    assert board.snapshot(sitting.lecture.id).mood is None
    board.tick(at(begins + 331))
    assert board.snapshot(sitting.lecture.id).mood is not None


def test_under_aggregate_four_students_are_too_few(board, sqlite_store) -> None:
    sitting = Sitting.begin(sqlite_store, Policy.AGGREGATE)
    for name in SIX[:4]:
        sitting.send(sitting.listed(name), Look.HAPPY, range(900))
    board.tick(at(901))
    snapshot = board.snapshot(sitting.lecture.id)
    assert snapshot.mood is None
    assert snapshot.hidden is Hidden.TOO_FEW_YET
    assert (snapshot.reporting, snapshot.expected) == (None, None), "nor are they counted"


def test_one_broken_lecture_does_not_stop_another(board, sqlite_store, monkeypatch) -> None:
    broken, sound = Sitting.begin(sqlite_store), Sitting.begin(sqlite_store)
    look = board._look

    def failing(lecture, now) -> None:
        if lecture.id == broken.lecture.id:
            raise LookupError("gone")
        look(lecture, now)

    monkeypatch.setattr(board, "_look", failing)
    with pytest.raises(LookupError, match="gone"):
        board.tick(at(3))
    assert board.snapshot(sound.lecture.id) is not None


def test_the_thread_ticks_and_closes_twice(sqlite_store, card) -> None:
    sitting = Sitting.begin(sqlite_store)
    board = LiveBoard(sqlite_store, card, lambda: at(30), tick_s=0.01)
    board.start()
    board.start()
    pause = threading.Event()
    while board.snapshot(sitting.lecture.id) is None:
        pause.wait(0.005)
    board.close()
    board.close()
    assert board.snapshot(sitting.lecture.id).as_of == at(30)


def test_how_often_check_ins_were_right_is_told_from_twenty_answers_of_the_course(
    board, sqlite_store
) -> None:
    before, sitting = Sitting.begin(sqlite_store), Sitting.begin(sqlite_store)
    ana = sitting.admitted("Ana", ask_first=True)

    def answered(second: int, outcome: FlagOutcome | None, note: str | None = None) -> None:
        one = flags.raise_flag(
            sqlite_store, lecture_id=sitting.lecture.id, participant_id=ana,
            kind=FlagKind.SAD, raised_at=at(second), evidence={}, reason="recent",
        )  # fmt: skip
        flags.clear(sqlite_store, one.id, at(second + 1))
        if outcome is None:
            flags.answer(sqlite_store, one.id, note == "yes", at(second + 2))
        else:
            teacher = sitting.teacher.id
            flags.decide(
                sqlite_store, one.id, outcome, at=at(second + 2), user_id=teacher, note=note
            )

    for second in range(0, 14 * 3, 3):
        answered(second, FlagOutcome.CHECKED_IN, "checked_in")
    for second in range(60, 60 + 5 * 3, 3):
        answered(second, FlagOutcome.DISMISSED, "wrong")
    # Neither says whether it was right; a student's no is not even told.
    answered(90, FlagOutcome.DISMISSED, "not_now")
    answered(93, None, "no")
    board.tick(at(120))
    assert board.snapshot(sitting.lecture.id).in_life is None
    answered(96, None, "yes")
    board.tick(at(122))
    found = board.snapshot(sitting.lecture.id).in_life
    assert (found.answered, found.right, found.wished) == (20, 15, 1)
    assert board.snapshot(before.lecture.id).in_life is None
