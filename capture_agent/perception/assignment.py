"""The cheapest way to give each row a column of its own: the assignment problem, solved exactly.

Source: the shortest augmenting path form of the Hungarian method (Kuhn 1955; Jonker & Volgenant
1987, *A Shortest Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems*).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def cheapest(costs: NDArray[np.float64], unmatched: float) -> list[tuple[int, int]]:
    """Pairs (row, column) of least total cost, where leaving a row out costs ``unmatched``.

    ``costs`` (n, m) is finite. A row is left out where every column that is left costs more.
    """
    rows, columns = costs.shape
    if not rows or not columns:
        return []
    # A column of its own for each row that stays alone.
    alone = np.full((rows, rows), unmatched)
    return [
        (row, column)
        for row, column in _assign(np.concatenate([costs, alone], axis=1))
        if column < columns and costs[row, column] < unmatched
    ]


def _assign(costs: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """All rows, each with a column of its own; no more rows than columns."""
    rows, columns = costs.shape
    price_row, price_column = np.zeros(rows), np.zeros(columns)
    row_of = np.full(columns, -1)
    for start in range(rows):
        shortest = np.full(columns, np.inf)
        before = np.full(columns, -1)
        done = np.zeros(columns, np.bool_)
        row, column, reached = start, -1, 0.0
        while True:
            via = reached + costs[row] - price_row[row] - price_column
            better = ~done & (via < shortest)
            shortest[better] = via[better]
            before[better] = column
            nearest = int(np.argmin(np.where(done, np.inf, shortest)))
            reached, column = float(shortest[nearest]), nearest
            if row_of[column] < 0:
                break
            done[column] = True
            row = int(row_of[column])
        price_row[start] += reached
        passed = np.flatnonzero(done)
        price_row[row_of[passed]] += reached - shortest[passed]
        price_column[passed] -= reached - shortest[passed]
        while column >= 0:
            last = int(before[column])
            row_of[column] = start if last < 0 else row_of[last]
            column = last
    for column, row in enumerate(row_of):
        if row >= 0:
            yield int(row), column
