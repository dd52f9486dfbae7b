"""Whatever a person is called and a teacher writes prints, or leaves a box that can be seen."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.reports.printable import SUBSTITUTE, _covered, printable
from dashboard.reports.render import told
from dashboard.reports.typeset import to_pdf
from dashboard.settings import Settings
from db.engine.store import open_store
from db.teaching import lectures
from services.reporting.compute import material
from tests.builders.card import sharp_card
from tests.builders.clock import START
from tests.builders.lecture import Sitting

NAMES = (
    "李小龙", "すずき たろう", "홍길동", "محمد بن سلمان", "דוד כהן", "สมชาย ใจดี", "தமிழ்ச்செல்வி",
    "রবীন্দ্রনাথ", "ప్రియ", "ಪ್ರಿಯ", "പ്രിയ", "પ્રિયા", "ਪ੍ਰਿਆ", "ପ୍ରିୟା", "ප්‍රියා", "ልዑል", "გიორგი",
    "Արամ", "ສົມ", "សុខ", "အောင်", "Ναταλία", "Ёлка", "Nguyễn", "😀👩‍👩‍👧🏽", "𝓐𝓷𝓪", "✓★→",
)  # fmt: skip


@pytest.fixture(scope="module")
def words(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """The words of a short lecture's report, as the typesetter gets them."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("printable") / "store.db")
    store = open_store(f"sqlite:///{path}")
    try:
        sitting = Sitting.begin(store)
        lectures.end(store, sitting.lecture.id, START)
        services = SimpleNamespace(store=store, card=sharp_card(), settings=Settings())
        return told(material(services, sitting.lecture.id, START), services.card)
    finally:
        store.close()


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def with_marker(words: Mapping[str, object], label: str) -> bytes:
    return to_pdf({**words, "title": label, "markers": [["1", "10:02", label, ""]]}, START)


def test_names_in_the_scripts_of_the_world_are_set_as_they_are(words: Mapping[str, object]) -> None:
    assert [name for name in NAMES if SUBSTITUTE in printable(name)] == []
    with_marker(words, " ".join(NAMES))


@given(st.text(min_size=1, max_size=200))
@settings(max_examples=60)
def test_any_text_prints(words: Mapping[str, object], label: str) -> None:
    assert with_marker(words, label).startswith(b"%PDF")


def test_every_character_that_is_said_to_be_covered_is(words: Mapping[str, object]) -> None:
    known = [chr(point) for point in sorted(_covered()) if not 0xD800 <= point < 0xE000]
    # Each with all others of its block beside it, a few blocks a document.
    for start in range(0, len(known), 5_000):
        with_marker(words, " ".join(known[start : start + 5_000]))


@pytest.mark.parametrize(
    "character", ["\U00020000", "\x00", "\x07", "\ue000", "\ufdd0", "\U0001b000"]
)
def test_what_no_font_has_leaves_a_box(words: Mapping[str, object], character: str) -> None:
    assert printable(f"a{character}b") == f"a{SUBSTITUTE}b"
    assert f"a{SUBSTITUTE}b" in text_of(with_marker(words, f"a{character}b"))


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\ufe0f", "\U000e0041", "\ufeff"])
def test_what_only_orders_a_formatter_about_is_left_out(character: str) -> None:
    assert printable(f"a{character}b") == "ab"


@given(st.text(alphabet=st.characters(categories=["L", "M", "N"]), min_size=60, max_size=200))
def test_a_word_without_an_end_stays_in_its_column(word: str) -> None:
    shown = printable(word)
    assert max(len(piece) for piece in shown.split("\u200b")) < 60 or any(
        c for c in shown if not c.isalnum()
    )
    assert not any(piece.startswith(tuple("\u0301\u093e")) for piece in shown.split("\u200b")[1:])
