"""A real agent that also keeps a ledger of every id it minted, written past the agent's own disk.

Its eyes are quick and see one face at once, so that hundreds of starts cost the machine little;
everything behind them is what a student runs.
"""

import json
import os
from pathlib import Path

from capture_agent import runtime
from capture_agent.delivery.outbox import Outbox
from capture_agent.settings import AgentSettings
from contract.events import Event
from contract.observations import Observation
from tests.builders.vision import ONE_FACE, quick_vision


class LedgerOutbox(Outbox):
    """Writes down each id before it is put in, and once more when it is in for certain.

    ``os.write`` hands the line to the system at once: killing this process cannot take it back.
    """

    ledger: int

    def add(self, item: Observation | Event) -> None:
        at = item.captured_at if isinstance(item, Observation) else item.at
        self._say(f"minted {type(item).__name__} {item.id} {at.timestamp():.6f}")
        super().add(item)
        self._say(f"kept {type(item).__name__} {item.id} {at.timestamp():.6f}")

    def _say(self, line: str) -> None:
        os.write(self.ledger, f"{line}\n".encode())


def main(words: str) -> int:
    """Run with the settings, ledger and speed of the JSON object ``words``."""
    given = json.loads(words)
    ledger, seconds = Path(given.pop("ledger")), float(given.pop("picture_seconds"))
    LedgerOutbox.ledger = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    runtime.Outbox = LedgerOutbox  # type: ignore[misc]
    return runtime.run(
        AgentSettings(**given), vision=lambda: quick_vision(ONE_FACE, seconds=seconds)
    )
