"""``classpulse lecture start|end|list|room`` and ``classpulse report``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classpulse.commands.common import (
    AsJson,
    Database,
    find_course,
    find_lecture,
    find_user,
)
from classpulse.console import UsageError, say, say_json, stop, table
from classpulse.opening import opened_store
from contract.policy import CourseMode

if TYPE_CHECKING:
    from services.context import Services

app = typer.Typer(help="Start, end and list lectures.", no_args_is_help=True)


@app.command("start")
def start(
    course: Annotated[str, typer.Argument(help="a course, by title or id")],
    title: Annotated[str, typer.Option(help="what the lecture is about")] = "Lecture",
    create: Annotated[
        str | None,
        typer.Option(help="make the course if it is not there: roster, open or anonymous"),
    ] = None,
    teacher: Annotated[str | None, typer.Option(help="login of who teaches a new course")] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Start a lecture and print its join code."""
    from classpulse.serving import offline_services
    from services import teaching
    from services.access import OperatorActor

    with opened_store(database) as store:
        services = offline_services(store)
        if create is not None:
            _make_course(services, course, create, teacher)
        found = find_course(store, course)
        lecture = teaching.start_lecture(services, OperatorActor(), found.id, title)
    if as_json:
        say_json({"id": str(lecture.id), "code": lecture.code, "course": str(lecture.course_id)})
    else:
        say(f"{lecture.title} has started. Students join with the code {lecture.code}.")


@app.command("end")
def end(
    lecture: Annotated[str, typer.Argument(help="its id or join code")],
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """End a lecture; its report follows when the students' outboxes have drained."""
    from classpulse.serving import offline_services
    from services import teaching
    from services.access import OperatorActor

    with opened_store(database) as store:
        ended = teaching.end_lecture(
            offline_services(store), OperatorActor(), find_lecture(store, lecture).id
        )
    if as_json:
        say_json({"id": str(ended.id), "ended_at": ended.ended_at})
    else:
        say(f"{ended.title} has ended. The running server writes its report.")


@app.command("room")
def room(
    lecture: Annotated[str, typer.Argument(help="its id or join code")],
    allow: Annotated[
        bool,
        typer.Option("--allow", help="on your word that everybody in view was told and agreed"),
    ] = False,
    stop_it: Annotated[bool, typer.Option("--stop", help="end the room camera")] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Allow one camera to look at the whole room, end it, or say how it stands."""
    from classpulse.serving import offline_services
    from services import room_camera
    from services.access import OperatorActor

    if allow and stop_it:
        raise UsageError("Give --allow or --stop, not both.")
    told: dict[str, object] = {}
    with opened_store(database) as store:
        services, found = offline_services(store), find_lecture(store, lecture)
        if allow:
            link = room_camera.allow(services, OperatorActor(), found.id, everybody_agreed=True)
            told["link"] = link.link
        if stop_it:
            room_camera.stop(services, OperatorActor(), found.id)
        state = room_camera.state(services, OperatorActor(), found.id)
    told |= state.model_dump(mode="json")
    if as_json:
        say_json(told)
        return
    stands = "allowed" if state.allowed else "not allowed"
    say(
        f"A room camera is {stands}; {state.agreed} students chose it, "
        f"{state.missing} did not or took it back."
    )
    if "link" in told:
        say("Its link is shown this once; put your server's address before it:")
        say(f"  classpulse agent --room --server SERVER --join 'SERVER{told['link']}'")


@app.command("list")
def list_lectures(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List the newest lectures."""
    from db.people import courses
    from db.teaching import lectures

    with opened_store(database) as store:
        titles = {course.id: course.title for course in courses.list_courses(store)}
        rows = [
            {
                "id": str(one.id),
                "code": one.code,
                "course": titles.get(one.course_id),
                "title": one.title,
                "policy": one.policy.value,
                "started_at": one.started_at.isoformat(timespec="seconds"),
                "ended_at": one.ended_at.isoformat(timespec="seconds") if one.ended_at else None,
            }
            for one in lectures.recent(store, limit=limit)
        ]
    if as_json:
        say_json(rows)
    else:
        table(rows, ["code", "course", "title", "policy", "started_at", "ended_at", "id"])


def report(
    lecture: Annotated[str, typer.Argument(help="its id or join code")],
    pdf: Annotated[Path | None, typer.Option(help="write the PDF here")] = None,
    csv: Annotated[Path | None, typer.Option(help="write the CSV tables into this folder")] = None,
    database: Database = None,
) -> None:
    """Write the report of an ended lecture to files."""
    from classpulse.serving import write_report

    if pdf is None and csv is None:
        raise UsageError("Say where the report should go: --pdf FILE, --csv DIR, or both.")
    with opened_store(database) as store:
        found = find_lecture(store, lecture)
        if found.running:
            stop(f"the lecture {found.title!r} has not ended, so it has no report yet")
        for path in write_report(store, found.id, pdf=pdf, csv=csv):
            say(str(path))


def _make_course(services: "Services", title: str, mode: str, teacher: str | None) -> None:
    """Make the course unless one of that title is there, and let ``teacher`` teach it."""
    from db.people import courses
    from services.access import OperatorActor
    from services.rosters import lists

    if mode not in tuple(CourseMode):
        raise UsageError(f"A mode must be one of {', '.join(CourseMode)}, but received {mode!r}.")
    store, operator = services.store, OperatorActor()
    taught_by = find_user(store, teacher) if teacher else None
    known = [course for course in courses.list_courses(store) if course.title == title]
    made = (
        known[0]
        if known
        else lists.add_course(services, operator, title=title, mode=CourseMode(mode))
    )
    if taught_by:
        lists.set_teaches(services, operator, made.id, taught_by.id, teaches=True)
