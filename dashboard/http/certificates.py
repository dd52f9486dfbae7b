"""The certificate that the server speaks TLS with, and its renewal while connections stay open."""

import ssl
from pathlib import Path

import structlog

from dashboard.errors import ServerError

_log = structlog.get_logger(__name__)


class Certificate:
    """A chain and its key, as one TLS context that every new connection begins with."""

    def __init__(self, chain: Path, key: Path) -> None:
        """TLS 1.2 or newer. Raises ServerError where the files cannot be used."""
        self._files = chain, key
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Read before the files: what changes between is then read once more, not missed.
        self._seen = self._marks()
        try:
            self.context.load_cert_chain(chain, key)
        except (OSError, ssl.SSLError) as error:
            raise ServerError(
                f"The certificate {chain} and key {key} cannot be used: {error.strerror or error}."
            ) from error

    def renew(self) -> None:
        """Take up files that have changed since; those in use stay where the new ones do not fit.

        Whoever writes them writes two files, one after the other: between, they may not fit.
        """
        marks = self._marks()
        if marks == self._seen:
            return
        self._seen = marks
        chain, key = self._files
        try:
            # Tried apart first: a key that does not fit must not stay behind in the one in use.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, key)
            self.context.load_cert_chain(chain, key)
        except (OSError, ssl.SSLError) as error:
            _log.warning("certificate_not_renewed", detail=str(error.strerror or error))
        else:
            _log.info("certificate_renewed", file=str(chain))

    def _marks(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(map(_mark, self._files))


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What is another for a file that was written or replaced; None where there is none."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_ino, told.st_size, told.st_mtime_ns
