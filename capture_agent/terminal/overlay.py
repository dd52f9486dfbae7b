"""The student's overlay: the picture, what was read of it, and in large whether it is shared."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import cv2
import numpy as np

from capture_agent.perception.pipeline import FaceReading
from capture_agent.sources.frames import Image
from capture_agent.terminal.annotate import annotate
from contract.looks import LOOKS

Colour = tuple[int, int, int]
"""Blue, green, red."""

SIZE: Final = (480, 880)
"""Height and width of the overlay; the picture has the left 640 columns."""

_PICTURE: Final = 640
_INK: Final = (240, 238, 235)
_DIM: Final = (176, 166, 156)
_PAPER: Final = (38, 30, 26)
_TROUGH: Final = (66, 55, 49)
_BAR: Final = (214, 150, 84)
_BEST: Final = (240, 205, 120)
_LEFT: Final = _PICTURE + 20
UNREADABLE: Final = "your face is seen, but not clearly enough to read"
_RIGHT: Final = SIZE[1] - 20


class Showing(Enum):
    """What the mirror says in large: the words, and a colour that the colour-blind tell apart."""

    SHARING = ("SHARING", "only numbers leave this machine", (88, 132, 32), (255, 255, 255))
    PAUSED = ("PAUSED", "nothing is looked at", (32, 176, 240), (20, 16, 12))
    LOST = ("NO CAMERA", "covered, dark, lost or busy", (16, 70, 190), (255, 255, 255))

    def __init__(self, word: str, meaning: str, colour: Colour, ink: Colour) -> None:
        self.word = word
        self.meaning = meaning
        self.colour = colour
        self.ink = ink


@dataclass(frozen=True, slots=True)
class Sight:
    """One moment to draw. ``image`` and ``face`` are None where nothing is looked at or seen."""

    showing: Showing
    image: Image | None = None
    face: FaceReading | None = None
    faces: int = 0
    frames_per_second: float = 0.0
    question: str = ""


def draw(sight: Sight) -> Image:
    """The mirror as a picture (480, 880, 3): box and look at the left, figures at the right."""
    canvas = np.full((*SIZE, 3), _PAPER, dtype=np.uint8)
    _draw_picture(canvas, sight)
    _draw_badge(canvas, sight.showing)
    _draw_bars(canvas, sight.face if sight.face is not None and sight.face.readable else None)
    _draw_figures(canvas, sight)
    if sight.question:
        _draw_question(canvas, sight.question)
    return canvas


def _draw_picture(canvas: Image, sight: Sight) -> None:
    """The picture as large as it fits, in a frame that can be seen from across the room."""
    if sight.image is None or sight.showing is Showing.PAUSED:
        middle = (_PICTURE // 2, SIZE[0] // 2)
        if sight.showing is Showing.PAUSED:
            for side in (-1, 1):
                left = middle[0] + side * 26 - 12
                corners = (left, middle[1] - 50), (left + 24, middle[1] + 50)
                cv2.rectangle(canvas, *corners, sight.showing.colour, cv2.FILLED, cv2.LINE_AA)
        else:
            cv2.circle(canvas, middle, 50, sight.showing.colour, 6, cv2.LINE_AA)
            start, end = (middle[0] - 35, middle[1] + 35), (middle[0] + 35, middle[1] - 35)
            cv2.line(canvas, start, end, sight.showing.colour, 6, cv2.LINE_AA)
    else:
        image = sight.image
        if sight.face is not None and sight.face.readable:
            best = _best(sight.face)
            label = (sight.face.box, str(LOOKS[best]), sight.face.probabilities[best])
            image = annotate(image, [label])
        scale = min(_PICTURE / image.shape[1], SIZE[0] / image.shape[0])
        width, height = round(image.shape[1] * scale), round(image.shape[0] * scale)
        top, left = (SIZE[0] - height) // 2, (_PICTURE - width) // 2
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        canvas[top : top + height, left : left + width] = cv2.resize(
            image, (width, height), interpolation=how
        )
    cv2.rectangle(canvas, (3, 3), (_PICTURE - 4, SIZE[0] - 4), sight.showing.colour, 6)


def _draw_badge(canvas: Image, showing: Showing) -> None:
    cv2.rectangle(canvas, (_PICTURE, 0), (SIZE[1], 92), showing.colour, cv2.FILLED)
    _write(canvas, showing.word, (_LEFT, 50), 31, showing.ink, bold=True)
    _write(canvas, showing.meaning, (_LEFT, 76), 13, showing.ink)


def _draw_bars(canvas: Image, face: FaceReading | None) -> None:
    best = None if face is None else _best(face)
    for row, look in enumerate(LOOKS):
        top = 116 + row * 36
        share = 0.0 if face is None else face.probabilities[row]
        colour = _INK if row == best else _DIM
        _write(canvas, str(look), (_LEFT, top + 10), 15, colour, bold=row == best)
        percent = "" if face is None else f"{share:.0%}"
        _write(canvas, percent, (_RIGHT, top + 10), 15, colour, from_right=True)
        cv2.rectangle(canvas, (_LEFT, top + 16), (_RIGHT, top + 22), _TROUGH, cv2.FILLED)
        end = _LEFT + round(share * (_RIGHT - _LEFT))
        if end > _LEFT:
            fill = _BEST if row == best else _BAR
            cv2.rectangle(canvas, (_LEFT, top + 16), (end, top + 22), fill, cv2.FILLED)


def _draw_figures(canvas: Image, sight: Sight) -> None:
    words = "no face in view"
    if sight.image is None or sight.showing is Showing.PAUSED:
        words = ""
    elif sight.face is not None and not sight.face.readable:
        words = "seen, not clear enough to read"
    elif sight.face is not None and sight.face.pose is not None:
        pose = sight.face.pose
        words = f"yaw {pose.yaw:+.0f}°  pitch {pose.pitch:+.0f}°  roll {pose.roll:+.0f}°"
    elif sight.face is not None:
        words = "one face"
    _write(canvas, words, (_LEFT, 392), 14, _DIM)
    if sight.frames_per_second and words:
        others = f"  ·  {sight.faces - 1} more in view" if sight.faces > 1 else ""
        text = f"{sight.frames_per_second:.1f} pictures/s{others}"
        _write(canvas, text, (_LEFT, 415), 14, _DIM)
    going = "P goes on" if sight.showing is Showing.PAUSED else "P pauses"
    _write(canvas, f"{going}     Q stops", (_LEFT, 458), 16, _INK, bold=True)


def _draw_question(canvas: Image, question: str) -> None:
    top = SIZE[0] - 78
    canvas[top : SIZE[0] - 8, 8 : _PICTURE - 8] //= 4
    _write(canvas, question, (24, top + 30), 17, _INK)
    _write(canvas, "Y yes     N no", (24, top + 56), 15, _BEST, bold=True)


def _best(face: FaceReading) -> int:
    return max(range(len(LOOKS)), key=face.probabilities.__getitem__)


def _write(
    canvas: Image,
    text: str,
    at: tuple[int, int],
    pixels: int,
    colour: Colour,
    *,
    bold: bool = False,
    from_right: bool = False,
) -> None:
    """Write ``text`` on the baseline ``at``, its letters about ``pixels`` high in all."""
    # OpenCV 5 draws letters from a typeface of its own; before, there are only strokes.
    typeface: Any = getattr(cv2, "FontFace", None)
    if typeface is not None:
        face, weight = typeface("sans"), 700 if bold else 400
        if from_right:
            box = cv2.getTextSize(canvas.shape[1::-1], text, (0, 0), face, pixels, weight)
            at = (at[0] - int(box[2]), at[1])
        cv2.putText(canvas, text, at, colour, face, pixels, weight)
        return
    text, thick = text.replace("°", "").replace("·", "-"), 2 if bold else 1
    scale = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, pixels * 2 // 3, thick)
    if from_right:
        (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
        at = (at[0] - width, at[1])
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, thick, cv2.LINE_AA)
