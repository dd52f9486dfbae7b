"""What browsers are given to look at cameras with: the agent's built files, and its networks.

The networks are the very files that the program on a student's machine runs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboard.app import ModelAssets
    from models.cards import Card


def built_files() -> Path | None:
    """The folder that Vite wrote; None where it is not: a student's installation has none."""
    import capture_agent

    built = Path(capture_agent.__file__).parent / "web" / "built"
    return built if built.is_dir() else None


def model_assets(card: "Card") -> "ModelAssets":
    """The card, and where the networks lie."""
    from dashboard.app import ModelAssets

    return ModelAssets(card, networks=_networks(card))


def _networks(card: "Card") -> Mapping[str, Path]:
    import models
    from models.inference.files import FACE_DETECTOR, FACE_MESH
    from models.inference.runtime import LITERT

    folder = Path(models.__file__).parent / "weights"
    names = {
        "detector": FACE_DETECTOR.name,
        "mesh": FACE_MESH.name,
        "expression": card.first(LITERT).name,
    }
    return {use: folder / name for use, name in names.items()}
