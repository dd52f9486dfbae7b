"""What nobody asks for: lectures that everybody has left end, and what is too old is forgotten."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from db.engine.store import Store
from db.engine.unit_of_work import UnitOfWork, together
from db.measurements import queries, retention
from db.measurements.removal import Removal
from db.people import audit, erasures, own_pages, school_settings, tickets, users
from db.teaching import lectures
from db.values import Lecture
from services.context import Services

_log = structlog.get_logger(__name__)

ACTOR: Final = "scheduler"
"""Who did it, in the access log."""

PROOF: Final = timedelta(days=90)
"""For how long an agreement that was taken back tells whose it was `[own]`: long enough to answer
whoever asks by what right they were measured, and no longer."""

_A_DAY: Final = timedelta(days=1)


class Upkeep:
    """Remembers nothing itself: when a thing was last done, the store's own log tells."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def end_silent(self, now: datetime) -> int:
        """End the lectures of which nothing has come for too long, from agents or the teacher;
        answers how many."""
        store, patience = self._services.store, self._services.terms.silence
        silent = [
            lecture
            for lecture in lectures.running(store)
            if now - self._last_sign(lecture) > patience
        ]
        for lecture in silent:
            together(store, partial(self._end, lecture, now))
        return len(silent)

    def _end(self, lecture: Lecture, now: datetime, unit: UnitOfWork) -> None:
        lectures.end(unit, lecture.id, now, self._services.terms.report_grace)
        audit.record(
            unit,
            actor=ACTOR,
            action="end_lecture",
            object=f"lecture:{lecture.id}",
            at=now,
            detail={"why": "silence"},
        )

    def _last_sign(self, lecture: Lecture) -> datetime:
        newest = queries.last_sign(self._services.store, lecture.id)
        return max(lecture.started_at, newest or lecture.started_at)

    def forget_old(self, now: datetime) -> int:
        """Delete what is older than the school keeps, if that was last done a day ago; answers
        how many observations."""
        store = self._services.store
        if audit.records(store, actor=ACTOR, action="prune", since=now - _A_DAY, limit=1):
            return 0
        return forget(store, now, ACTOR).observations

    def overwrite_erased(self, now: datetime) -> int:
        """Take out of an SQLite store's files what deleted rows have left there.

        The log each time; the tables, for which everybody waits, where something was deleted for
        good and no lecture runs, or a day has passed. Answers how often tables were written anew.
        """
        store = self._services.store
        since = erasures.stale_since(store) if store.kind == "sqlite" else None
        if since is None or (lectures.running(store) and now - since < _A_DAY):
            emptied, written = store.clean(), 0
        else:
            emptied, written = erasures.overwrite(store, now), 1
        if not emptied:
            # A reader that never ends, or no room beside the store for the ledger.
            _log.warning("traces_left")
        return written


def forget(store: Store, now: datetime, actor: str, *, days: int | None = None) -> Removal:
    """Delete what is older than the school keeps: data of lectures that ended (``days``: instead of
    the school's own number), the access log, sessions, and the names of tickets that are over and
    of agreements that were taken back long ago."""
    kept = school_settings.school(store)
    users.drop_old_sessions(store, now)
    own_pages.drop_old(store, now)
    tickets.forget_expired(store, now)
    retention.blank_withdrawn(store, now - PROOF, now)
    retention.prune_access_log(store, now - timedelta(days=kept.log_days))
    # Last, as its line in the log says that all this is done.
    older_than = now - timedelta(days=kept.retention_days if days is None else days)
    return retention.prune(store, older_than, now=now, actor=actor)
