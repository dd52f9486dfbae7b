"""One form for the same words: what cannot be seen makes no other name."""

import sys
import unicodedata

import pytest

from services.acting.typed import tidy, told, unwritable, written
from services.errors import InvalidError

UNSEEN = [
    chr(code)
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) == "Cf" or 0xFE00 <= code <= 0xFE0F
] + list("\u3164\uffa0\u115f\u1160\u2800\u034f")


def test_no_unseen_character_tells_two_names_apart() -> None:
    for unseen in UNSEEN:
        for name in (f"A{unseen}na", f"{unseen}Ana", f"Ana{unseen}", f"An{unseen}{unseen}a"):
            assert tidy(name) == "Ana", f"U+{ord(unseen):04X}"
        assert tidy(f"Nguy\u1ec5n{unseen} An") == "Nguy\u1ec5n An"
        assert tidy(f" {unseen} {unseen}") == ""


@pytest.mark.parametrize(
    "name",
    [
        "\u0915\u094d\u200d\u0937",
        "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc",
        "\U0001f469\u200d\U0001f52c",
    ],
)
def test_what_a_script_needs_stays(name: str) -> None:
    assert tidy(name) == name
    assert tidy(f"{name}\u200d") == name


@pytest.mark.parametrize("letter", ["\0", "\x1b", "\x7f", "\x85\x01", "\ud800", "\ufffe", "\ufdd0"])
def test_what_is_no_text_is_refused_or_left_out(letter: str) -> None:
    assert unwritable(letter)
    with pytest.raises(InvalidError, match="cannot be seen"):
        written(f"A{letter}na")
    assert told(f"A{letter}na") in ("Ana", "A na")


def test_the_form_is_one_form() -> None:
    for text in ("e\u0301\u200d\u202e  x", "\u0915\u200d\u200d\u0937", "a\u200b\u0301"):
        assert tidy(tidy(text)) == tidy(text)
