"""The file of all that is kept of one student, for the office to hand over."""

import json
import re
import tempfile
import zipfile
from typing import IO, Any, Final
from uuid import UUID

from flask import Flask, Response, send_file

from dashboard.api.me import told
from dashboard.auth.signin import current_actor
from dashboard.http.web import current_services
from services.reading import people
from services.reading.people import Part, Person

_IN_MEMORY: Final = 8 * 2**20


def register(flask: Flask) -> None:
    """Offer the file beside the student's page."""
    flask.add_url_rule("/admin/students/<uuid:known_as>/data.zip", view_func=student_data)


def student_data(known_as: UUID) -> Response:
    """``GET``: a list of what there is, and a file for each lecture with all its rows."""
    found, rows = people.exported(current_services(), current_actor(), known_as)
    made = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - Flask closes it
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", json.dumps(_about(found), ensure_ascii=False, indent=1))
        for number, (part, one) in enumerate(rows, 1):
            archive.writestr(_name(number, part), told(one).model_dump_json(indent=1))
    made.seek(0)
    return _sent(made)


def _sent(made: IO[bytes]) -> Response:
    answer = send_file(made, "application/zip", as_attachment=True, download_name="student.zip")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _about(found: Person) -> dict[str, Any]:
    return {
        "school": found.school.name,
        "name": found.name,
        "rosters": [
            {
                "course": course.title,
                "name": student.name,
                "id": student.external_id,
                "email": student.email,
                "taken_off": None if student.left_at is None else student.left_at.isoformat(),
            }
            for student, course in found.places
        ],
        "lectures": [
            {
                "file": _name(number, part),
                "lecture": part.lecture.title,
                "course": part.course.title,
                "started_at": part.lecture.started_at.isoformat(),
                "joined_at": part.participant.joined_at.isoformat(),
                "observations": part.seconds,
            }
            for number, part in enumerate(found.parts, 1)
        ],
    }


def _name(number: int, part: Part) -> str:
    """``01-2026-11-21-heat.json``: letters that every system takes."""
    title = re.sub(r"[^A-Za-z0-9]+", "-", part.lecture.title).strip("-").lower()
    return f"{number:02d}-{part.lecture.started_at:%Y-%m-%d}-{title or 'lecture'}.json"
