import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from capture_agent.errors import OutboxError, OutboxLockedError
from capture_agent.outbox import Kind, Outbox, bodies, forget_stale, outbox_folder
from contract.batches import read_batch
from contract.events import Event, EventKind
from contract.ids import uuid7
from contract.observations import Observation

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
Observe = Callable[[int], Observation]


def test_what_was_put_in_comes_out_after_a_restart_oldest_first(
    tmp_path: Path, observe: Observe
) -> None:
    first = Outbox(tmp_path / "box")
    made = [observe(second) for second in range(3)]
    for item in made:
        first.add(item)
    first.save_session("who")
    first.close()
    again = Outbox(tmp_path / "box")
    assert again.waiting() == 3
    assert again.session() == "who"
    items = again.oldest(Kind.OBSERVATION, 2)
    assert read_batch(bodies(items).encode(), Observation) == made[:2]
    again.delete(item.id for item in items)
    assert [item.id for item in again.oldest(Kind.OBSERVATION, 9)] == [made[2].id]
    again.close()


def test_a_killed_process_loses_nothing_that_was_put_in(tmp_path: Path) -> None:
    code = """
import os, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from capture_agent.outbox import Outbox
from contract.events import Event, EventKind
from contract.ids import uuid7
box, now = Outbox(Path(sys.argv[1])), datetime.now(UTC)
for _ in range(20):
    box.add(Event(id=uuid7(now), at=now, kind=EventKind.PAUSED))
os.kill(os.getpid(), 9)
"""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "box")], cwd=root, timeout=60, check=False
    )
    assert done.returncode != 0
    outbox = Outbox(tmp_path / "box")
    assert len(outbox.oldest(Kind.EVENT, 99)) == 20
    outbox.close()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    holder = Outbox(tmp_path / "box")
    with pytest.raises(OutboxLockedError, match="Another agent is already running"):
        Outbox(tmp_path / "box")
    Outbox(tmp_path / "another").close()
    holder.close()
    Outbox(tmp_path / "box").close()


@pytest.mark.skipif(os.name != "posix", reason="other systems keep the data folder private")
def test_only_this_user_may_read_it(tmp_path: Path, observe: Observe) -> None:
    folder = tmp_path / "state" / "box"
    outbox = Outbox(folder)
    outbox.add(observe(0))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {item.name: stat.S_IMODE(item.stat().st_mode) for item in folder.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    outbox.close()


def test_a_full_outbox_drops_the_oldest_and_tells_once(tmp_path: Path, observe: Observe) -> None:
    outbox = Outbox(tmp_path / "box", limit=3)
    made = [observe(second) for second in range(5)]
    for item in made:
        outbox.add(item)
    assert [item.id for item in outbox.oldest(Kind.OBSERVATION, 9)] == [it.id for it in made[2:]]
    assert outbox.settle_lost(NOW) == 2
    assert outbox.settle_lost(NOW) == 0
    (event,) = read_batch(bodies(outbox.oldest(Kind.EVENT, 9)).encode(), Event)
    assert isinstance(event, Event)
    assert (event.kind, event.count) == (EventKind.OUTBOX_OVERFLOW, 2)
    outbox.close()


def test_the_count_of_lost_items_outlives_the_process(tmp_path: Path, observe: Observe) -> None:
    first = Outbox(tmp_path / "box", limit=1)
    first.add(observe(0))
    first.add(observe(1))
    first.close()
    again = Outbox(tmp_path / "box", limit=1)
    assert again.settle_lost(NOW) == 1
    again.close()


def test_an_id_is_kept_once(tmp_path: Path, observe: Observe) -> None:
    outbox = Outbox(tmp_path / "box")
    outbox.add(observation := observe(0))
    with pytest.raises(OutboxError, match="UNIQUE"):
        outbox.add(observation)
    assert outbox.waiting() == 1
    outbox.close()


def test_cleared_means_items_and_session_are_gone(tmp_path: Path, observe: Observe) -> None:
    outbox = Outbox(tmp_path / "box")
    outbox.add(observe(0))
    outbox.save_session("who")
    assert outbox.clear() == 1
    assert outbox.session() is None
    assert outbox.waiting() == 0
    outbox.destroy()
    outbox.destroy()
    assert not (tmp_path / "box").exists()


def test_a_closed_outbox_says_so(tmp_path: Path, observe: Observe) -> None:
    outbox = Outbox(tmp_path / "box")
    outbox.close()
    outbox.close()
    with pytest.raises(OutboxError, match="is closed"):
        outbox.add(observe(0))


def test_a_damaged_file_is_said_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "box"
    folder.mkdir()
    (folder / "outbox.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(OutboxError, match="damaged"):
        Outbox(folder)


def test_a_newer_format_is_left_alone(tmp_path: Path) -> None:
    Outbox(tmp_path / "box").close()
    with sqlite3.connect(tmp_path / "box" / "outbox.sqlite3") as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(OutboxError, match="format 99"):
        Outbox(tmp_path / "box")


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutboxError, match="cannot be used"):
        Outbox(tmp_path / "file" / "box")


def test_outboxes_that_no_server_would_take_are_forgotten(tmp_path: Path) -> None:
    for name in ("old", "held", "new"):
        Outbox(tmp_path / name).close()
    os.utime(tmp_path / "new" / "outbox.sqlite3", (2e9, 2e9))
    held = Outbox(tmp_path / "held")
    (tmp_path / "mine").mkdir()
    later = datetime.now(UTC) + timedelta(hours=49)
    assert forget_stale(tmp_path, later - timedelta(hours=2)) == 0
    assert forget_stale(tmp_path, later) == 1
    held.close()
    assert sorted(item.name for item in tmp_path.iterdir()) == ["held", "mine", "new"]
    assert forget_stale(tmp_path / "nowhere", later) == 0


def test_students_and_lectures_have_folders_of_their_own_that_tell_no_secret() -> None:
    link = "https://school.example/join/ABC234?link=secret-token-of-ana"
    folders = {
        outbox_folder(Path("s"), server, join, name)
        for server in ("http://a", "http://b")
        for join in ("ABC234", link)
        for name in (None, "Ana", "Ben")
    }
    assert len(folders) == 12
    assert not any("secret" in str(folder) for folder in folders)


def test_no_picture_embedding_or_free_text_fits_in(observe: Observe) -> None:
    fields = json.loads(observe(0).model_dump_json())
    for name, value in (("picture", "iVBORw0KGgo="), ("embedding", [0.1] * 128), ("note", "hi")):
        with pytest.raises(ValueError, match="Extra inputs are not permitted"):
            Observation.model_validate_json(json.dumps(fields | {name: value}))
    with pytest.raises(ValueError, match="model"):
        Observation.model_validate_json(json.dumps(fields | {"model": "Ana looked sad today"}))


def test_ids_of_an_event_and_an_observation_live_side_by_side(
    tmp_path: Path, observe: Observe
) -> None:
    outbox = Outbox(tmp_path / "box")
    outbox.add(observe(0))
    outbox.add(Event(id=uuid7(NOW), at=NOW, kind=EventKind.STOPPED))
    assert [len(outbox.oldest(kind, 9)) for kind in Kind] == [1, 1]
    outbox.close()
