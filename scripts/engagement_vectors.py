"""The engagement rule as numbers that any agent can be held to: ``tests/golden/engagement.json``.

``python -m scripts.engagement_vectors`` writes it anew: the constants, single faces by given
habits, and one student's pictures in order. An agent in another language reads the same file.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from capture_agent.perception.attention import AttentionTracker
from capture_agent.perception.engagement import USUAL, VALUES, Face, Habit, looks_engaged, terms

GOLDEN: Final = Path("tests/golden/engagement.json")
_SINGLE: Final = 40
_PICTURES: Final = 150
_DIGITS: Final = 9


def vectors() -> dict[str, Any]:
    """What the file holds."""
    rng = np.random.default_rng(19)
    return {
        "values": asdict(VALUES),
        "usual": asdict(USUAL),
        "single": [_single(rng) for _ in range(_SINGLE)],
        "sequence": _sequence(rng),
    }


def text() -> str:
    """The file's text, one row a line."""
    found = vectors()
    rows = {
        name: "[\n  " + ",\n  ".join(map(json.dumps, found[name])) + "\n ]"
        for name in ("single", "sequence")
    }
    return (
        "{\n"
        f' "values": {json.dumps(found["values"])},\n'
        f' "usual": {json.dumps(found["usual"])},\n'
        f' "single": {rows["single"]},\n'
        f' "sequence": {rows["sequence"]}\n'
        "}\n"
    )


def _face(rng: np.random.Generator) -> Face:
    drawn = [
        rng.normal(5, 18), rng.normal(-8, 12), rng.uniform(0.05, 0.4), rng.uniform(0.0, 0.9),
        rng.beta(1, 5), rng.uniform(0.55, 1.0),
    ]  # fmt: skip
    return Face(*(round(float(value), 4) for value in drawn))


def _single(rng: np.random.Generator) -> dict[str, Any]:
    face = _face(rng)
    habit = Habit(
        *(
            round(float(value), 4)
            for value in (rng.normal(3, 8), rng.normal(-6, 6), rng.uniform(0.1, 0.4), rng.random())
        )
    )
    return {
        "face": asdict(face),
        "habit": asdict(habit),
        "terms": [round(term, _DIGITS) for term in terms(face, habit)],
        "attentive": round(looks_engaged(face, habit), _DIGITS),
    }


def _sequence(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Three pictures a second, more or less; now and then the face is gone."""
    tracker, at, rows = AttentionTracker(), 100.0, []
    for _ in range(_PICTURES):
        at = round(at + float(rng.choice([0.2, 0.3333, 0.5])), 4)
        if rng.random() < 0.06:
            tracker.no_face()
            rows.append({"at": at, "face": None})
            continue
        face = _face(rng)
        judged = tracker.judge(face, at)
        rows.append(
            {
                "at": at,
                "face": asdict(face),
                "attentive": round(judged.attentive, _DIGITS),
                "eyes_open": round(judged.eyes_open, _DIGITS),
            }
        )
    return rows


if __name__ == "__main__":
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(text(), encoding="utf-8")
