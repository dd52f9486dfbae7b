"""Where things are in a checkout, wherever the test that asks may move."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
WEIGHTS: Final = ROOT / "models" / "weights"
