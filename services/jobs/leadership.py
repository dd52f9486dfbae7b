"""Which of several processes runs the jobs: whoever holds the lock that belongs to the store."""

import sys
from pathlib import Path
from typing import IO, Protocol

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
        self._path = path
        self._file: IO[bytes] | None = None

    def held(self) -> bool:
        """Whether this process has the lock, or just got it. LeadershipError if it cannot be."""
        if self._file is not None:
            return True
        try:
            file = self._path.open("ab")
        except OSError as error:
            raise LeadershipError(
                f"The lock file {self._path} must be writable: {error.strerror or error}."
            ) from error
        if not _try_lock(file):
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let go."""
        if self._file is not None:
            self._file.close()
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def leadership_of(services: Services) -> Leadership:
    """The leadership that fits the store."""
    store = services.store
    if store.kind == "postgresql":
        return AdvisoryLeadership(store)
    return FileLeadership(Path(str(store.url.database) + ".leader"))
