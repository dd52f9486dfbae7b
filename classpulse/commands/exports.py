"""``classpulse export``: what is known of a lecture or of a course's lectures, as files."""

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classpulse.commands.common import AsJson, Database, UnknownNameError, find_course, find_lecture
from classpulse.console import UsageError, say, say_json
from classpulse.opening import OutputError, make_folder, opened_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from db.engine.store import Store
    from services.reporting.exporting import Export


def export(
    what: Annotated[str, typer.Argument(help="a lecture's id or join code, or a course")],
    to: Annotated[Path, typer.Option(help="folder for the files")],
    form: Annotated[
        str, typer.Option("--format", help="of the tables: csv, xlsx, parquet or json")
    ] = "csv",
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write the newest reports of a lecture, or of all of a course's, with their tables."""
    from dashboard.reports.exports import Format, Taken, files_of

    if form not in tuple(Format):
        raise UsageError(f"A format must be one of {', '.join(Format)}, but received {form!r}.")
    paths: list[str] = []
    with opened_store(database) as store:
        for found in _found(store, what):
            taken = Taken(
                id=str(found.lecture.id),
                title=found.lecture.title,
                course=found.course.title,
                started_at=found.lecture.started_at,
                tables=found.tables,
                pdf=found.pdf,
            )
            for path, content in files_of(taken, Format(form)):
                paths.append(str(_write(to / path, content)))
                if not as_json:
                    say(paths[-1])
    if as_json:
        say_json(paths)
    elif not paths:
        say("No lecture of this course has a report yet.")


def _found(store: "Store", what: str) -> "Iterator[Export]":
    """The lecture of that id or code, or the lectures of that course. Raises UnknownNameError."""
    from classpulse.serving import offline_services
    from services.access import OperatorActor
    from services.reporting import exporting

    services, operator = offline_services(store), OperatorActor()
    try:
        lecture = find_lecture(store, what)
    except UnknownNameError:
        lecture = None
    if lecture is not None:
        return chain([exporting.of_lecture(services, operator, lecture.id)])
    try:
        course = find_course(store, what)
    except UnknownNameError:
        raise UnknownNameError(
            f"There is no lecture with the id or code {what!r}, nor a course of that id or title."
        ) from None
    return exporting.of_course(services, operator, course.id)


def _write(path: Path, content: bytes) -> Path:
    make_folder(path.parent)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError(f"The file {path} cannot be written: {error.strerror}.") from error
    return path
