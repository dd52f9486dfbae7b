from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.buckets import Buckets, bucket_starts
from analytics.errors import AnalyticsError

START = 1_700_000_000
MODEL = "net@1"
Columns = dict[str, NDArray[Any]]


def columns(rows: list[dict[str, Any]]) -> Columns:
    """The store's columns from rows that name only what matters to a test."""
    defaults = {"model": MODEL, "face_share_sum": 0, "attentive_count": 0, "attentive_sum": 0}
    filled = [{**defaults, **row} for row in rows]
    result: Columns = {}
    for name in ("participant", "model"):
        values = np.empty(len(rows), object)
        values[:] = [row[name] for row in filled]
        result[name] = values
    for name in (
        "bucket",
        "observations",
        "face_observations",
        "face_share_sum",
        "attentive_count",
        "attentive_sum",
    ):
        result[name] = np.array([row[name] for row in filled], np.int64)
    sums = [row.get("probability_sums", [0] * 7) for row in filled]
    result["probability_sums"] = np.array(sums, np.int64).reshape(len(rows), 7)
    return result


def row(who: Any = "ana", bucket: int = START, faces: int = 2, **more: Any) -> dict[str, Any]:
    sums = [0, 0, 0, faces * 10_000, 0, 0, 0]
    return {
        "participant": who,
        "bucket": bucket,
        "observations": faces,
        "face_observations": faces,
        "probability_sums": sums,
        **more,
    }


def same(one: Buckets, other: Buckets) -> bool:
    grids = (
        "observations",
        "face_observations",
        "face_share_sum",
        "attentive_count",
        "attentive_sum",
        "probability_count",
        "probability_sums",
        "unknown_model",
    )
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in grids)


def test_each_row_lands_in_its_student_and_bucket() -> None:
    data = columns(
        [
            row(
                "ana",
                START,
                observations=10,
                faces=8,
                face_share_sum=75_000,
                attentive_count=8,
                attentive_sum=60_000,
            ),
            row("ben", START + 20, faces=4),
        ]
    )
    grid = Buckets.from_columns(data, ["ben", "ana"], START + 3, START + 30, MODEL)
    assert grid.starts.tolist() == [START, START + 10, START + 20]
    assert grid.observations.tolist() == [[0, 0, 4], [10, 0, 0]]
    assert grid.face_share[1, 0] == pytest.approx(0.75)
    assert grid.attentive[1, 0] == pytest.approx(0.75)
    assert grid.probabilities[0, 2].tolist() == [0, 0, 0, 1, 0, 0, 0]
    assert np.isnan(grid.probabilities[0, 0]).all()
    assert np.isnan(grid.attentive[1, 1])


def test_an_unknown_model_is_counted_and_left_out_of_the_posteriors_alone() -> None:
    data = columns(
        [row(faces=3), row(faces=5, model="other@2", attentive_count=5, attentive_sum=50_000)]
    )
    grid = Buckets.from_columns(data, ["ana"], START, START + 10, MODEL)
    assert grid.probability_count.tolist() == [[3]]
    assert grid.unknown_model.tolist() == [[5]]
    assert grid.face_observations.tolist() == [[8]]
    assert grid.attentive[0, 0] == 1.0


def test_students_not_listed_and_times_outside_are_left_out() -> None:
    data = columns([row("eve"), row(bucket=START - 10), row(bucket=START + 10), row()])
    grid = Buckets.from_columns(data, ["ana"], START, START + 10, MODEL)
    assert grid.observations.tolist() == [[2]]


def test_equal_but_distinct_names_are_one_student() -> None:
    name = uuid4()
    data = columns([row(UUID(str(name)), START), row(UUID(str(name)), START + 10)])
    grid = Buckets.from_columns(data, [name], START, START + 20, MODEL)
    assert grid.observations.tolist() == [[2, 2]]


def test_nothing_at_all_is_an_empty_grid() -> None:
    grid = Buckets.from_columns(columns([]), ["ana"], START, START + 20, MODEL)
    assert grid.observations.tolist() == [[0, 0]]
    assert Buckets.from_columns(columns([]), [], START, START, MODEL).starts.size == 0


@given(st.data())
def test_neither_order_nor_splitting_a_bucket_changes_anything(data: st.DataObject) -> None:
    cell = st.tuples(
        st.sampled_from("abc"),
        st.integers(0, 3),
        st.sampled_from([MODEL, "x@2"]),
        st.integers(1, 600),
        st.integers(0, 600),
    )
    cells = data.draw(st.lists(cell, max_size=12))
    whole = [
        row(
            who,
            START + 10 * at,
            faces=faces,
            model=model,
            attentive_count=faces,
            attentive_sum=min(turned, faces) * 10_000,
        )
        for who, at, model, faces, turned in cells
    ]
    split = []
    for one in whole:
        part = data.draw(st.integers(0, one["observations"]))
        less = {
            name: [part * 10_000 if v else 0 for v in value]
            if name == "probability_sums"
            else value // 3
            if name in ("face_share_sum", "attentive_sum")
            else part
            for name, value in one.items()
            if name not in ("participant", "bucket", "model")
        }
        rest = {
            name: [v - w for v, w in zip(one[name], value, strict=True)]
            if isinstance(value, list)
            else one[name] - value
            for name, value in less.items()
        }
        split += [{**one, **less}, {**one, **rest}]
    shuffled = data.draw(st.permutations(split))
    grids = [
        Buckets.from_columns(columns(rows), list("abc"), START, START + 40, MODEL)
        for rows in (whole, shuffled)
    ]
    assert same(*grids)


def test_a_window_is_what_begins_after_one_moment_and_until_another() -> None:
    data = columns([row(bucket=START + 10 * at, faces=at + 1) for at in range(5)])
    grid = Buckets.from_columns(data, ["ana"], START, START + 50, MODEL)
    assert grid.window(START, START + 25).observations.tolist() == [[2, 3]]
    assert grid.window(START + 900, START + 999).observations.shape == (1, 0)


def test_rows_can_be_chosen_and_cells_emptied() -> None:
    data = columns([row("ana"), row("ben", faces=4)])
    grid = Buckets.from_columns(data, ["ana", "ben"], START, START + 10, MODEL)
    assert grid.only(["ben", "nobody"]).participants == ("ben",)
    assert grid.only(["ben"]).observations.tolist() == [[4]]
    kept = grid.kept(np.array([[True], [False]]))
    assert kept.observations.tolist() == [[2], [0]]
    assert kept.probability_sums.sum(axis=2).tolist() == [[20_000], [0]]


def test_five_hundred_students_for_eight_hours_fit() -> None:
    students, times = 500, 2880
    names = np.repeat(np.arange(students).astype(object), times)
    ones = np.ones(students * times, np.int64)
    data = {
        "participant": names,
        "bucket": np.tile(START + 10 * np.arange(times), students),
        "model": np.full(len(ones), MODEL, object),
        "observations": ones,
        "face_observations": ones,
        "face_share_sum": ones * 10_000,
        "attentive_count": ones,
        "attentive_sum": ones * 9_000,
        "probability_sums": np.tile(np.array([0, 0, 0, 0, 0, 0, 10_000]), (len(ones), 1)),
    }
    grid = Buckets.from_columns(data, list(range(students)), START, START + 28_800, MODEL)
    assert grid.observations.sum() == students * times
    assert np.nanmean(grid.attentive) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bucket": np.array([START + 3])}, "multiple of 10 s"),
        ({"observations": np.array([1, 2])}, "one length"),
        ({"observations": np.array([-1])}, "must not be negative, but it holds -1"),
        ({"observations": np.array([1.5])}, "must hold integers, but it holds float64"),
        ({"probability_sums": np.zeros((1, 6), np.int64)}, "7 values a row"),
    ],
)
def test_broken_columns_are_named(change: Columns, message: str) -> None:
    with pytest.raises(AnalyticsError, match=message):
        Buckets.from_columns({**columns([row()]), **change}, ["ana"], START, START + 10, MODEL)


def test_a_missing_column_a_repeated_student_and_a_reversed_span_are_named() -> None:
    data = columns([row()])
    del data["model"]
    with pytest.raises(AnalyticsError, match="must include model"):
        Buckets.from_columns(data, ["ana"], START, START + 10, MODEL)
    with pytest.raises(AnalyticsError, match="at least one is repeated"):
        Buckets.from_columns(columns([row()]), ["ana", "ana"], START, START + 10, MODEL)
    with pytest.raises(AnalyticsError, match="must end after it starts"):
        bucket_starts(START, START - 1)
