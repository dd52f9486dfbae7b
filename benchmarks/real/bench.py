"""``bench real``: all that is measured on real students, in one run."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.figures.faces import BenchError
from benchmarks.real.check_ins import check_ins
from benchmarks.real.engagement import engagement
from benchmarks.real.mood import mood
from benchmarks.real.pictures import ELEARNERS, LISTENING, read
from models.evaluation.evaluate import current_commit

FILES: Final = (LISTENING, ELEARNERS, "engagenet.csv", "pafe.csv")


def bench_real(
    folder: Path, *, seed: int, tell: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """The promised keys, what each part found besides, and whose figures these are."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise BenchError(f"{folder} must hold {', '.join(FILES)}, but lacks {', '.join(missing)}.")
    from models.inference.predictor import Predictor

    predictor = Predictor.load()
    tell("pictures")
    listening = read(folder, LISTENING, predictor)
    elearners = read(folder, ELEARNERS, predictor)
    tell("mood")
    figures = mood(listening, elearners, seed=seed)
    tell("engagement")
    figures |= engagement(listening, elearners)
    tell("check-ins")
    figures |= check_ins(folder, seed=seed)
    return figures | {
        "model": predictor.model_id,
        "data_sha256": _hash(folder),
        "measured_on": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": current_commit(),
        "seed": seed,
    }


def _hash(folder: Path) -> str:
    whole = hashlib.sha256()
    for name in FILES:
        whole.update((folder / name).read_bytes())
    return whole.hexdigest()
