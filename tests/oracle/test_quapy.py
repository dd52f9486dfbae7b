"""QuaPy asked anew, in an environment of its own: half a minute, and a package registry.

Not among the quick tests: ``pytest tests/oracle``. Those compare ours with what it said last.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SAID = HERE.parent / "unit" / "analytics" / "quapy_pacc.json"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_quapy_still_says_what_is_written_down() -> None:
    uv = os.environ.get("UV") or shutil.which("uv")
    assert uv, "QuaPy needs uv to make its environment: put it on PATH or name it in UV."
    said = json.loads(SAID.read_text(encoding="utf-8"))
    done = subprocess.run(
        [uv, "run", "--no-project", "--with", f"quapy=={said['quapy']}", "python",
         str(HERE / "quapy_pacc.py")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    now = json.loads(done.stdout.strip().rpartition("\n")[2])
    assert now["quapy"] == said["quapy"]
    for new, old in zip(now["cases"], said["cases"], strict=True):
        for key in ("matrix", "mean", "shares"):
            flat = [new[key], old[key]]
            if key == "matrix":
                flat = [[value for row in matrix for value in row] for matrix in flat]
            assert flat[0] == pytest.approx(flat[1], abs=1e-5)
