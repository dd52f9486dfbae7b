"""Texts, figures and dates in the reader's language, never in another thread's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest

from contract.languages import Language
from dashboard import i18n

MOMENT = datetime(2026, 11, 21, 9, 5)  # noqa: DTZ001 wall time, as pages show it


def test_where_nobody_chose_it_is_english() -> None:
    assert i18n.language() is Language.EN
    assert i18n.text("Sign in") == "Sign in"


def test_a_block_speaks_its_language_and_then_what_was_spoken_before() -> None:
    with i18n.speaking(Language.ES):
        with i18n.speaking(Language.HI):
            assert i18n.text("Sign in") == "साइन इन करें"
        assert i18n.text("Sign in") == "Iniciar sesión"
    assert i18n.text("Sign in") == "Sign in"


def test_an_error_inside_a_block_leaves_the_language_as_it_was() -> None:
    with pytest.raises(RuntimeError), i18n.speaking(Language.ES):
        raise RuntimeError
    assert i18n.language() is Language.EN


def test_each_thread_speaks_its_own_language() -> None:
    together = Barrier(len(Language), timeout=10)

    def said(chosen: Language) -> str:
        with i18n.speaking(chosen):
            together.wait()
            first = i18n.text("Sign in")
            together.wait()
            return first if i18n.text("Sign in") == first else "mixed"

    with ThreadPoolExecutor(len(Language)) as threads:
        answers = list(threads.map(said, Language))
    assert answers == ["Sign in", "Iniciar sesión", "साइन इन करें"]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (
            Language.EN,
            ["61 %", "1,248,000", "2.35", "21 November", "21 November 2026", "a, b and c"],
        ),
        (
            Language.ES,
            [
                "61\u00a0%",
                "1.248.000",
                "2,35",
                "21 de noviembre",
                "21 de noviembre de 2026",
                "a, b y c",
            ],
        ),
        (Language.HI, ["61%", "12,48,000", "2.35", "21 नवंबर", "21 नवंबर 2026", "a, b, और c"]),
    ],
)
def test_figures_and_dates_follow_the_language(chosen: Language, expected: list[str]) -> None:
    with i18n.speaking(chosen):
        assert [
            i18n.percent(0.614),
            i18n.number(1_248_000),
            i18n.number(2.3456, 2),
            i18n.day(MOMENT),
            i18n.full_day(MOMENT),
            i18n.listing(["a", "b", "c"]),
        ] == expected
        assert i18n.clock(MOMENT) == "09:05"


@pytest.mark.parametrize("chosen", Language)
def test_every_language_rounds_a_half_alike(chosen: Language) -> None:
    with i18n.speaking(chosen):
        rounded = [
            i18n.percent(share).replace("\u00a0", "").replace(" ", "") for share in (0.125, 0.375)
        ]
    assert rounded == ["12%", "38%"]


def test_a_table_of_texts_is_read_in_the_readers_language() -> None:
    table = i18n.Said({"one": "Sign in"})
    assert dict(table) == {"one": "Sign in"}
    with i18n.speaking(Language.ES):
        assert dict(table) == {"one": "Iniciar sesión"}


def test_what_a_person_typed_is_never_read_as_a_field() -> None:
    assert i18n.text("Hello, {name}", name="{0} {x}") == "Hello, {0} {x}"
