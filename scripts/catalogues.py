"""Bring the catalogues of texts up to date with the code, or say what they lack.

python scripts/catalogues.py           rewrite dashboard/i18n/locales/*/LC_MESSAGES/classpulse.po
python scripts/catalogues.py --check   change nothing; exit 1 where one is out of date
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[1]
LOCALES: Final = ROOT / "dashboard" / "i18n" / "locales"
SAYING: Final = {"text": None, "mark": None, "plural": (1, 2), "text_of": ((1, "c"), 2)}
_STORED: Final = ("Conflict", "NotFound", "Ticket", "Withdrawn")
_SERVED: Final = (
    "Forbidden",
    "Invalid",
    "NotSignedIn",
    "Person",
    "Refused",
    "Roster",
    "UnknownCode",
)
RAISING: Final = {
    **{f"{kind}Error": None for kind in (*_STORED, *_SERVED, "UnknownObject")},
    "rule_text": None,
}
"""The errors of lower floors that reach a page; each raise gives its rule as a literal, or chooses
one that ``rule_text`` marks."""

SOURCES: Final = (("dashboard", SAYING | RAISING), ("db", RAISING), ("services", RAISING))
LANGUAGES: Final = ("es", "hi")
"""English is what stands in the code."""


def extracted() -> Catalog:
    """Every text that the code says, with the files that say it."""
    catalog = Catalog(charset="utf-8", fuzzy=False)
    for folder, keywords in SOURCES:
        found = extract_from_dir(
            ROOT / folder,
            method_map=[("**.py", "python")],
            keywords=keywords,
            comment_tags=("For translators:",),
            strip_comment_tags=True,
        )
        for file, _line, message, comments, context in found:
            # Without line numbers: moving a line must not touch every catalogue.
            place = [((Path(folder) / file).as_posix(), None)]
            catalog.add(message, locations=place, auto_comments=comments, context=context)
    return catalog


def path_of(language: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALES / language / "LC_MESSAGES" / "classpulse.po"


def read(language: str) -> Catalog:
    """A language's catalogue as it stands; an empty one where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, template: Catalog) -> Catalog:
    """The language's catalogue with every text of ``template`` and no other."""
    known = read(language)
    # The class writes a dozen header lines; what a reader of the file needs is these.
    made = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for message in sorted(_said(template), key=_order):
        old = known.get(message.id, message.context)
        made.add(
            message.id,
            old.string if old is not None else None,
            locations=sorted(set(message.locations)),
            auto_comments=message.auto_comments,
            context=message.context,
        )
    return made


def written(catalog: Catalog) -> bytes:
    """The catalogue as a file: the same texts give the same bytes."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, omit_header=True, include_lineno=False)
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalog.locale_identifier}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return head.encode() + out.getvalue()


def lacking(catalog: Catalog) -> Iterator[Message]:
    """The texts without a translation, or with one that a person must still confirm."""
    for message in _said(catalog):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.fuzzy or not all(strings):
            yield message


def _said(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _order(message: Message) -> tuple[str, str]:
    first = message.id if isinstance(message.id, str) else message.id[0]
    return first, message.context or ""


def main(arguments: list[str]) -> int:
    """Run; answers the exit status."""
    check = arguments == ["--check"]
    if arguments and not check:
        print(__doc__, file=sys.stderr)
        return 2
    template = extracted()
    status = 0
    for language in LANGUAGES:
        catalog = updated(language, template)
        new, path = written(catalog), path_of(language)
        if check and (not path.exists() or path.read_bytes() != new):
            print(f"{language}: the catalogue is not that of the code; run `make catalogues`.")
            status = 1
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(new)
        missing = list(lacking(catalog))
        status = 1 if missing and check else status
        print(f"{language}: {len(catalog)} texts, {len(missing)} without a translation.")
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
