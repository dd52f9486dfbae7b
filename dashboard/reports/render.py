"""A report's material in, its PDF and its CSV tables out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

import structlog

from contract.languages import Language
from dashboard import i18n
from dashboard.i18n import plural, text
from dashboard.reports.columns import COMPANION, companion
from dashboard.reports.csv_files import csv_bytes
from dashboard.reports.room import ROOM_DIGITS, room_sentence, room_table
from dashboard.reports.tables import tables
from dashboard.reports.typeset import to_pdf
from dashboard.reports.words import ModelWords, words
from services.context import Services
from services.jobs.report_writing import ReportFiles
from services.reporting.compute import Material, material

if TYPE_CHECKING:
    from models.cards import Card

_log = structlog.get_logger(__name__)

Made = TypeVar("Made")

TABLES: Final = (
    "summary", "timeline", "moments", "comparison", "flags", "students", "attendance",
    "markers", COMPANION,
)  # fmt: skip
"""All tables that a report may have; *flags*, *students* and *attendance* only where the policy
allows."""


def render_report(
    services: Services, language: Language, lecture_id: UUID, now: datetime
) -> tuple[bytes, Mapping[str, bytes]]:
    """The PDF in ``language``, and the CSV tables by name, of a lecture as it stands at ``now``.

    The same data give the same bytes: the document is dated by the lecture's end, not by ``now``.
    Raises UnknownObjectError where there is no such lecture, TypesetError where it cannot be set.
    """
    made = material(services, lecture_id, now)
    return _document(services, language, made, now), _tables(made)


def report_files(
    services: Services, language: Language, lecture_id: UUID, now: datetime
) -> ReportFiles:
    """What can be made of ``render_report``'s files, and why a part of them cannot."""
    made = material(services, lecture_id, now)
    pdf, no_pdf = _tried(lambda: _document(services, language, made, now))
    written, no_tables = _tried(lambda: _tables(made))
    problems = [problem for problem in (no_pdf, no_tables) if problem]
    return ReportFiles(pdf, written or {}, " ".join(problems) or None)


def _tried(make: Callable[[], Made]) -> tuple[Made | None, str | None]:
    try:
        return make(), None
    except Exception as error:  # noqa: BLE001 - whatever stops one part, the other is still wanted
        _log.error("report_part_failed", exc_info=error)
        return None, f"{type(error).__name__}: {error}"


def _document(services: Services, language: Language, made: Material, now: datetime) -> bytes:
    with i18n.speaking(language):
        return to_pdf(told(made, services.card), made.lecture.ended_at or now)


def told(made: Material, card: "Card") -> dict[str, Any]:
    """What a report says, in the reader's language: the words of its PDF and of its page."""
    said = words(made.report, made.course, made.school, model_words(card), made.said)
    if made.room:
        said["method"]["items"].append(room_sentence(made.room))
    return said


def _tables(made: Material) -> Mapping[str, bytes]:
    # Tables are for programs too: one language, whatever the school's.
    with i18n.speaking(Language.EN):
        made_tables = tables(made.report, made.course, made.said)
        written = {name: csv_bytes(table) for name, table in made_tables.items()}
        if made.room:
            written["room"] = csv_bytes(room_table(made.room, made.course), ROOM_DIGITS)
        return written | {COMPANION: csv_bytes(companion(written))}


def model_words(card: "Card") -> ModelWords:
    """What the model's card says of its answers beside most people's, in plain words."""
    measured = [e for e in card.evaluations if e.file == card.files[0].name]
    last = measured[-1] if measured else None
    if last is None or last.ferplus_accuracy is None:
        nothing = text("The model {model} carries no measured accuracy.", model=card.model_id)
        return ModelWords([nothing], None)
    sentences = [
        text(
            "The model {model} answers as most of ten people do on {accuracy} of held-out "
            "pictures ({split}, measured on {day}).",
            model=card.model_id,
            accuracy=i18n.percent(last.ferplus_accuracy, 1),
            split=last.split,
            day=i18n.full_day(last.provenance.measured_on),
        ),
        plural(
            "On a single picture it differs from them {n} time in ten; they are not of one mind "
            "either.",
            "On a single picture it differs from them {n} times in ten; they are not of one mind "
            "either.",
            max(1, round((1 - last.ferplus_accuracy) * 10)),
        ),
        text(
            "Class shares are corrected for its known errors; figures of one student are not exact."
        ),
    ]
    agreement = [row[at] / max(1, sum(row)) for at, row in enumerate(card.hard_confusion)]
    return ModelWords(sentences, agreement)
