"""``classpulse user|roster|policy|erase``: the school's people and its policy."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classpulse.commands.common import AsJson, Database, find_course, find_user
from classpulse.console import UsageError, say, say_json, table
from classpulse.opening import opened_store
from contract.policy import Policy

if TYPE_CHECKING:
    from services.rosters.lists import Difference

users = typer.Typer(help="Teachers and admins.", no_args_is_help=True)
roster = typer.Typer(help="Courses and their students.", no_args_is_help=True)
policy = typer.Typer(help="The school's policy.", no_args_is_help=True)


@users.command("add")
def add_user(
    role: Annotated[str, typer.Argument(help="teacher or admin")],
    login: Annotated[str, typer.Argument()],
    name: Annotated[str | None, typer.Option(help="full name; the login otherwise")] = None,
    course: Annotated[
        list[str] | None, typer.Option(help="a course they teach, by title or id; repeatable")
    ] = None,
    database: Database = None,
) -> None:
    """Add somebody who signs in; the password is asked for, or read from standard input."""
    from classpulse.serving import offline_services
    from db.values import Role
    from services import administration
    from services.access import OperatorActor

    if role not in (Role.TEACHER, Role.ADMIN):
        raise UsageError(f"A role must be teacher or admin, but received {role!r}.")
    with opened_store(database) as store:
        administration.add_user(
            offline_services(store),
            OperatorActor(),
            login=login,
            name=name or login,
            role=Role(role),
            password=_ask_password(login),
            teaches=[find_course(store, word).id for word in course or ()],
        )
    say(f"Added the {role} {login}.")


@users.command("list")
def list_users(database: Database = None, as_json: AsJson = False) -> None:
    """List everybody who signs in."""
    from db.people import users as people

    with opened_store(database) as store:
        rows = [
            {
                "login": user.login,
                "name": user.name,
                "role": user.role.value,
                "disabled": user.disabled,
            }
            for user in people.list_users(store)
        ]
    if as_json:
        say_json(rows)
    else:
        table(rows, ["login", "name", "role", "disabled"])


@users.command("disable")
def disable_user(login: str, database: Database = None) -> None:
    """Lock somebody out; their open sessions end at once."""
    from classpulse.serving import offline_services
    from services import administration
    from services.access import OperatorActor

    with opened_store(database) as store:
        user = find_user(store, login)
        administration.set_disabled(
            offline_services(store), OperatorActor(), user.id, disabled=True
        )
    say(f"{login} can no longer sign in.")


@users.command("unbind")
def unbind(login: str, database: Database = None) -> None:
    """Let somebody who lost their authenticator sign in by the password alone."""
    from classpulse.serving import offline_services
    from services import administration
    from services.access import OperatorActor

    with opened_store(database) as store:
        user = find_user(store, login)
        administration.drop_second_factor(offline_services(store), OperatorActor(), user.id)
    say(f"{login} signs in by the password alone.")


@policy.command("show")
def show_policy(database: Database = None, as_json: AsJson = False) -> None:
    """Say which policy holds."""
    from db.people.school_settings import school

    with opened_store(database) as store:
        found = school(store).policy
    if as_json:
        say_json({"policy": found.value if found else None})
    else:
        say(found.value if found else "unset: no lecture can start")


@policy.command("set")
def set_policy(
    word: Annotated[str, typer.Argument(metavar="POLICY", help=", ".join(Policy))],
    database: Database = None,
) -> None:
    """Set the policy; what it no longer allows stops at once, in running lectures too."""
    from classpulse.serving import offline_services
    from services import administration
    from services.access import OperatorActor

    if word not in tuple(Policy):
        raise UsageError(f"A policy must be one of {', '.join(Policy)}, but received {word!r}.")
    with opened_store(database) as store:
        administration.set_policy(offline_services(store), OperatorActor(), Policy(word))
    say(f"The school's policy is {word}.")
    if Policy(word) is not Policy.SELF_REPORT:
        say(
            "Inferring emotions in education is forbidden in the European Union, and regulated "
            "elsewhere. This is not legal advice; see the README."
        )


@policy.command("clear")
def clear_policy(database: Database = None) -> None:
    """Take the policy back: no lecture can start, and running ones take nothing from faces."""
    from classpulse.serving import offline_services
    from services import administration
    from services.access import OperatorActor

    with opened_store(database) as store:
        administration.set_policy(offline_services(store), OperatorActor(), None)
    say("The school has no policy: no lecture can start.")


@roster.command("import")
def import_roster(
    source: Annotated[Path, typer.Argument(metavar="DIR|FILE")],
    course: Annotated[
        str | None, typer.Option(help="title of the course, where the file names none")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="change nothing, say what")] = False,
    links: Annotated[
        bool, typer.Option("--links", help="print a one-time link token for each student")
    ] = False,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Import students from OneRoster CSV (1.1, 1.2) or from the CSV list of one course."""
    from datetime import UTC, datetime

    from classpulse.serving import offline_services
    from services.access import OperatorActor
    from services.errors import NoCourseError
    from services.rosters import lists
    from services.rosters.files import read_roster

    try:
        read = read_roster(source, course, today=datetime.now(UTC).date())
    except NoCourseError as error:
        raise UsageError(f"{error} Use --course TITLE.") from None
    found, operator = read.roster, OperatorActor()
    with opened_store(database) as store:
        services = offline_services(store)
        if dry_run:
            rows = [_row(one) for one in lists.differences(services, operator, found)]
        else:
            made = lists.import_roster(services, operator, found)
            rows = [_row(one) for one, _ in made]
            for row, (_, course_made) in zip(rows, made, strict=True) if links else ():
                row["links"] = [
                    {"student": student.name, "id": student.external_id, "link": secret}
                    for student, secret in lists.personal_links(services, operator, course_made.id)
                ]
    remarks = [one.rule.format(**one.values) for one in read.remarks]
    result = {"dry_run": dry_run, "courses": rows, "remarks": remarks}
    if as_json:
        say_json(result)
        return
    for row in rows:
        say(f"{row['title']}: {row['added']} added, {row['known']} known, {row['changed']} changed")
        for link in row.get("links", []):
            say(f"  {link['student']}\tjoin/CODE?link={link['link']}")
    for remark in remarks:
        say(remark)
    if dry_run:
        say("Nothing was changed.")


def _row(found: "Difference") -> dict[str, Any]:
    return {
        "title": found.title,
        "added": len(found.added),
        "known": found.same + len(found.changed),
        "changed": len(found.changed),
        "unlisted": len(found.unlisted),
    }


def erase(
    student: Annotated[
        str, typer.Argument(help="the student's id, or the id of one participation")
    ],
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Delete all that is stored of a student, and rebuild the reports they were in."""
    from uuid import UUID

    from classpulse.serving import offline_services
    from services import erasure
    from services.access import OperatorActor

    try:
        identifier = UUID(student)
    except ValueError:
        raise UsageError(f"A student is named by an id, but received {student!r}.") from None
    with opened_store(database) as store:
        removed = erasure.erase(offline_services(store), OperatorActor(), identifier)
    if as_json:
        say_json(
            {
                "participants": removed.participants,
                "observations": removed.observations,
                "lectures": [str(lecture) for lecture in removed.lectures],
            }
        )
    else:
        say(
            f"Erased {removed.observations} observations of {removed.participants} "
            f"participations; {len(removed.lectures)} reports will be rebuilt."
        )


def _ask_password(login: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt(f"Password for {login}", hide_input=True, confirmation_prompt=True))
