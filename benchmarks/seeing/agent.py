"""What the capture agent costs a student's machine, and how fast its eyes are beside ``fer``."""

import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import platformdirs

from contract.errors import ClassPulseError

MOST_FRAMES: Final = 300
_CHILD_S: Final = 300.0
_INSTALL_S: Final = 1800.0
_PEER: Final = "fer-25.10.3"
_PEER_NEEDS: Final = (
    # fer asks for facenet-pytorch, and with it for PyTorch, which its default detector never uses.
    ("--no-deps", "fer==25.10.3", "moviepy==1.0.3"),
    (
        "opencv-contrib-python==4.14.0.94",
        "tensorflow-cpu>=2.21,<2.22" if sys.platform != "darwin" else "tensorflow>=2.21,<2.22",
        "setuptools<80",
        "pandas",
        "pillow",
        "requests",
        "tqdm",
    ),
)


class AgentBenchError(ClassPulseError):
    """The agent could not be measured."""


class PeerMissingError(AgentBenchError):
    """``fer`` could not be installed or run here; the message says why."""


def bench_agent(source: str, seconds: float = 15.0) -> dict[str, Any]:
    """Measure the agent on ``source``, a video's path or ``demo``, and ``fer`` beside it.

    ``cpu_share``: of one core, beyond decoding, while two pictures a second are analysed in real
    time for ``seconds``. ``rss_mb``: the most memory that this run held resident.
    ``first_observation_s``: from the start of the process until an observation is sent.
    ``frames_per_s``: the whole pipeline on one core, as fast as it goes, on at most 300 pictures,
    by the core's time that it took, which other programs cannot lengthen; ``faces_found`` in that
    many ``frames``. ``peer_fer_frames_per_s``: ``fer`` with its defaults
    on the same pictures and the same core; null where it cannot be had, for ``peer_fer_reason``.

    Each part runs in a process of its own. Raises AgentBenchError.
    """
    with tempfile.TemporaryDirectory(prefix="classpulse-bench-") as folder:
        pictures = Path(folder) / "pictures.npy"
        ours = [sys.executable, "-m", "benchmarks.seeing.agent_at_work"]
        live = _run([*ours, "live", source, str(seconds), str(time.monotonic())])
        fast = _run([*ours, "fast", source, str(MOST_FRAMES), str(pictures)])
        peer: dict[str, Any] = {"frames_per_s": None, "faces_found": None}
        reason = None
        try:
            script = Path(__file__).with_name("peer_fer.py")
            peer = _run([str(peer_python()), str(script), str(pictures)])
        except AgentBenchError as error:
            reason = str(error)
    return {
        **live,
        **fast,
        "peer_fer_frames_per_s": peer["frames_per_s"],
        "peer_fer_faces_found": peer["faces_found"],
        "peer_fer_reason": reason,
    }


def peer_python(folder: Path | None = None) -> Path:
    """The interpreter of an environment that holds ``fer`` and the OpenCV it needs.

    It is made under the user's cache the first time, which takes a minute and a gigabyte. Raises
    PeerMissingError.
    """
    folder = folder or platformdirs.user_cache_path("classpulse", appauthor=False) / _PEER
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    whole = folder / "whole"
    if whole.exists():
        return python
    try:
        venv.create(folder, clear=True, with_pip=True)
        for needs in _PEER_NEEDS:
            install = [str(python), "-m", "pip", "install", "--quiet", *needs]
            _finish(install, _INSTALL_S)
        whole.touch()
    except (OSError, subprocess.SubprocessError, AgentBenchError) as error:
        raise PeerMissingError(f"fer could not be installed: {error}") from error
    return python


def _run(command: Sequence[str]) -> dict[str, Any]:
    """The JSON object that ``command`` prints as its last line. Raises AgentBenchError."""
    said = _finish(command, _CHILD_S)
    try:
        told = json.loads(said.strip().rpartition("\n")[2])
    except ValueError as error:
        raise AgentBenchError(f"A part of the bench answered {said[-200:]!r}.") from error
    if not isinstance(told, dict):
        raise AgentBenchError(f"A part of the bench answered {told!r}.")
    return told


def _finish(command: Sequence[str], seconds: float) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - our own programs, no shell
            list(command), capture_output=True, text=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AgentBenchError(f"A part of the bench did not end: {error}.") from error
    if done.returncode != 0:
        last = done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}"
        raise AgentBenchError(last)
    return done.stdout
