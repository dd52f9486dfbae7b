"""Bringing a backup back, without those who were erased since it was made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.engine import backup
from db.engine.store import Store, open_store, parse_url
from db.errors import StoreError
from db.measurements import forgetting_again
from db.people import erasures
from db.people.erasures import Entry
from services.access import OperatorActor


@dataclass(frozen=True, slots=True)
class Restored:
    """``ledgers``: where erasures were looked up, in words; ``again``: how many were done again."""

    ledgers: tuple[str, ...]
    again: int


def restore(
    url: str, source: Path, *, ledgers: Sequence[Path], clock: Callable[[], datetime]
) -> Restored:
    """Make the SQLite store at ``url`` what the backup ``source`` is, all or nothing.

    What the ledger of the store that is there names, the one in the file beside it or one of the
    files ``ledgers``, is deleted from the backup's copy first. Raises StoreError.
    """
    found = _ledgers(url, ledgers)
    again = 0

    def amend(copy: Store) -> None:
        nonlocal again
        again = apply(copy, [entry for entries in found.values() for entry in entries], clock())

    backup.restore(url, source, amend)
    store = open_store(url)
    try:
        file = erasures.file_of(store.url)
        kept = erasures.ledger(store)
        if file is not None and kept:
            erasures.write(kept, file)
    finally:
        store.close()
    return Restored(tuple(found), again)


def apply(store: Store, entries: Sequence[Entry], now: datetime) -> int:
    """Delete again what the entries name; answers how much of it was there.

    Nothing of it is left in the store's files then.
    """
    if not forgetting_again.missing(store, entries):
        return 0
    removed = forgetting_again.apply(store, entries, now=now, actor=OperatorActor().name)
    erasures.overwrite(store, now)
    return len(removed)


def _ledgers(url: str, given: Sequence[Path]) -> dict[str, list[Entry]]:
    """All that is known of erasures, by where it stands."""
    found = {str(file): erasures.read(file) for file in given}
    parsed = parse_url(url)
    beside = erasures.file_of(parsed)
    if beside is not None and beside.is_file():
        found[str(beside)] = erasures.read(beside)
    if parsed.database is not None and Path(parsed.database).is_file():
        try:
            store = open_store(url)
        except StoreError:
            # Damaged or of an older version, which may be why it is replaced.
            return found
        try:
            found[str(parsed.database)] = erasures.ledger(store)
        except StoreError:
            return found
        finally:
            store.close()
    return found
