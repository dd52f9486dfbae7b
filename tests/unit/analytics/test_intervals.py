import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.confusion import Confusion, adjust
from analytics.errors import AnalyticsError
from analytics.intervals import Bootstrap

Floats = NDArray[np.float64]
SHARES = np.array([[0.02, 0.01, 0.02, 0.2, 0.1, 0.05, 0.6]])


@pytest.fixture(scope="module")
def bootstrap(bank: list[Floats], confusion: Confusion) -> Bootstrap:
    return Bootstrap.prepare(bank, confusion, seed=1)


def test_the_same_seed_gives_the_same_interval(
    bank: list[Floats], confusion: Confusion, bootstrap: Bootstrap
) -> None:
    again = Bootstrap.prepare(bank, confusion, seed=1).interval(SHARES, np.array([30]))
    assert np.array_equal(again, bootstrap.interval(SHARES, np.array([30])))
    other = Bootstrap.prepare(bank, confusion, seed=2).interval(SHARES, np.array([30]))
    assert not np.array_equal(again, other)


def test_an_interval_holds_its_share_and_narrows_with_the_class(bootstrap: Bootstrap) -> None:
    widths = []
    for students in (5, 30, 400):
        low, high = bootstrap.interval(SHARES, np.array([students]))
        assert (low <= SHARES).all()
        assert (high >= SHARES).all()
        assert low.min() >= 0
        assert high.max() <= 1
        widths.append(float((high - low)[0, 4]))
    assert widths[0] > widths[1] > widths[2] > 0


def test_a_look_nobody_shows_may_be_nought(bootstrap: Bootstrap) -> None:
    low, high = bootstrap.interval(np.array([[2e-4, 0, 0, 0.3, 1e-3, 0, 0.6988]]), np.array([30]))
    assert low[0, [0, 4]].tolist() == [0, 0]
    assert high[0, 0] > 0.005


def test_softer_answers_are_worth_more_labels(confusion: Confusion) -> None:
    """The same M from the same counts, but answers that hardly vary: M is known better."""
    rng = np.random.default_rng(1)
    widths = []
    for spread in (1.0, 50.0):
        faces = [rng.dirichlet(spread * row, 400) for row in confusion.matrix]
        widths.append(
            float(Bootstrap.prepare(faces, confusion, seed=1).matrices.std(axis=0).mean())
        )
    assert widths[1] < 0.5 * widths[0]


def test_what_nobody_reported_has_no_interval(bootstrap: Bootstrap) -> None:
    shares = np.vstack([SHARES, np.full((1, 7), np.nan)])
    low, high = bootstrap.interval(shares, np.array([30, 0]))
    assert np.isnan(low[1]).all()
    assert np.isnan(high[1]).all()
    assert not np.isnan(low[0]).any()
    nothing = bootstrap.interval_of_mean(shares[1:], np.array([0]))
    assert np.isnan(nothing).all()


def test_the_mean_of_steps_keeps_its_students_faces(bootstrap: Bootstrap) -> None:
    """Ten minutes of one class are not ten classes: the interval hardly narrows."""
    one = bootstrap.interval_of_mean(SHARES, np.array([30]))
    ten = bootstrap.interval_of_mean(np.repeat(SHARES, 10, axis=0), np.full(10, 30))
    assert np.subtract(*ten)[4] == pytest.approx(np.subtract(*one)[4], rel=1e-6)


def test_the_truth_lies_within_nine_times_in_ten_or_more(
    bank: list[Floats], confusion: Confusion, bootstrap: Bootstrap
) -> None:
    rng = np.random.default_rng(4)
    lectures, faces = 300, 150
    looks = np.stack([rng.multinomial(faces, SHARES[0]) for _ in range(lectures)])
    observed = np.stack(
        [
            np.concatenate(
                [bank[look][rng.integers(400, size=count)] for look, count in enumerate(row)]
            ).mean(axis=0)
            for row in looks
        ]
    )
    low, high = bootstrap.interval(adjust(observed, confusion), np.full(lectures, 30))
    truth = looks / faces
    inside = ((low <= truth) & (truth <= high)).mean(axis=0)
    assert inside[[3, 4, 6]].min() > 0.85


@pytest.mark.parametrize("likeness", [0.1, 0.4, 1.0])
def test_how_alike_a_students_seconds_are_is_read_off_the_class(
    likeness: float, bank: list[Floats], bootstrap: Bootstrap
) -> None:
    """Many students, each with shares of their own and five faces of each look."""
    rng = np.random.default_rng(6)
    students, shares = 4000, SHARES[0]
    if likeness < 1:
        own = rng.dirichlet(shares * (1 / likeness - 1), size=students)
    else:
        own = np.eye(7)[rng.choice(7, size=students, p=shares)]
    faces = np.stack(
        [bank[look][rng.integers(400, size=(students, 5))].mean(axis=1) for look in range(7)],
        axis=1,
    )
    means = np.einsum("pk,pkj->pj", own, faces)
    between = means.var(axis=0, ddof=1).sum()
    found = bootstrap.likeness(np.array([between / 1.25]), SHARES)
    assert found[0] == pytest.approx(likeness, abs=0.06)


def test_students_who_mix_their_looks_are_known_better(bootstrap: Bootstrap) -> None:
    one = np.array([30])
    sticky = np.subtract(*bootstrap.interval(SHARES, one))
    mixed = np.subtract(*bootstrap.interval(SHARES, one, np.array([0.02])))
    assert abs(mixed[0, 4]) < 0.9 * abs(sticky[0, 4])
    unknown = np.subtract(*bootstrap.interval(SHARES, one, np.array([np.nan])))
    assert np.array_equal(unknown, sticky)


def test_a_bank_that_does_not_fit_is_named(bank: list[Floats], confusion: Confusion) -> None:
    with pytest.raises(AnalyticsError, match="must have 7 looks, but it has 6"):
        Bootstrap.prepare(bank[:6], confusion, seed=1)
    with pytest.raises(AnalyticsError, match=r"look 6 has shape \(0, 7\)"):
        Bootstrap.prepare([*bank[:6], np.empty((0, 7))], confusion, seed=1)
