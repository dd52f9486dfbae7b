import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import beta

from analytics.buckets import Buckets
from analytics.errors import AnalyticsError
from analytics.flags.check_ins import Dismissal, evaluate
from analytics.flags.evidence import Clause, Episode
from analytics.flags.hmm import Memory, StickyModel
from analytics.flags.tails import exceeds, tail
from analytics.flags.thresholds import FlagRule, rule_for
from analytics.mood.confusion import Confusion
from contract.flags import FlagKind

START = 1_700_000_000
Floats = NDArray[np.float64]
Make = Callable[..., Buckets]
NEUTRAL = np.eye(7)[6]
RULE = FlagRule()


@pytest.fixture(scope="module")
def turned(make_buckets: Make) -> Callable[..., Buckets]:
    """Students whose faces are neutral and whose evidence of disengagement is given (NaN: away)."""

    def make(evidence: Sequence[Sequence[float]], start: int = START) -> Buckets:
        values = np.asarray(evidence, np.float64)
        known = ~np.isnan(values)
        return make_buckets(
            np.broadcast_to(NEUTRAL, (*values.shape, 7)),
            face=known,
            start=start,
            attentive=1 - np.where(known, values, 0),
        )

    return make


def found(
    buckets: Buckets,
    confusion: Confusion,
    *dismissed: int,
    now: int | None = None,
    rule: FlagRule = RULE,
) -> list[Episode]:
    """Episodes of disengagement; ``dismissed`` are seconds into the lecture, of student 0."""
    end = int(buckets.starts[-1]) + 10 if now is None else now
    answers = [Dismissal(0, FlagKind.DISENGAGED, START + at) for at in dismissed]
    return evaluate(buckets, confusion, rule, now=end, dismissals=answers)


def spans(episodes: list[Episode]) -> list[tuple[int, int | None]]:
    return [
        (e.raised_at - START, None if e.cleared_at is None else e.cleared_at - START)
        for e in episodes
    ]


def by_the_book(evidence: Sequence[float], answers: Sequence[int]) -> list[tuple[int, int | None]]:
    """The rule for one student, cell by cell, with nothing clever: the oracle."""
    a = b = 0.5
    effective, held, observed, total = 0.0, 0, 0, 0.0
    raised: int | None = None
    quiet = -1
    seen: list[bool] = []
    against = 0
    pending, result = sorted(answers), []
    for column, u in enumerate(evidence):
        end = 10 * (column + 1)
        missing = math.isnan(u)
        seen.append(not missing)
        a, b, effective = 0.96 * a, 0.96 * b, 0.96 * effective
        if not missing:
            a, b, effective = a + u, b + 1 - u, effective + 1
            observed, total = observed + 1, total + u
        probability = beta.sf(0.5, a, b)
        held = held + 1 if probability >= 0.9 else 0
        against = column + 1 if probability < 0.5 else against
        window = evidence[min(against, max(0, column - 29)) : column + 1]
        shown = [v for v in window if not math.isnan(v)]
        borne_out = sum(shown) >= 0.5 * len(shown) - 1e-9
        lecture = observed >= 180 and total >= 0.65 * observed - 1e-9
        while pending and pending[0] < end:
            if raised is not None:
                result.append((raised, pending[0]))
            raised, quiet = None, pending.pop(0) + 600
        if raised is not None and probability < 0.5 and not lecture:
            result.append((raised, end))
            raised = None
        enough = effective >= 12 and sum(seen[-30:]) >= 18
        ready = held >= 6 and enough and borne_out
        if raised is None and end >= quiet and (ready or (lecture and not result)):
            raised = end
    if raised is not None:
        result.append((raised, pending[0] if pending else None))
    return result


@settings(max_examples=60)
@given(data=st.data())
def test_the_rule_is_the_one_that_was_written_down(
    data: st.DataObject, turned: Callable[..., Buckets], confusion: Confusion
) -> None:
    level = st.sampled_from([0.0, 0.3, 0.6, 0.8, 1.0, math.nan])
    stretch = st.tuples(level, st.integers(3, 120))
    evidence = [
        value
        for value, length in data.draw(st.lists(stretch, min_size=1, max_size=7))
        for _ in range(length)
    ]
    answers = data.draw(st.lists(st.integers(0, 10 * len(evidence) - 1), max_size=3, unique=True))
    mine = spans(found(turned([evidence]), confusion, *answers))
    assert mine == by_the_book(evidence, answers)


@given(st.floats(1e-6, 60), st.floats(1e-6, 60), st.floats(0.05, 0.95), st.sampled_from([0.5, 0.9]))
def test_the_quick_decision_is_the_tails(a: float, b: float, theta: float, level: float) -> None:
    exact = beta.sf(theta, a, b)
    if abs(exact - level) > 1e-9:
        quick = exceeds(np.array([a]), np.array([b]), theta, level)
        assert quick.tolist() == [exact >= level]


@pytest.mark.parametrize(
    ("a", "b", "theta", "expected"),
    [
        (1, 1, 0.3, 0.7),
        (2, 1, 0.5, 0.75),
        (1, 3, 0.5, 0.125),
        (0.5, 0.5, 0.25, 1 - 2 / math.pi * math.asin(0.5)),
        (5, 5, 0.5, 0.5),
    ],
)
def test_the_beta_tail_has_its_known_values(
    a: float, b: float, theta: float, expected: float
) -> None:
    assert tail(np.array([a]), np.array([b]), theta)[0] == pytest.approx(expected)


def test_a_clear_case_is_raised_in_time_and_an_ordinary_one_never(
    turned: Callable[..., Buckets], confusion: Confusion
) -> None:
    clear = [0.1] * 60 + [0.9] * 80 + [0.1] * 70
    ordinary = [0.1] * 210
    (episode,) = found(turned([clear, ordinary]), confusion)
    assert (episode.participant, episode.kind) == (0, FlagKind.DISENGAGED)
    delay = episode.raised_at - START - 600
    assert 120 <= delay <= 360
    assert episode.cleared_at is not None
    assert 1400 <= episode.cleared_at - START <= 1700
    assert episode.evidence.probability >= 0.9
    assert episode.evidence.share >= 0.5
    assert episode.kind is FlagKind.DISENGAGED


def test_nothing_is_raised_on_three_minutes_or_on_glimpses(
    turned: Callable[..., Buckets], confusion: Confusion
) -> None:
    assert found(turned([[1.0] * 17]), confusion) == []
    assert spans(found(turned([[1.0] * 18]), confusion)) == [(180, None)]
    glimpses = [1.0, math.nan] * 100
    assert found(turned([glimpses]), confusion) == [], "half the time unseen"


def test_a_missing_bucket_only_decays(turned: Callable[..., Buckets], confusion: Confusion) -> None:
    gone = [0.9] * 40 + [math.nan] * 200
    (episode,) = found(turned([gone]), confusion)
    assert episode.cleared_at is None, "being away is no sign of being better"


def test_an_hour_of_mild_evidence_speaks_once(
    turned: Callable[..., Buckets], confusion: Confusion
) -> None:
    mild = [0.66] * 300
    rule = FlagRule(raise_at=0.999)
    (episode,) = found(turned([mild]), confusion, rule=rule)
    assert episode.raised_at == START + 1800
    assert episode.evidence.clause is Clause.ALL_LECTURE
    assert episode.evidence.window_s == 1800
    answered = found(turned([mild]), confusion, 1900, rule=rule)
    assert spans(answered) == [(1800, 1900)]


def test_the_all_lecture_clause_never_repeats_a_flag(
    turned: Callable[..., Buckets], confusion: Confusion
) -> None:
    """Twenty-five clear minutes, and then an hour that still averages high."""
    early = [1.0] * 150 + [0.3] * 60
    (episode,) = found(turned([early]), confusion)
    assert episode.evidence.clause is Clause.RECENT
    assert np.mean(early[:181]) > RULE.lecture_share, "else this shows nothing"


def test_an_answer_brings_ten_minutes_of_quiet(
    turned: Callable[..., Buckets], confusion: Confusion
) -> None:
    assert spans(found(turned([[1.0] * 150]), confusion, 305)) == [(180, 305), (910, None)]
    assert spans(found(turned([[1.0] * 80]), confusion, 305)) == [(180, 305)]
    other = [Dismissal(1, FlagKind.DISENGAGED, START + 305), Dismissal(0, FlagKind.SAD, START)]
    untouched = evaluate(turned([[1.0] * 80]), confusion, now=START + 800, dismissals=other)
    assert spans(untouched) == [(180, None)]


def test_an_answer_after_the_last_bucket_still_closes(
    turned: Callable[..., Buckets], confusion: Confusion
) -> None:
    grid = turned([[1.0] * 30])
    assert spans(found(grid, confusion, 304, now=START + 305)) == [(180, 304)]
    assert spans(found(grid, confusion, 306, now=START + 305)) == [(180, None)], "not yet given"


def test_only_complete_buckets_count(turned: Callable[..., Buckets], confusion: Confusion) -> None:
    grid = turned([[1.0] * 18])
    assert found(grid, confusion, now=START + 179) == []
    assert len(found(grid, confusion, now=START + 180)) == 1


@given(seed=st.integers(0, 500))
def test_recomputing_depends_on_the_observations_alone(
    seed: int, turned: Callable[..., Buckets], confusion: Confusion
) -> None:
    """What was raised by a moment does not change when the lecture goes on."""
    rng = np.random.default_rng(seed)
    levels = np.repeat(rng.choice([0.1, 0.5, 0.9, np.nan], (4, 6)), 25, axis=1)
    grid = turned(levels)
    whole = found(grid, confusion)
    middle = START + 900
    early = found(grid, confusion, now=middle)
    assert [e.raised_at for e in early] == [e.raised_at for e in whole if e.raised_at <= middle]
    order = rng.permutation(4)
    assert [e.raised_at for e in found(turned(levels[order]), confusion)] == [
        e.raised_at for e in whole
    ]


def test_a_sad_face_is_found_through_the_models_errors(
    make_buckets: Make, bank: list[Floats], confusion: Confusion
) -> None:
    rng = np.random.default_rng(5)

    def faces(look: int, count: int) -> Floats:
        return np.stack([bank[look][rng.integers(400, size=10)].mean(axis=0) for _ in range(count)])

    sad = np.concatenate([faces(6, 60), faces(4, 90)])
    grid = make_buckets([sad, faces(6, 150), faces(3, 150)])
    (episode,) = evaluate(grid, confusion, now=START + 1500)
    assert (episode.participant, episode.kind) == (0, FlagKind.SAD)
    assert 600 < episode.raised_at - START < 1020


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_a_flag_shows_the_evidence_that_raised_it(
    seed: int, make_buckets: Make, bank: list[Floats], confusion: Confusion
) -> None:
    """Whatever the course, the window that the teacher is shown looked so half of the time."""
    rng = np.random.default_rng(seed)
    looks = np.repeat(rng.choice([3, 4, 6], (6, 24), p=[0.1, 0.5, 0.4]), 12, axis=1)
    faces = np.stack([bank[look][rng.integers(400, size=5)].mean(axis=0) for look in looks.ravel()])
    grid = make_buckets(faces.reshape(*looks.shape, 7), attentive=rng.random(looks.shape) ** 0.5)
    episodes = evaluate(grid, confusion, now=START + 10 * looks.shape[1])
    assume(episodes)
    for episode in episodes:
        assert episode.evidence.share >= RULE.theta - 1e-6
        assert episode.evidence.window_s >= RULE.coverage_window_s or (
            episode.evidence.window_s == episode.raised_at - START
        )


def test_a_memory_of_earlier_ticks_changes_no_flag(
    make_buckets: Make, bank: list[Floats], confusion: Confusion
) -> None:
    rng = np.random.default_rng(3)
    looks = np.repeat([[6, 6, 4, 4, 6], [4, 4, 4, 4, 4], [6, 3, 6, 3, 6]], 40, axis=1)
    faces = np.stack([bank[look][rng.integers(400, size=5)].mean(axis=0) for look in looks.ravel()])
    grid = make_buckets(faces.reshape(*looks.shape, 7))
    memory, found = Memory(), 0
    for now in range(START, START + 2010, 30):
        # Some of the last minutes are still on their way.
        late = rng.random(looks.shape) < 0.1
        late[:, : max(0, (now - START) // 10 - 20)] = False
        known = grid.kept(~late)
        with_memory = evaluate(known, confusion, now=now, memory=memory)
        assert with_memory == evaluate(known, confusion, now=now)
        found += len(with_memory)
    assert found, "else this shows nothing"


def test_a_rule_that_makes_no_sense_is_named() -> None:
    with pytest.raises(AnalyticsError, match=r"memory must lie between 0 and 1, but is 1\.0"):
        FlagRule(memory=1.0)
    with pytest.raises(AnalyticsError, match="quiet_s must be positive, but is 0"):
        FlagRule(quiet_s=0)
    with pytest.raises(AnalyticsError, match=r"clears below 0\.95 and raises at 0\.9"):
        FlagRule(clear_below=0.95)
    with pytest.raises(AnalyticsError, match=r"noise must be positive, but is 0"):
        StickyModel(sad_noise=0)
    with pytest.raises(AnalyticsError, match=r"multiple of 10 s, but is 25 s"):
        StickyModel(step_s=25)


def test_a_card_brings_its_own_thresholds() -> None:
    tuned = rule_for(
        {"ordinary_noise": 0.5, "sad_noise": 0.6, "raise_at": 0.8, "lecture_share": 0.7}
    )
    assert (tuned.sticky.ordinary_noise, tuned.sticky.sad_noise) == (0.5, 0.6)
    assert (tuned.sad_raise_at, tuned.sad_lecture_share) == (0.8, 0.7)
    assert tuned.lecture_share == RULE.lecture_share, "of disengaged"
    assert rule_for(None) == RULE
