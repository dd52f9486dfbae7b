"""The comparison's rows, brought up to date: what is new is measured, what is kept is read."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from models.cards import PACKAGED, load_card
from models.errors import ModelsError
from models.evaluation import comparison
from models.evaluation.comparison import Row
from models.evaluation.peers import PEERS
from models.training.architectures import ARCHITECTURES
from models.training.data.datasets import load_dataset

if TYPE_CHECKING:
    from models.training.data.datasets import DataSet

Tell = Callable[[str], None]


def compared(
    data: Path | None,
    runs: Path,
    *,
    again: bool,
    tell: Tell,
    kept_in: Path = comparison.RESULTS,
) -> list[Row]:
    """A row for each of the nine models and every peer; measured ones are kept in ``kept_in``.

    Without ``data`` nothing is measured. A run that has come further than its kept row is measured;
    ``again`` measures every row that can be. Raises ModelsError.
    """
    rows = comparison.kept_rows(kept_in)
    if data is not None:
        loaded = load_dataset(data)
        for name in (*ARCHITECTURES, *PEERS):
            row = _measured(name, loaded, runs, None if again else rows.get(name), tell)
            if row is not None:
                rows[name] = row
                comparison.keep(row, kept_in)
    return comparison.in_order(rows)


def _measured(name: str, data: "DataSet", runs: Path, kept: Row | None, tell: Tell) -> Row | None:
    """The new row of one model; None where what is kept still holds, or nothing can be measured."""
    if name in PEERS:
        if kept is not None and kept.measured is not None:
            return None
        tell(f"asking {name}")
        return comparison.peer_row(PEERS[name], _python(name, tell), data)
    if name == PACKAGED:
        if kept is not None and _same_file(kept):
            return None
        tell(f"measuring {name}")
        return comparison.packaged_row(data)
    run = runs / name
    if not comparison.is_news(run, kept):
        return None
    tell(f"exporting and measuring {name}")
    try:
        return comparison.run_row(name, run, data)
    except ModelsError as error:
        tell(f"{name} keeps its row: {error}")
        return None


def _same_file(kept: Row) -> bool:
    card = load_card()
    return kept.measured is not None and kept.summary.endswith(f"({card.model_id})")


def _python(name: str, tell: Tell) -> Path:
    """The interpreter to ask a peer with: its own environment, or else this one."""
    from benchmarks.seeing.agent import PeerMissingError, peer_python

    if name == "fer":
        try:
            return peer_python()
        except PeerMissingError as error:
            tell(str(error))
    return Path(sys.executable)
