import itertools

import numpy as np
import pytest

from capture_agent.perception.assignment import cheapest


def by_trying_all(costs: np.ndarray, unmatched: float) -> float:
    rows, columns = costs.shape
    best = rows * unmatched
    for count in range(1, min(rows, columns) + 1):
        for chosen in itertools.combinations(range(rows), count):
            for places in itertools.permutations(range(columns), count):
                own = sum(costs[row, column] for row, column in zip(chosen, places, strict=True))
                best = min(best, own + unmatched * (rows - count))
    return best


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_cheaper(seed: int) -> None:
    random = np.random.default_rng(seed)
    costs = random.random(tuple(random.integers(1, 6, 2)))
    unmatched = float(random.choice([0.3, 0.6, 5.0]))

    pairs = cheapest(costs, unmatched)

    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    spent = sum(costs[pair] for pair in pairs) + unmatched * (len(costs) - len(pairs))
    assert spent == pytest.approx(by_trying_all(costs, unmatched))


def test_two_are_not_served_at_the_cost_of_the_whole() -> None:
    # The nearest first would leave the second row with the far column.
    assert sorted(cheapest(np.array([[0.0, 1.0], [0.5, 9.0]]), 20.0)) == [(0, 1), (1, 0)]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_nobody_to_assign(shape: tuple[int, int]) -> None:
    assert cheapest(np.zeros(shape), 1.0) == []
