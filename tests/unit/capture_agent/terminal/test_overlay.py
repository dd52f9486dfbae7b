from typing import Any

import cv2
import numpy as np
import pytest

from capture_agent.perception.head_pose import HeadPose
from capture_agent.perception.pipeline import FaceReading
from capture_agent.sources.frames import Image
from capture_agent.terminal import overlay
from capture_agent.terminal.overlay import SIZE, Showing, Sight, draw

RED = np.full((480, 640, 3), (20, 20, 220), np.uint8)
BAR_ROWS = [116 + row * 36 + 19 for row in range(7)]


def face(*shares: float) -> FaceReading:
    return FaceReading((200, 150, 120, 120), 0.9, shares, HeadPose(1.0, -2.0, 3.0), 0.3)


def bar_lengths(picture: Image) -> list[int]:
    """How far each bar is filled, in pixels: everything that is brighter than its trough."""
    rows = picture[BAR_ROWS, 660:860].astype(int).sum(axis=2)
    return [int((row > 300).sum()) for row in rows]


def redness(picture: Image) -> float:
    return float((picture[:, :640] == RED[0, 0]).all(axis=2).mean())


def test_the_bars_are_as_long_as_the_shares() -> None:
    shares = (0.1, 0.0, 0.05, 0.6, 0.15, 0.02, 0.08)
    lengths = bar_lengths(draw(Sight(Showing.SHARING, RED, face(*shares), 1, 2.0)))
    assert lengths == pytest.approx([200 * share for share in shares], abs=2)
    assert bar_lengths(draw(Sight(Showing.SHARING, RED))) == [0] * 7


def test_a_pause_shows_no_picture_even_where_one_is_given() -> None:
    assert redness(draw(Sight(Showing.SHARING, RED))) > 0.8
    assert redness(draw(Sight(Showing.PAUSED, RED))) == 0


@pytest.mark.parametrize("showing", Showing)
def test_the_state_is_told_in_large_by_colour_and_word(showing: Showing) -> None:
    picture = draw(Sight(showing))
    assert tuple(picture[5, 320]) == tuple(picture[240, 5]) == showing.colour
    assert (picture[:92, 640:] == showing.colour).all(axis=2).mean() > 0.7
    ink, paper = (_luminance(colour) + 0.05 for colour in (showing.ink, showing.colour))
    assert max(ink, paper) / min(ink, paper) >= 4.5, "WCAG AA"


def _luminance(colour: tuple[int, int, int]) -> float:
    blue, green, red = (((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("size", [(480, 640), (720, 1280), (1920, 1080), (2, 2)])
def test_a_picture_of_any_size_fits(size: tuple[int, int]) -> None:
    picture = draw(Sight(Showing.SHARING, np.full((*size, 3), (20, 20, 220), np.uint8)))
    assert picture.shape == (*SIZE, 3)
    assert redness(picture) > 0.4


def test_a_question_lies_over_the_picture_and_the_given_picture_is_left_alone() -> None:
    plain, asked = (
        draw(Sight(Showing.SHARING, RED, question=text)) for text in ("", "Would you like that?")
    )
    assert (plain[300:380] == asked[300:380]).all()
    assert (plain[410:460, 20:600] != asked[410:460, 20:600]).any(axis=2).all()
    assert redness(np.hstack([RED, RED])) == 1


def test_letters_are_drawn_by_an_older_opencv_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = cv2.putText

    def put(canvas: Any, text: str, *rest: Any) -> Any:
        seen.append(text)
        return real(canvas, text, *rest)

    monkeypatch.delattr(overlay.cv2, "FontFace", raising=False)
    monkeypatch.setattr(overlay.cv2, "putText", put)
    draw(Sight(Showing.SHARING, RED, face(0, 0, 0, 1, 0, 0, 0), 2, 2.0))
    assert {"SHARING", "100%", "2.0 pictures/s  ·  1 more in view".replace("·", "-")} <= set(seen)
    assert all(text.isascii() for text in seen), "strokes know no other letters"
