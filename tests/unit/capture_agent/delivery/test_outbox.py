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

from capture_agent.delivery.outbox import Kind, Outbox, bodies, forget_stale, outbox_folder
from capture_agent.errors import OutboxError, OutboxFullError, OutboxLockedError
from contract.batches import read_batch
from contract.events import Event, EventKind
from contract.ids import uuid7
from contract.observations import Observation, RoomFace, RoomObservation
from tests.builders.places import ROOT

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
from capture_agent.delivery.outbox import Outbox
from contract.events import Event, EventKind
from contract.ids import uuid7
box, now = Outbox(Path(sys.argv[1])), datetime.now(UTC)
for _ in range(20):
    box.add(Event(id=uuid7(now), at=now, kind=EventKind.PAUSED))
os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "box")], cwd=ROOT, timeout=60, check=False
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
    assert [len(outbox.oldest(kind, 9)) for kind in (Kind.OBSERVATION, Kind.EVENT)] == [1, 1]
    outbox.close()


def test_a_full_disk_is_told_and_leaves_the_outbox_whole(tmp_path: Path, observe: Observe) -> None:
    box = Outbox(tmp_path / "box")
    pages = box._db.execute("PRAGMA page_count").fetchone()[0]
    box._db.execute(f"PRAGMA max_page_count={pages + 3}")
    kept: list[int] = []

    def fill() -> None:
        for second in range(1000):
            box.add(observe(second))
            kept.append(second)

    with pytest.raises(OutboxFullError, match="The disk is full: nothing more can be kept"):
        fill()
    assert box.waiting() == len(kept) > 5
    with pytest.raises(OutboxFullError):
        box.add(observe(1000))
    box._db.execute(f"PRAGMA max_page_count={pages + 1000}")
    box.add(observe(len(kept)))
    box.close()
    again = Outbox(tmp_path / "box")
    assert again._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(again.oldest(Kind.OBSERVATION, 10**4)) == again.waiting() == len(kept) + 1
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on a file's size is a POSIX thing")
def test_a_write_that_the_system_refuses_is_a_full_disk_too(tmp_path: Path) -> None:
    code = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from capture_agent.errors import OutboxFullError
from capture_agent.delivery.outbox import Kind, Outbox
from contract.events import Event, EventKind
from contract.ids import uuid7
box, now, kept = Outbox(Path(sys.argv[1])), datetime.now(UTC), 0
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
try:
    while kept < 10**4:
        box.add(Event(id=uuid7(now), at=now, kind=EventKind.PAUSED))
        kept += 1
except OutboxFullError:
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    box.add(Event(id=uuid7(now), at=now, kind=EventKind.PAUSED))
    print(kept + 1 == len(box.oldest(Kind.EVENT, 10**5)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "box")],
        cwd=ROOT, timeout=60, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_items_are_discarded_and_the_session_stays(tmp_path: Path, observe: Observe) -> None:
    box = Outbox(tmp_path / "box")
    box.save_session("who")
    box.add(observe(1))
    assert box.discard() == 1
    assert (box.waiting(), box.session(), box.oldest(Kind.OBSERVATION, 9)) == (0, "who", [])
    box.close()


class Picture(Observation):
    """An Observation that would carry a picture along."""

    picture: str


def a_room(faces: tuple[RoomFace, ...]) -> RoomObservation:
    """A room's second that nothing has checked."""
    return RoomObservation.model_construct(
        id=uuid7(NOW), captured_at=NOW, clock_offset_ms=0, frames=2, faces=faces, model="quick@1"
    )


@pytest.mark.parametrize(
    "smuggled",
    [
        b"\x89PNG picture",
        {"picture": "iVBORw0KGgo="},
        "free text",
        [0.12] * 512,
        "a value made around the contract: text",
        "a value made around the contract: embedding",
        "a class of one's own",
        "a room made around the contract: embeddings",
        "a room made around the contract: too few faces to hide among",
    ],
)
def test_nothing_but_numbers_can_be_put_in(
    smuggled: object, tmp_path: Path, observe: Observe
) -> None:
    usual = {name: getattr(observe(1), name) for name in Observation.model_fields}
    made_around = {
        "a value made around the contract: text": Observation.model_construct(
            **usual | {"model": "Ana was crying"}
        ),
        "a value made around the contract: embedding": Observation.model_construct(
            **usual | {"face_share": 1.0, "faces": 1, "probabilities": (0.12,) * 512}
        ),
        "a class of one's own": Picture(**usual, picture="iVBORw0KGgo="),
        "a room made around the contract: embeddings": a_room(
            (RoomFace.model_construct(probabilities=(0.12,) * 512, attentive=None),) * 5
        ),
        "a room made around the contract: too few faces to hide among": a_room(
            (RoomFace(probabilities=(0, 0, 0, 1, 0, 0, 0)),) * 4
        ),
    }
    box = Outbox(tmp_path / "box")
    with pytest.raises(OutboxError, match="ever sent"):
        box.add(made_around.get(smuggled, smuggled) if isinstance(smuggled, str) else smuggled)  # type: ignore[arg-type]
    assert box.waiting() == 0
    box.close()
