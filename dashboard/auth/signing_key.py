"""The key that signs cookies: made once, kept in the data folder, readable by this user alone."""

import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from dashboard.errors import ServerError

FILE: Final = "secret.key"
_BYTES: Final = 32


def load_or_make_key(folder: Path) -> bytes:
    """The key of that data folder; several processes that start at once get the same one.

    Raises ServerError where the folder cannot be written, or what lies there is no key.
    """
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise ServerError(
            f"The data folder {folder} must be writable: {error.strerror or error}."
        ) from error
    if len(key) != _BYTES:
        raise ServerError(f"The key {path} must be {_BYTES} bytes, but has {len(key)}.")
    return key


def _make(path: Path) -> None:
    # Written whole before it gets its name, so that nobody reads half a key; the first name wins.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        except OSError:
            # Some file systems have no links.
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
