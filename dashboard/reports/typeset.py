"""The report as a PDF: typst sets it, tagged (PDF/UA-1) and archivable (PDF/A-2a), offline."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from contract import ClassPulseError


class TypesetError(ClassPulseError):
    """A report could not be set as a PDF."""


def to_pdf(report: Mapping[str, Any], built_at: datetime) -> bytes:
    """The PDF of a report's words (see ``lecture.typ`` for the keys).

    The same words and the same ``built_at`` give the same bytes on every machine: only the shipped
    font is used, and the timestamp is the one given. Raises TypesetError with typst's own words.
    """
    try:
        return _compile(report, built_at)
    except typst.TypstError as error:
        raise TypesetError(f"The report could not be typeset: {error}.") from error


def _compile(report: Mapping[str, Any], built_at: datetime) -> bytes:
    made: object = _typst(
        _template(),
        format="pdf",
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(report, ensure_ascii=False)},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=built_at.astimezone(UTC).replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypesetError(f"A report must be one PDF, but typst answered {type(made).__name__}.")
    return made


def _typst(*arguments: Any, **options: Any) -> object:
    # Its stubs know neither a folder of fonts beside a document of bytes nor the other way round.
    return typst.compile(*arguments, **options)


@cache
def _template() -> bytes:
    return files("dashboard.reports").joinpath("lecture.typ").read_bytes()


def _fonts() -> Path:
    # typst opens the folder itself, so it must be a real one; wheels are installed unzipped.
    return Path(str(files("dashboard.reports").joinpath("fonts")))
