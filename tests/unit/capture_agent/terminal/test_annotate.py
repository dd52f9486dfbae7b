from pathlib import Path

import numpy as np
import pytest

from capture_agent.errors import SourceError
from capture_agent.terminal.annotate import AnnotatedVideo, annotate, write_picture


def ink(box: tuple[int, int, int, int], size: tuple[int, int] = (480, 640)) -> int:
    """How much of the white words is to be seen."""
    drawn = annotate(np.zeros((*size, 3), np.uint8), [(box, "surprise", 0.83)])
    return int((drawn.min(axis=2) >= 128).sum())


@pytest.mark.parametrize("corner", [(0, 0), (600, 0), (0, 470), (636, 476), (-80, -90), (700, 500)])
def test_words_are_whole_wherever_the_face_is(corner: tuple[int, int]) -> None:
    assert ink((*corner, 1, 1)) == pytest.approx(ink((300, 200, 1, 1)), rel=0.1)


def test_words_grow_with_the_picture_but_are_never_tiny() -> None:
    small, usual, large = (
        ink((50, 50, 1, 1), size) for size in ((120, 160), (480, 640), (2160, 3840))
    )
    assert small >= 0.8 * usual
    assert large > 5 * usual


def test_the_picture_given_is_left_as_it_was() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    annotate(picture, [((10, 40, 50, 50), "happy", 0.9)])
    assert not picture.any()


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    picture = np.zeros((10, 10, 3), np.uint8)
    with pytest.raises(SourceError, match="cannot be written"):
        write_picture(tmp_path / "nowhere" / "a.png", picture)
    with pytest.raises(SourceError, match="cannot be written"):
        AnnotatedVideo(tmp_path / "nowhere" / "a.mp4", 2.0, (10, 10))
