"""The arithmetic of ingest: exact, independent of order, the first of an id stands."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.ids import uuid7
from contract.looks import LOOKS
from contract.observations import Attention, Observation
from db.measurements import ingest
from db.schema.scales import BUCKET_SUMS

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WHO = uuid7(START)
shares = st.floats(0.0, 1.0)


@st.composite
def observation(draw: st.DrawFn) -> Observation:
    at = START + timedelta(milliseconds=draw(st.integers(0, 40_000)))
    face = draw(st.booleans())
    weights = draw(st.lists(st.floats(0.001, 1.0), min_size=7, max_size=7))
    turned = Attention(
        yaw=draw(st.floats(-180, 180)),
        pitch=draw(st.floats(-180, 180)),
        roll=draw(st.floats(-180, 180)),
        eyes_open=draw(shares),
    )
    return Observation(
        id=uuid7(at),
        captured_at=at,
        frames=draw(st.integers(1, 240)),
        face_share=draw(st.floats(0.001, 1.0)) if face else 0.0,
        faces=int(face),
        probabilities=tuple(weight / sum(weights) for weight in weights) if face else None,
        attentive=draw(st.none() | shares) if face else None,
        attention=turned if face and draw(st.booleans()) else None,
        detection_score=draw(st.none() | shares),
        model=draw(st.sampled_from(["a@1", "b@2"])),
    )


def bucket_rows(items: Sequence[Observation]) -> list[dict[str, Any]]:
    rows = [ingest._observation_row(item, WHO, START) for item in items]
    return ingest._bucket_rows(rows, START) if rows else []


@settings(max_examples=50)
@given(st.lists(observation(), max_size=12), st.randoms(use_true_random=False))
def test_sums_do_not_depend_on_order_or_on_how_they_were_split(
    items: list[Observation], dice: Any
) -> None:
    whole = bucket_rows(items)
    shuffled = dice.sample(items, len(items))
    assert bucket_rows(shuffled) == whole

    cut = dice.randint(0, len(items))
    added: dict[tuple[int, str], dict[str, int]] = {}
    for row in [*bucket_rows(shuffled[:cut]), *bucket_rows(shuffled[cut:])]:
        held = added.setdefault((row["bucket"], row["model"]), dict.fromkeys(BUCKET_SUMS, 0))
        for name in BUCKET_SUMS:
            held[name] += row[name]
    assert added == {
        (row["bucket"], row["model"]): {name: row[name] for name in BUCKET_SUMS} for row in whole
    }


@settings(max_examples=50)
@given(st.lists(observation(), min_size=1, max_size=12))
def test_every_observation_is_in_the_bucket_of_its_ten_seconds(items: list[Observation]) -> None:
    rows = bucket_rows(items)
    assert [(row["bucket"], row["model"]) for row in rows] == sorted(
        {(int(item.captured_at.timestamp()) // 10 * 10, item.model) for item in items}
    )
    assert sum(row["observations"] for row in rows) == len(items)
    for row in rows:
        looks = sum(row[f"{look}_sum"] for look in LOOKS)
        # Seven roundings to 1e-4 of an observation with a face move its sum by 3.5 at most.
        assert abs(looks - 10_000 * row["face_observations"]) <= 4 * row["face_observations"]


def test_a_verdict_belongs_to_the_first_of_its_id() -> None:
    one, two, three = (UUID(int=number) for number in (1, 2, 3))
    assert ingest._verdicts([two, one, two, three], {two, three}) == [True, False, False, True]
