"""The report as a PDF: typst sets it, tagged (PDF/UA-1) and archivable (PDF/A-2a), offline."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from contract import ClassPulseError
from dashboard.reports.printable import printable


class TypesetError(ClassPulseError):
    """A report could not be set as a PDF."""


def to_pdf(report: Mapping[str, Any], built_at: datetime) -> bytes:
    """The PDF of a report's words (see ``lecture.typ`` for the keys).

    The same words and the same ``built_at`` give the same bytes on every machine: only the shipped
    fonts are used, and the timestamp is the one given. Any text prints: see ``printable``. Raises
    TypesetError with typst's own words.
    """
    try:
        return _compile(report, built_at)
    except typst.TypstError as error:
        raise TypesetError(f"The report could not be typeset: {error}.") from error


def _compile(report: Mapping[str, Any], built_at: datetime) -> bytes:
    made: object = _typst(
        _template(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(_printable(report), ensure_ascii=False)},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=built_at.astimezone(UTC).replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypesetError(f"A report must be one PDF, but typst answered {type(made).__name__}.")
    return made


def _printable(report: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _drawn(value) or printable(value) for key, value in report.items()}


def _drawn(value: Any) -> Any:
    """A chart with its words made printable; None for what is no chart."""
    if not isinstance(value, dict) or "svg" not in value:
        return None
    return {"svg": value["svg"], "alt": printable(value["alt"])}


def _typst(*arguments: Any, **options: Any) -> object:
    # Its stubs know neither a folder of fonts beside a document of bytes nor the other way round.
    return typst.compile(*arguments, **options)


@cache
def _template() -> bytes:
    return files("dashboard.reports").joinpath("lecture.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    # Read once: the scripts of the world take a tenth of a second. typst opens the folder itself,
    # so it must be a real one; wheels are installed unzipped.
    folder = str(files("dashboard.reports").joinpath("fonts"))
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )
