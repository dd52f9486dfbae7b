"""Any text as one that the report's fonts can set, whoever typed it.

A PDF that is to be archived may hold no character without a picture: one emoji in a marker would
else cost the whole report. The fonts cover the scripts of the world; what is left over becomes a
plain box, so that a reader sees that something stood there.
"""

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any, Final

SUBSTITUTE: Final = "\u25a1"
"""WHITE SQUARE, in place of a character that no font of the report has."""

_JOINERS: Final = frozenset("\u200c\u200d")
"""They shape letters of their neighbours, and are no marks themselves."""

_LONGEST_WORD: Final = 18
"""Characters; a longer one may be broken, or it would leave its column."""

_BREAK: Final = "\u200b"
_LONG_WORD: Final = re.compile(rf"[^\s\u00a0{_BREAK}]{{{_LONGEST_WORD + 1},}}")


def printable(value: Any) -> Any:
    """``value`` with every text in it, however deep in lists and dictionaries, made printable."""
    if isinstance(value, str):
        return _broken(_shown(value))
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    return value


def _shown(text: str) -> str:
    if text.isascii() and text.isprintable() and not text.isspace():
        return text
    shown = "".join(map(_shown_character, unicodedata.normalize("NFC", text)))
    # A heading may not be empty, and a reader should see that something was typed.
    return shown if _visible(shown) or not text else SUBSTITUTE


def _visible(text: str) -> bool:
    return any(not c.isspace() and c not in _JOINERS and c != _BREAK for c in text)


def _shown_character(character: str) -> str:
    if character in "\n\t":
        return " "
    if character in _JOINERS or character == _BREAK:
        return character
    if unicodedata.category(character) == "Cf" or _is_selector(character):
        # They order a formatter about, and have no picture anywhere.
        return ""
    if (ord(character) in _covered() and character.isprintable()) or character == "\u00a0":
        return character
    simpler = unicodedata.normalize("NFKD", character)
    if simpler != character and all(ord(c) in _covered() and c.isprintable() for c in simpler):
        return simpler
    return SUBSTITUTE


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _broken(text: str) -> str:
    return _LONG_WORD.sub(_with_breaks, text)


def _with_breaks(word: re.Match[str]) -> str:
    """Where a long word may break: after each so many characters, never before a mark."""
    pieces = [""]
    for character in word.group():
        joined = unicodedata.combining(character) or unicodedata.category(character)[0] == "M"
        after_joiner = pieces[-1][-1:] in _JOINERS
        if len(pieces[-1]) >= _LONGEST_WORD and not (
            joined or after_joiner or character in _JOINERS
        ):
            pieces.append("")
        pieces[-1] += character
    return _BREAK.join(pieces)


@cache
def _covered() -> frozenset[int]:
    """The code points that the report's fonts have together."""
    kept = files("dashboard.reports").joinpath("fonts", "fallback", "coverage.json").read_text()
    return frozenset(point for first, last in json.loads(kept) for point in range(first, last + 1))
