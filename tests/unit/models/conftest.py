"""Made-up data and cards, small enough to read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.builders.card import card_values as made_up_card_values

FERPLUS = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "not_a_face",
)


@pytest.fixture
def write_sheets(tmp_path: Path) -> Callable[..., Path]:
    """Write a data set in the sheet form: face i is flat grey i; one row per (usage, emotion)."""

    def write(rows: list[dict[str, Any]]) -> Path:
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        tiles = np.zeros((50, 48, 48), np.uint8)
        tiles[: len(rows)] = np.arange(len(rows), dtype=np.uint8)[:, None, None]
        sheet = tiles.reshape(1, 50, 48, 48).swapaxes(1, 2).reshape(48, 2400)
        cv2.imwrite(str(folder / "faces_00.webp"), sheet, [cv2.IMWRITE_WEBP_QUALITY, 101])
        names = ["index", "usage", "emotion", "emotion_name", "ferplus_known"]
        names += [f"ferplus_{name}" for name in FERPLUS]
        lines = [",".join(names)]
        for index, row in enumerate(rows):
            full = {"index": index, "emotion_name": "", "ferplus_known": 1} | row
            lines.append(",".join(str(full.get(name, 0)) for name in names))
        (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder

    return write


@pytest.fixture
def card_values() -> dict[str, Any]:
    """A card as JSON would give it: a made-up model that is right seven times out of ten."""
    return made_up_card_values()
