"""What the access log says in words: who did what, and what else is told of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from contract import CourseMode, Policy
from dashboard import i18n
from dashboard.i18n import Said, mark, text, wording
from db.values import AccessRecord, Role

ACTION: Final = Said(
    {
        "start_lecture": mark("Started a lecture"),
        "end_lecture": mark("Ended a lecture"),
        "view_students": mark("Looked at single students"),
        "view_flags": mark("Looked at check-ins"),
        "act_on_flag": mark("Answered a check-in"),
        "add_marker": mark("Set a marker"),
        "admit": mark("Decided who may join"),
        "allow_room": mark("Allowed a room camera"),
        "start_room": mark("Started a room camera"),
        "stop_room": mark("Stopped a room camera"),
        "download_report": mark("Downloaded a report"),
        "download_student_table": mark("Downloaded a table of students"),
        "manage_users": mark("Changed a user"),
        "manage_courses": mark("Changed a course"),
        "set_policy": mark("Changed the school's settings"),
        "view_access_log": mark("Downloaded the access log"),
        "export_person": mark("Downloaded all that is kept of a student"),
        "erase": mark("Erased a student"),
        "erase_own": mark("Asked to be erased"),
        "delete observations": mark("Deleted their own data"),
        "choose": mark("Chose anew what may be seen"),
        "withdraw": mark("Took the agreement back"),
        "view_own": mark("Looked at their own data"),
        "manage_own_sessions": mark("Changed their own account"),
        "sign_in_elsewhere": mark("Came by the school's account"),
        "prune": mark("Deleted what was too old"),
    }
)
"""By what the log keeps; a part of each is said closer by ``DID``."""

DID: Final = Said(
    {
        "manage_users/add": mark("Added a user"),
        "manage_users/disable": mark("Disabled a user"),
        "manage_users/enable": mark("Enabled a user"),
        "manage_users/set_password": mark("Gave a user a new password"),
        "manage_users/set_role": mark("Gave a user another role"),
        "manage_users/end_sessions": mark("Signed a user out everywhere"),
        "manage_courses/add": mark("Added a course"),
        "manage_courses/add_teacher": mark("Let somebody teach a course"),
        "manage_courses/remove_teacher": mark("Let somebody teach a course no more"),
        "manage_courses/import": mark("Imported a roster"),
        "manage_courses/personal_links": mark("Made personal links"),
        "manage_courses/change": mark("Changed a course's title or time zone"),
        "manage_courses/archive": mark("Archived a course"),
        "manage_courses/bring_back": mark("Brought a course back"),
        "manage_courses/delete": mark("Deleted a course"),
        "manage_courses/enrol": mark("Put a student on a roster"),
        "manage_courses/change_student": mark("Put right what a roster says of a student"),
        "manage_courses/take_off": mark("Took a student off a roster"),
        "manage_courses/put_back": mark("Put a student back on a roster"),
        "admit/admit": mark("Admitted a student"),
        "admit/refuse": mark("Refused a student"),
        "erase/declined": mark("Declined to erase a student"),
        "erase/erased": mark("Granted the wish to be erased"),
        "manage_own_sessions/end_session": mark("Signed out one of their browsers"),
        "manage_own_sessions/end_other_sessions": mark("Signed out their other browsers"),
        "manage_own_sessions/change_password": mark("Changed their own password"),
        "sign_in_elsewhere/add": mark("Came for the first time, by the school's account"),
        "sign_in_elsewhere/link": mark("Linked the school's account"),
        "sign_in_elsewhere/role": mark("Got another role by the school's account"),
        "view_own/new_link": mark("Made a new link to their own page"),
    }
)

ACTOR: Final = Said(
    {
        "operator": mark("The operator, by a command"),
        "scheduler": mark("The server, by itself"),
        "system": mark("The server, by itself"),
        "set-up link": mark("Whoever had the set-up link"),
    }
)

OBJECT: Final = Said({"school": mark("The school"), "own data": mark("Their own data")})

_KEYS: Final = Said(
    {
        "role": mark("role"),
        "policy": mark("policy"),
        "mode": mark("how students join"),
        "retention_days": mark("days that data is kept"),
        "guardian_required": mark("asks for a guardian"),
        "added": mark("new"),
        "changed": mark("changed"),
        "n": mark("students"),
        "students": mark("students"),
        "lectures": mark("lectures"),
        "participants": mark("participants"),
        "observations": mark("seconds of numbers"),
        "records": mark("records"),
        "agreed": mark("agreed"),
        "user": mark("teacher"),
        "outcome": mark("answer"),
        "flags": mark("may be seen by the teacher"),
        "ask_first": mark("is asked first"),
        "room": mark("may be seen by a room camera"),
        "why": mark("because"),
        "reason": mark("because"),
        "table": mark("table"),
        "version": mark("version"),
        "format": mark("format"),
    }
)

_REASON: Final = Said(
    {
        "silence": mark("no data came any more"),
        "stopped": mark("the teacher stopped it"),
        "withdrawn": mark("somebody took the agreement back"),
        "not agreed": mark("somebody joined without agreeing to it"),
        "erased": mark("somebody was erased"),
        "ended": mark("the lecture ended"),
    }
)

_BEFORE: Final = "lectures ended before "
"""What was pruned, as the store says it, with a moment behind it."""
_SAID_ALREADY: Final = ("did", "verdict", "asked")
_VALUES: Final[Mapping[str, Callable[[str], str]]] = {
    "role": lambda value: wording.ROLE[Role(value)],
    "policy": lambda value: wording.POLICY_NAME[Policy(value)],
    "mode": lambda value: wording.COURSE_MODE[CourseMode(value)],
    "outcome": lambda value: wording.OUTCOME[value],
    "why": lambda value: _REASON[value],
    "reason": lambda value: _REASON[value],
}


def what(record: AccessRecord) -> str:
    """What was done, in a few words."""
    closer = f"{record.action}/{record.detail.get('did') or record.detail.get('verdict')}"
    return DID.get(closer) or of_action(record.action)


def of_action(action: str) -> str:
    """What an action is called; as the log writes it, where it has no words here."""
    return ACTION.get(action) or action.replace("_", " ")


def named(written: str, names: Mapping[str, str]) -> str:
    """What somebody or something is called, as far as it is known."""
    if written in names:
        return names[written]
    if written in ACTOR:
        return ACTOR[written]
    if written in OBJECT:
        return OBJECT[written]
    if written.startswith(_BEFORE):
        return text(
            "lectures that ended before {day}",
            day=i18n.full_day(datetime.fromisoformat(written.removeprefix(_BEFORE))),
        )
    kind, colon, _ = written.partition(":")
    gone = {
        "user": text("a user who is gone"),
        "participant": text("a student, erased"),
        "lecture": text("a lecture, deleted"),
        "course": text("a course, deleted"),
        "erasure_request": text("a wish to be erased"),
        "room": text("a room camera"),
    }
    return gone.get(kind, written) if colon else written


def more(record: AccessRecord, names: Mapping[str, str]) -> str:
    """What else is told of it: each with its word."""
    told = (
        f"{_KEYS.get(key) or key.replace('_', ' ')}: {_value(key, value, names)}"
        for key, value in record.detail.items()
        if key not in _SAID_ALREADY
    )
    return ", ".join(told)


def _value(key: str, value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return text("yes") if value else text("no")
    if isinstance(value, int | float):
        return i18n.number(value)
    if key == "user":
        return named(f"user:{value}", names)
    try:
        return _VALUES[key](str(value))
    except (KeyError, ValueError):
        # Written by a later version, or in words that are meant as they stand.
        return str(value)
