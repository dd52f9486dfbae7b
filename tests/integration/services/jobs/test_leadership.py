"""One process leads, whichever of its threads asks, until it lets go or is killed."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.errors import LeadershipError
from services.jobs.leadership import FileLeadership
from tests.builders.places import ROOT

LEADER = """
import sys
from pathlib import Path
from services.jobs.leadership import FileLeadership
leadership = FileLeadership(Path(sys.argv[1]))
print(leadership.held(), flush=True)
sys.stdin.read()
"""


def test_one_leads_until_it_lets_go(tmp_path: Path) -> None:
    first, second = FileLeadership(tmp_path / "lock"), FileLeadership(tmp_path / "lock")
    assert first.held()
    assert first.held()
    assert not second.held()
    first.release()
    first.release()
    assert second.held()
    assert not first.held()
    second.release()


def test_the_process_leads_and_not_its_thread(tmp_path: Path) -> None:
    ours, theirs = FileLeadership(tmp_path / "lock"), FileLeadership(tmp_path / "lock")
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(ours.held).result()
    assert ours.held()
    assert not theirs.held()
    ours.release()
    assert theirs.held()
    theirs.release()


def test_a_leader_that_is_killed_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "classpulse.db.leader"
    leader = subprocess.Popen(
        [sys.executable, "-c", LEADER, str(path)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with leader:
        assert leader.stdout is not None
        assert leader.stdout.readline() == "True\n"
        follower = FileLeadership(path)
        assert not follower.held()
        leader.kill()
        leader.wait(20)
        assert follower.held()
        follower.release()


def test_a_lock_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(LeadershipError, match="lock must be writable"):
        FileLeadership(tmp_path / "lock").held()
