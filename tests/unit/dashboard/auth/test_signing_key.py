"""The key that signs cookies: one per folder, its owner's alone."""

import os
import stat
import threading
from pathlib import Path

import pytest

from dashboard.auth.signing_key import FILE, load_or_make_key
from dashboard.errors import ServerError


def test_the_key_stays_the_same_and_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    key = load_or_make_key(folder)
    assert len(key) == 32
    assert load_or_make_key(folder) == key
    assert load_or_make_key(tmp_path) != key
    assert [path.name for path in folder.iterdir()] == [FILE]
    if os.name == "posix":
        assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    ready, keys = threading.Barrier(8), []

    def start() -> None:
        ready.wait()
        keys.append(load_or_make_key(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_what_is_no_key_and_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"short")
    with pytest.raises(ServerError, match="must be 32 bytes, but has 5"):
        load_or_make_key(tmp_path)
    with pytest.raises(ServerError, match="must be writable"):
        load_or_make_key(tmp_path / FILE / "below a file")
