"""Cards of made-up models: one that errs as real ones do, one that hardly errs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from contract import LOOKS, Look
from models.cards import Card

_SAD = LOOKS.index(Look.SAD)


def even_faces(count: int = 10) -> list[list[list[float]]]:
    """Answers about ``count`` faces of each look: seven times in ten right, else evenly wrong."""
    return [[[0.7 if i == j else 0.05 for j in range(7)]] * count for i in range(7)]


def card_values(faces: Sequence[Sequence[Sequence[float]]] | None = None) -> dict[str, Any]:
    """A card as JSON gives it, of a model that answered ``faces``, look by look, so."""
    answered = [np.asarray(block, np.float64) for block in faces or even_faces()]
    rows = np.array([block.mean(axis=0) for block in answered])
    source = {
        "split": "PublicTest",
        "n": sum(map(len, answered)),
        "measured_on": "2026-11-01",
        "commit": "0" * 40,
        "data": "made up for tests",
        "data_sha256": "0" * 64,
    }
    return {
        "name": "pulse",
        "version": 1,
        "summary": "made up for tests",
        "emotions": list(LOOKS),
        "files": [
            {"name": "pulse.tflite", "sha256": "1" * 64, "size_bytes": 9, "precision": "float32"}
        ],
        "parameters": 1,
        "training": {"epochs": 1},
        "temperature": 1.0,
        "training_prior": [1 / 7] * 7,
        "soft_confusion": {
            "provenance": source,
            "rows": rows.tolist(),
            "counts": [len(block) for block in answered],
        },
        "hard_confusion": (np.eye(7, dtype=int) * 10).tolist(),
        "bank": {
            "provenance": source,
            "by_true_look": [
                {"posteriors": block.tolist(), "clear": [True] * len(block)} for block in answered
            ],
        },
        "sad_m0": float(np.delete(rows[:, _SAD], _SAD).mean()),
        "sad_m1": float(rows[_SAD, _SAD]),
        "evaluations": [],
        "intended_use": "tests",
        "limits": ["none of it is true"],
    }


def even_card() -> Card:
    """The card of a model that is right seven times in ten and else evenly wrong."""
    return Card.model_validate(card_values())


def sharp_card() -> Card:
    """The card of a model that errs little, so that what a test sends is what a page shows."""
    rng = np.random.default_rng(5)
    faces = [rng.dirichlet(0.2 + 40.0 * np.eye(7)[look], 60).round(6) for look in range(7)]
    whole = [(block / block.sum(axis=1, keepdims=True)).tolist() for block in faces]
    return Card.model_validate(card_values(whole))
