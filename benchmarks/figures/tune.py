"""``bench tune``: choose what the check-in rule expects of a model's answers, on PublicTest faces.

A small grid, judged on lectures of both kinds of faces in each half of the split, M being of the
other half; a setting is worth what it is in the worse of the two. Only what depends on the model is
chosen: how far its scores scatter, and how sure the rule must be. Sad looks and ordinary ones are
taken to scatter alike, or a face that never changes would count as sad for that alone; that
replayed faces do not is no reason. What is expected of episodes is fixed (``analytics.flags.hmm``),
so that it is not fitted to the simulation's own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, Final

from analytics.flags.thresholds import rule_for
from benchmarks.figures.faces import BenchError, FaceSet
from benchmarks.figures.flags import run
from benchmarks.figures.lectures import Played, play
from contract.flags import FlagKind

NOISES: Final = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
LEVELS: Final = (0.75, 0.8, 0.85, 0.9, 0.95)
LECTURE_SHARES: Final = (0.65, 0.75)

FLOORS: Final = {"sad_clear": (0.6, 0.85), "sad_all": (0.5, 0.7)}
MARGIN: Final = 0.05
"""What is met on PublicTest by less than this may be missed elsewhere."""
LONGEST_DELAY_S: Final = 360.0
MOST_FLAGS: Final = 3.0


@dataclass(frozen=True)
class Choice:
    """One setting, and what it reached on the half of the tuning faces where it did worse."""

    values: dict[str, float]
    figures: dict[str, dict[str, Any]]
    score: float


def tune(
    halves: Sequence[FaceSet], *, lectures: int, seed: int, tell: Callable[[str], None]
) -> list[Choice]:
    """Every setting of the grid, best first, on both halves of ``from_folder(tuning=True)``."""
    lessons = [
        {
            name: list(play(bank, FlagKind.SAD, lectures=lectures, seed=seed + 500 * at))
            for at, (name, bank) in enumerate(
                (("sad_clear", faces.clear), ("sad_all", faces.everyone))
            )
        }
        for faces in halves
    ]
    found = []
    for values in _grid():
        tried = [_tried(*half, values) for half in zip(halves, lessons, strict=True)]
        found.append(min(tried, key=lambda choice: choice.score))
        tell(f"{found[-1].score:6.3f}  " + "  ".join(f"{k} {v:g}" for k, v in values.items()))
    return sorted(found, key=lambda choice: -choice.score)


def _grid() -> Iterator[dict[str, float]]:
    # What each lecture's filter found is kept while the noise stays the same.
    for noise, level, share in product(NOISES, LEVELS, LECTURE_SHARES):
        yield {
            "ordinary_noise": noise,
            "sad_noise": noise,
            "raise_at": level,
            "lecture_share": share,
        }


def _tried(faces: FaceSet, lessons: dict[str, list[Played]], values: dict[str, float]) -> Choice:
    ruled = replace(faces, rule=rule_for(values))
    figures = {name: run(some, FlagKind.SAD, ruled).figures() for name, some in lessons.items()}
    return Choice(values, figures, score(figures))


def score(figures: dict[str, dict[str, Any]]) -> float:
    """Mean of precision and recall over both kinds of faces, less ten times what a floor lacks."""
    total, lack = 0.0, 0.0
    for name, floors in FLOORS.items():
        row = figures[name]
        for key, floor in zip(("precision", "recall"), floors, strict=True):
            value = row[key] or 0.0
            total += value / 4
            lack += max(0.0, floor + MARGIN - value)
        lack += max(0.0, row["flags_per_teacher_hour"] - MOST_FLAGS)
    delay = figures["sad_clear"]["median_delay_s"] or LONGEST_DELAY_S
    lack += max(0.0, delay - LONGEST_DELAY_S) / 60
    return total - 10 * lack


def keep(choice: Choice, folder: Path, *, lectures: int, today: date) -> Path:
    """Write ``choice`` into the packaged model's card, with its origin; where the card lies."""
    from models.cards import CheckIns, card_path, load_card
    from models.evaluation.evaluate import provenance_of
    from models.training.data.datasets import Split, load_dataset

    place = card_path()
    card = load_card(place)
    told = provenance_of(load_dataset(folder), Split.PUBLIC_TEST)
    if told.data_sha256 != card.soft_confusion.provenance.data_sha256:
        raise BenchError(
            f"A card's thresholds must be tuned on the data its errors were measured on, "
            f"{card.soft_confusion.provenance.data_sha256[:12]}, but {folder} holds "
            f"{told.data_sha256[:12]}."
        )
    tuned = CheckIns(
        provenance=told.model_copy(update={"measured_on": today}),
        lectures=lectures,
        **choice.values,
    )
    text = card.model_copy(update={"check_ins": tuned}).model_dump_json(indent=1) + "\n"
    half = place.with_suffix(".part")
    half.write_text(text, encoding="utf-8")
    half.replace(place)
    return place
