"""Page addresses, each in one place.

All are paths within this server, as routes know them. What a browser is given goes through ``at``,
what people follow from elsewhere is ``http.hosts.public_address()`` and the path.
"""

from typing import Final
from urllib.parse import quote, unquote
from uuid import UUID

from flask import has_request_context, request

HOME: Final = "/"
REPORTS: Final = "/reports"
ADMIN: Final = "/admin"
ADMIN_PEOPLE: Final = "/admin/people"
ADMIN_COURSES: Final = "/admin/courses"
ADMIN_STUDENTS: Final = "/admin/students"
SET_UP: Final = "/admin/setup"
ADMIN_LOG: Final = "/admin/log"
ADMIN_ERASURE: Final = "/admin/erasure"
ME: Final = "/me"
JOIN: Final = "/join"
SIGN_IN: Final = "/signin"
SIGN_IN_CODE: Final = "/signin/code"
SIGN_OUT: Final = "/signout"
SCHOOL_SIGN_IN: Final = "/signin/school"
SCHOOL_SIGN_OUT: Final = "/signin/school/leave"
ACCOUNT: Final = "/account"

_LIVE: Final = "/live/"
_JOIN: Final = "/join/"
_LANGUAGE: Final = "/language/"
_FIRST: Final = "/setup/"


def at(path: str) -> str:
    """The address of ``path`` for a browser, wherever below its name this server stands."""
    return f"{request.script_root}{path}" if has_request_context() else path


def asset(name: str) -> str:
    """A picture, style or script of ours."""
    return at(f"/assets/{name}")


def within(pathname: str) -> str:
    """The path within this server of what a browser has in its address line."""
    root = at("")
    inside = bool(root) and (pathname == root or pathname.startswith(f"{root}/"))
    return pathname.removeprefix(root) or HOME if inside else pathname


def local(target: str | None) -> str:
    """Where a page asks to go next, only ever within this server."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return HOME
    return HOME if any(ord(letter) < 32 for letter in target) else target


def language(tag: str, back: str) -> str:
    """What switches to a language and leads ``back``."""
    return f"{_LANGUAGE}{tag}?next={quote(back, safe='/')}"


def live(lecture_id: UUID) -> str:
    """The live page of a lecture."""
    return f"{_LIVE}{lecture_id}"


def join(code: str, link: str | None = None) -> str:
    """The page that tells a student how to join, who may hold a personal ``link``."""
    return f"{_JOIN}{code}" + (f"?link={quote(link, safe='')}" if link else "")


def join_camera(code: str, link: str | None = None) -> str:
    """The page on which a browser's own camera takes part."""
    return f"{_JOIN}{code}/camera" + (f"?link={quote(link, safe='')}" if link else "")


def join_by_link(token: str) -> str:
    """The page that leads whoever holds a personal link on to the lecture it opens now."""
    return f"{JOIN}?link={quote(token, safe='')}"


def course(course_id: UUID) -> str:
    """The office's page of a course."""
    return f"{ADMIN_COURSES}/{course_id}"


def student(known_as: UUID) -> str:
    """The office's page of a student, by the id of their place on a roster or in a lecture."""
    return f"{ADMIN_STUDENTS}/{known_as}"


def student_named(course_id: UUID, name: str) -> str:
    """The office's page of somebody on no roster, by the course and the name they typed."""
    return f"{ADMIN_STUDENTS}/{course_id}/{quote(name, safe='')}"


def student_data(known_as: UUID) -> str:
    """The download of all that is kept of a student."""
    return f"{student(known_as)}/data.zip"


def set_up(step: str) -> str:
    """One step of setting a school up."""
    return f"{SET_UP}/{step}"


def first_start(secret: str) -> str:
    """The set-up link, behind which the first admin is made."""
    return f"{_FIRST}{secret}"


def below(pathname: str, room: str) -> list[str]:
    """The parts of an address behind the room that it is in; none where it is in another."""
    if not pathname.startswith(f"{room}/"):
        return []
    return [unquote(part) for part in pathname.removeprefix(f"{room}/").split("/") if part]


def own_page(secret: str) -> str:
    """The link that opens a student's own page."""
    return f"{ME}/{secret}"


def report_pdf(lecture_id: UUID) -> str:
    """The download of a lecture's PDF."""
    return f"/api/v1/lectures/{lecture_id}/report.pdf"


def report_csv(lecture_id: UUID, table: str) -> str:
    """The download of one of a report's tables, for a person."""
    return f"/api/v1/lectures/{lecture_id}/report.csv?table={table}&for=excel"


def report_files(lecture_id: UUID, name: str) -> str:
    """All tables of a lecture's report in one file, called ``report.xlsx`` or the like."""
    return f"/api/v1/lectures/{lecture_id}/{name}"


def report(lecture_id: UUID) -> str:
    """The page of a lecture's report."""
    return f"{REPORTS}/{lecture_id}"


def report_lecture(pathname: str) -> UUID | None:
    """The lecture that the address of a report's page names, or None where it names none."""
    parts = below(pathname, REPORTS)
    try:
        return UUID(parts[0]) if len(parts) == 1 else None
    except ValueError:
        return None


def live_lecture(pathname: str) -> UUID | None:
    """The lecture that a live page's address names, or None where it names none."""
    if not pathname.startswith(_LIVE):
        return None
    try:
        return UUID(pathname.removeprefix(_LIVE).strip("/"))
    except ValueError:
        return None


def join_code(pathname: str) -> str | None:
    """The code in a join page's address, or None."""
    if not pathname.startswith(_JOIN):
        return None
    return pathname.removeprefix(_JOIN).strip("/").upper() or None
