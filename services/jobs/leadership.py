"""Which of several processes runs the jobs: whoever holds the lock that belongs to the store."""

from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from db.engine.leader import AdvisoryLeadership
from services.context import Services
from services.errors import LeadershipError


class Leadership(Protocol):
    """The right to run the jobs, held by one process at a time until it lets go or dies."""

    def held(self) -> bool:
        """Whether this process leads now; tries to, where nobody else does."""

    def release(self) -> None:
        """Let another process lead. May be called again."""


class FileLeadership:
    """A lock file beside a SQLite store; the system lets go of it however the process ends."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(
            path,
            blocking=False,
            # The process leads, whichever of its threads asks.
            thread_local=False,
            # A mere marker, where a file system has no locks, would outlive its process.
            fallback_to_soft=False,
        )

    def held(self) -> bool:
        """Whether this process has the lock, or just got it. LeadershipError if it cannot be."""
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire()
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or error
            raise LeadershipError(
                f"The lock file {self._lock.lock_file} must be writable: {reason}."
            ) from error
        return True

    def release(self) -> None:
        """Let go."""
        self._lock.release(force=True)


def leadership_of(services: Services) -> Leadership:
    """The leadership that fits the store."""
    store = services.store
    if store.kind == "postgresql":
        return AdvisoryLeadership(store)
    return FileLeadership(Path(str(store.url.database) + ".leader"))
