"""Saying things in the reader's language: texts by catalogue, figures and dates by its habits.

English sentences stand in the code and are the catalogues' keys; ``locales/`` holds the others.
Which language is spoken belongs to the running request or report (a context variable), so that
threads never mix theirs; where nobody chose, it is English.
"""

import gettext
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from contract.languages import Language

DOMAIN: Final = "classpulse"
"""The catalogues' file name: ``locales/<language>/LC_MESSAGES/classpulse.po``."""

_LOCALES: Final[Mapping[Language, Locale]] = {
    # Days before months, as in most schools of the world.
    Language.EN: Locale("en", "GB"),
    Language.ES: Locale("es"),
    Language.HI: Locale("hi"),
}
_spoken: ContextVar[Language] = ContextVar("classpulse_language", default=Language.EN)


def language() -> Language:
    """The language of the running request or report."""
    return _spoken.get()


def speak(chosen: Language) -> None:
    """Speak ``chosen`` until told otherwise, within this thread's request."""
    _spoken.set(chosen)


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Speak ``chosen`` inside the block, and afterwards what was spoken before."""
    before = _spoken.set(chosen)
    try:
        yield
    finally:
        _spoken.reset(before)


def text(message: str, /, **values: object) -> str:
    """``message`` in the reader's language, its ``{fields}`` filled with ``values``.

    ``message`` must be a literal, for ``scripts/catalogues.py`` reads it out of the code.
    """
    said = _catalogue(language()).gettext(message)
    return said.format(**values) if values else said


def text_of(context: str, message: str, /, **values: object) -> str:
    """As :func:`text`, where one English word has several meanings; ``context`` tells which."""
    said = _catalogue(language()).pgettext(context, message)
    return said.format(**values) if values else said


def plural(one: str, many: str, count: int, /, **values: object) -> str:
    """``one`` or ``many``, by the reader's rule for ``count``, which fills the field ``{n}``."""
    said = _catalogue(language()).ngettext(one, many, count)
    return said.format(n=number(count), **values)


def mark(message: str) -> str:
    """``message`` itself, for the catalogues: it is given to :func:`text` once somebody reads."""
    return message


class Said(Mapping[Any, str]):
    """A table of texts whose words are looked up in the reader's language at each reading."""

    def __init__(self, messages: Mapping[Any, str]) -> None:
        self._messages = dict(messages)

    def __getitem__(self, key: Any) -> str:
        return text(self._messages[key])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._messages)

    def __len__(self) -> int:
        return len(self._messages)


def number(value: float, digits: int = 0) -> str:
    """``12480`` as ``12,480``, with ``digits`` behind the point."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    if language() is Language.HI:
        pattern = pattern.replace("#,##0", "#,##,##0")
    return format_decimal(value, format=pattern, locale=_locale())


def percent(share: float, digits: int = 0) -> str:
    """``0.614`` as ``61 %``, by the language's own habit of spaces."""
    # Rounded here, so that every language rounds a half alike.
    rounded = round(share * 100, digits)
    if language() is Language.EN:
        return f"{number(rounded, digits)} %"
    pattern = _locale().percent_formats[None].pattern
    whole = pattern.split("%")[0].rstrip("\u00a0 ")
    exact = f"{whole}.{'0' * digits}" if digits else whole
    return format_percent(rounded / 100, format=pattern.replace(whole, exact, 1), locale=_locale())


def day(moment: date | datetime) -> str:
    """``21 November``; ``moment`` already in the school's zone."""
    return format_skeleton("MMMMd", moment, locale=_locale())


def short_day(moment: date | datetime) -> str:
    """``21 Nov``; ``moment`` already in the school's zone."""
    return format_skeleton("MMMd", moment, locale=_locale())


def full_day(moment: date | datetime) -> str:
    """``21 November 2026``; ``moment`` already in the school's zone."""
    return format_date(moment, format="long", locale=_locale())


def clock(moment: datetime) -> str:
    """``10:42``, in every language alike; ``moment`` already in the school's zone."""
    return moment.strftime("%H:%M")


def listing(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return format_list(list(parts), style="standard", locale=_locale())


def _locale() -> Locale:
    return _LOCALES[language()]


@cache
def _catalogue(chosen: Language) -> gettext.NullTranslations:
    """The language's texts, read once. Shipped as text: no compiled file can be out of date."""
    if chosen is Language.EN:
        return gettext.NullTranslations()
    folder = files("dashboard.i18n").joinpath("locales", chosen.value, "LC_MESSAGES")
    with folder.joinpath(f"{DOMAIN}.po").open("rb") as file:
        read = read_po(file, locale=chosen.value, domain=DOMAIN)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
