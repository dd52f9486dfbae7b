"""What ``classpulse predict`` says, and where: results, sentences, progress, its exit code."""

import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from classpulse.student import run_predict


class Screen(io.StringIO):
    """Standard error, where it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good pictures, a bad one between them."""
    made = tmp_path / "class"
    made.mkdir()
    for name in ("a.png", "c.jpg"):
        encoded = cv2.imencode(Path(name).suffix, np.full((40, 60, 3), 90, np.uint8))[1]
        encoded.tofile(made / name)
    (made / "b.jpg").write_bytes(b"no picture")
    return made


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), 10.0, (64, 48)
    )
    for _ in range(15):
        writer.write(np.full((48, 64, 3), 90, np.uint8))
    writer.release()
    return path


def test_json_stays_whole_and_the_code_is_1_where_one_was_not_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_predict([folder], as_json=True, annotate=None) == 1
    said = capsys.readouterr()
    assert [json.loads(line)["source"] for line in said.out.splitlines()] == [
        str(folder / "a.png"),
        str(folder / "c.jpg"),
    ]
    bad = folder / "b.jpg"
    assert said.err == f"classpulse: The file {bad} is not a picture that can be read.\n"


def test_the_code_is_0_where_all_were_read_and_the_copies_are_told_of_last(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "b.jpg").unlink()
    out = tmp_path / "out"
    assert run_predict([folder], as_json=False, annotate=out) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [f"{folder / name}: no face" for name in ("a.png", "c.jpg")]
    assert said.err == f"The 2 annotated copies are in {out}.\n"
    run_predict([folder / "a.png"], as_json=True, annotate=out)
    assert capsys.readouterr().err == f"The annotated copy is {out / 'a-2.png'}.\n"


@pytest.mark.parametrize(
    ("stream", "as_json", "shown"),
    [(Screen, False, True), (Screen, True, False), (io.StringIO, False, False)],
)
def test_progress_is_shown_at_a_terminal_alone_and_never_beside_json(
    stream: type[io.StringIO],
    as_json: bool,
    shown: bool,
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = stream()
    monkeypatch.setattr("sys.stderr", error)
    assert run_predict([clip], as_json=as_json, annotate=None) == 0
    written = error.getvalue()
    assert ("clip.mp4: 1 of 2 s\r" in written) is shown
    assert bool(written) is shown
    # What is left of the line is empty, and none of it is among the results.
    assert not written.rstrip("\r").split("\r")[-1].strip()
    assert "of 2 s" not in capsys.readouterr().out
