"""The one table of who may do what under which policy, written by hand, and where each is asked.

``tests/integration/test_who_may_what.py`` asks every route, callback, command and use case in each
role under each policy, and fails where one has no line here; ``tests/unit/services/test_access.py``
holds the rules against the same lines. The program's own table (``services/access.py``) has no say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contract.exchange import API
from contract.policy import CourseMode, Policy
from services.access import Action

ROLES: Final = (
    "stranger", "student", "other student", "teacher", "other teacher", "admin", "camera",
    "operator",
)  # fmt: skip
"""The student is Ana; the other student sits in the same lecture; the teacher teaches its course,
the other teacher another one; the camera has the secret of the lecture's room."""
CALLERS: Final = {
    "stranger": "stranger",
    "student": "student",
    "other student": "other student",
    "agent": "student",
    "other lecture's agent": "other student",
    "teacher": "teacher",
    "other teacher": "other teacher",
    "admin": "admin",
    "camera": "camera",
}
"""Who sends requests, and in which role: an agent bears the token of a student."""

ANYBODY: Final = frozenset(ROLES)
SIGNED_IN: Final = frozenset({"teacher", "other teacher", "admin"})
TEACHER: Final = frozenset({"teacher"})
LEADER: Final = frozenset({"teacher", "operator"})
OFFICE: Final = frozenset({"admin", "operator"})
READERS: Final = frozenset({"teacher", "admin", "operator"})
ONESELF: Final = frozenset({"student"})
CAMERA: Final = frozenset({"camera"})

UNSET: Final = None
ALWAYS: Final = frozenset({UNSET, *Policy})
CHOSEN: Final = frozenset(Policy)
INFERRING: Final = frozenset({Policy.INDIVIDUAL, Policy.AGGREGATE})
INDIVIDUAL: Final = frozenset({Policy.INDIVIDUAL})
NAMED: Final = frozenset({CourseMode.ROSTER, CourseMode.OPEN})
OPEN: Final = frozenset({CourseMode.OPEN})

LECTURE = f"{API}/lectures/<uuid:lecture_id>"


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Who may, to what, under which policies and in which courses; and where that is asked for.

    ``routes``: method and rule; ``callbacks``: by what they listen to; ``commands``: without
    ``classpulse``; ``use_cases``: module and function within ``services``.
    """

    who: frozenset[str]
    on: frozenset[str]
    policies: frozenset[Policy | None] = ALWAYS
    modes: frozenset[CourseMode] = frozenset(CourseMode)
    routes: tuple[str, ...] = ()
    callbacks: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    use_cases: tuple[str, ...] = ()


def _on(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


TABLE: Final[Mapping[Action, Promise]] = {
    Action.OPEN_PAGE: Promise(
        who=ANYBODY, on=_on("school"), callbacks=("location",)
    ),
    Action.VIEW_HOME: Promise(
        who=SIGNED_IN, on=_on("school"), callbacks=("reports-text",),
        use_cases=(
            "reading.lectures.home", "reading.lectures.to_join",
            "reading.lectures.places_of_reports",
        ),
    ),
    Action.MANAGE_OWN_SESSIONS: Promise(
        who=SIGNED_IN, on=_on("school"),
        callbacks=(
            "own-session", "account-others", "account-button", "account-factor-begin",
            "account-factor-on", "account-factor-off",
        ),
        use_cases=(
            "accounts.own.sessions", "accounts.own.end_session", "accounts.own.end_other_sessions",
            "accounts.own.change_password", "accounts.own.account",
            "accounts.second_factor.begin", "accounts.second_factor.confirm",
            "accounts.second_factor.turn_off",
        ),
    ),
    Action.JOIN: Promise(
        who=ANYBODY, on=_on("lecture"), callbacks=("join-code", "join-button"),
        routes=(f"POST {API}/join",), use_cases=("joining.ask",),
    ),
    Action.START_LECTURE: Promise(
        who=LEADER, on=_on("course"), policies=CHOSEN, callbacks=("start-button",),
        commands=("lecture start",), use_cases=("teaching.start_lecture",),
    ),
    Action.END_LECTURE: Promise(
        who=LEADER, on=_on("lecture"), callbacks=("end-confirm",), commands=("lecture end",),
        use_cases=("teaching.end_lecture",),
    ),
    Action.VIEW_LIVE: Promise(
        who=TEACHER, on=_on("lecture"), callbacks=("bands-open",),
        routes=(
            f"GET {LECTURE}/summary", f"GET {LECTURE}/timeline",
            "GET /_live/<uuid:lecture_id>",
        ),
        use_cases=("acting.viewing.opened",),
    ),
    Action.VIEW_STUDENTS: Promise(
        who=TEACHER, on=_on("lecture", "participant"), policies=INDIVIDUAL, modes=NAMED,
        routes=(f"GET {LECTURE}/students",), use_cases=("acting.viewing.lecture",),
    ),
    Action.VIEW_FLAGS: Promise(
        who=TEACHER, on=_on("lecture", "participant"), policies=INDIVIDUAL, modes=NAMED,
        routes=(f"GET {LECTURE}/flags",), use_cases=("acting.viewing.lecture",),
    ),
    Action.ACT_ON_FLAG: Promise(
        who=TEACHER, on=_on("lecture", "participant"), policies=INDIVIDUAL, modes=NAMED,
        callbacks=("flag-answer",),
        use_cases=("teaching.answer_flag", "taking_back.reopen_flag"),
    ),
    Action.ADD_MARKER: Promise(
        who=TEACHER, on=_on("lecture"),
        callbacks=("marker-button", "quick-marker", "marker-act", "marker-rename", "marker-back"),
        use_cases=(
            "teaching.add_marker", "taking_back.rename_marker", "taking_back.remove_marker",
            "taking_back.restore_marker",
        ),
    ),
    Action.ADMIT: Promise(
        who=TEACHER, on=_on("lecture"), modes=OPEN, callbacks=("admission",),
        use_cases=("teaching.admit", "teaching.refuse", "taking_back.wait_again"),
    ),
    Action.ALLOW_ROOM: Promise(
        who=LEADER, on=_on("lecture"), policies=INFERRING, callbacks=("room-allow",),
        routes=(f"POST {LECTURE}/room",), use_cases=("room_camera.allow",),
    ),
    Action.STOP_ROOM: Promise(
        who=LEADER, on=_on("lecture"), callbacks=("room-tick", "room-open"),
        routes=(f"GET {LECTURE}/room", f"DELETE {LECTURE}/room"), commands=("lecture room",),
        use_cases=("room_camera.stop", "room_camera.state"),
    ),
    Action.VIEW_REPORT: Promise(
        who=READERS, on=_on("lecture"),
        use_cases=("acting.viewing.lecture", "reading.lectures.reports"),
    ),
    Action.DOWNLOAD_REPORT: Promise(
        who=READERS, on=_on("lecture", "course"), commands=("report", "export"),
        callbacks=("report-retry",),
        routes=(
            f"GET {LECTURE}/report.pdf", f"GET {LECTURE}/report.csv", f"GET {LECTURE}/report.xlsx",
            f"GET {LECTURE}/report.json", f"GET {LECTURE}/report.zip",
            f"GET {API}/courses/<uuid:course_id>/reports.zip",
        ),
        use_cases=(
            "acting.viewing.lecture", "reporting.retry.retry", "reading.lectures.report",
            "reporting.exporting.of_lecture",
            "reporting.exporting.of_course",
        ),
    ),
    Action.DOWNLOAD_STUDENT_TABLE: Promise(
        who=READERS, on=_on("lecture"), policies=INDIVIDUAL, modes=NAMED,
        routes=(f"GET {LECTURE}/report.csv",), use_cases=("acting.viewing.lecture",),
    ),
    Action.MANAGE_USERS: Promise(
        who=OFFICE, on=_on("school"), callbacks=("people-grid", "user-act", "user-button"),
        commands=("user add", "user disable", "user unbind"),
        use_cases=(
            "administration.add_user", "administration.set_disabled",
            "administration.set_password", "administration.set_role",
            "administration.new_password", "administration.end_sessions", "administration.user",
            "administration.drop_second_factor", "reading.administration.people",
        ),
    ),
    Action.MANAGE_COURSES: Promise(
        who=OFFICE, on=_on("school", "course"), commands=("roster import",),
        callbacks=(
            "course-button", "course-teachers", "courses-grid", "roster-files", "roster-import",
            "course-links", "course-save", "course-archive", "course-ask", "course-delete",
            "places-grid", "student-add", "student-save", "set-up-course", "set-up-try",
        ),
        use_cases=(
            "rosters.lists.add_course", "rosters.lists.set_teaches", "rosters.lists.differences",
            "rosters.lists.import_roster", "rosters.lists.personal_links",
            "reading.administration.all_courses", "reading.administration.one_course",
            *(f"rosters.courses.{it}" for it in (
                "add_taught", "change", "archive", "bring_back", "doomed", "delete",
            )),
            *(f"rosters.enrolment.{it}" for it in ("enrol", "change", "take_off", "put_back")),
            *(f"reading.people.{it}" for it in ("everybody", "person", "part", "person_named")),
        ),
    ),
    Action.SET_POLICY: Promise(
        who=OFFICE, on=_on("school"),
        callbacks=(
            "policy-button", "school-button", "set-up-school", "set-up-region",
            "set-up-policy-button",
        ),
        commands=("policy set", "policy clear"),
        use_cases=(
            "administration.set_policy", "administration.set_school",
            "reading.administration.school", "reading.administration.first_steps",
        ),
    ),
    Action.VIEW_ACCESS_LOG: Promise(
        who=OFFICE, on=_on("school"), callbacks=("log-who", "log-button"),
        use_cases=tuple(f"reading.administration.{it}" for it in ("log", "narrowed", "taken_log")),
    ),
    Action.ERASE: Promise(
        who=OFFICE, on=_on("school", "participant"),
        callbacks=("erasure-act", "parts-grid", "person-erase"),
        commands=("erase",),
        routes=("GET /admin/students/<uuid:known_as>/data.zip",),
        use_cases=(
            "erasure.erase", "erasure.erase_all", "reading.people.exported",
            "erasure.grant", "erasure.decline", "reading.administration.erasure",
        ),
    ),
    Action.SEND_ROOM: Promise(
        who=CAMERA, on=_on("lecture"), policies=INFERRING,
        routes=(f"GET {API}/room", f"POST {API}/room/observations"),
    ),
    Action.SEND_OBSERVATIONS: Promise(
        who=ONESELF, on=_on("participant"), policies=INFERRING,
        routes=(f"POST {API}/observations",),
    ),
    Action.SEND_EVENTS: Promise(
        who=ONESELF, on=_on("participant"), routes=(f"POST {API}/events",)
    ),
    Action.ANSWER_PULSE: Promise(
        who=ONESELF, on=_on("participant"), routes=(f"POST {API}/pulse",),
        callbacks=("self-report", "private-answer"), use_cases=("my_data.say", "my_data.answer"),
    ),
    Action.VIEW_OWN: Promise(
        who=ONESELF, on=_on("participant"), routes=(f"GET {API}/me/observations",),
        callbacks=("me-tick", "me-link"),
        use_cases=(
            "my_data.new_link", *(f"reading.own.{it}" for it in ("page", "standing", "rows")),
        ),
    ),
    Action.CHOOSE: Promise(
        who=ONESELF, on=_on("participant"), callbacks=("me-flags", "me-room"),
        use_cases=("my_data.choose", "my_data.choose_room"),
    ),
    Action.ERASE_OWN: Promise(
        who=ONESELF, on=_on("participant"), routes=(f"DELETE {API}/me/observations",),
        callbacks=("me-delete", "me-erase"),
        use_cases=("my_data.erase", "my_data.ask_to_be_erased"),
    ),
    Action.WITHDRAW: Promise(
        who=ONESELF, on=_on("participant"), routes=(f"DELETE {API}/consents/me",),
        callbacks=("me-withdraw",), use_cases=("my_data.withdraw",),
    ),
}  # fmt: skip

# What is no act of somebody's, with the reason.

ROUTES_FOR_ALL: Final[Mapping[str, str]] = {
    # What Dash needs to draw any page at all; nothing in it is about anybody.
    "GET /_dash-layout": "/_dash-layout",
    "GET /_dash-dependencies": "/_dash-dependencies",
    "GET /_favicon.ico": "/_favicon.ico",
    "GET /_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": (
        "/_dash-component-suites/dash/nothing.js"
    ),
    # Programs, words and health.
    "GET /assets/<path:filename>": "/assets/classpulse.css",
    "GET /join/agent/<path:name>": "/join/agent/nothing.js",
    "GET /join/<code>/camera": "/join/QQ2345/camera",
    "GET /agent/<name>": "/agent/nothing.whl",
    "GET /healthz": "/healthz",
    "GET /readyz": "/readyz",
    "GET /metrics": "/metrics",
    "GET /language/<tag>": "/language/en",
    "GET /api/openapi.json": "/api/openapi.json",
    **{
        f"{method} /api/<path:rest>": "/api/nothing"
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    },
    # Ways to sign in and out.
    "GET /signin": "/signin",
    "GET /signin/code": "/signin/code",
    "POST /signin/code": "/signin/code",
    "GET /signin/school": "/signin/school",
    "GET /signin/school/return": "/signin/school/return",
    "GET /signin/school/leave": "/signin/school/leave",
    "POST /signout": "/signout",
}
ROUTES_BY_SECRET: Final = {
    "POST /signin", "GET /me/<secret>", f"POST {API}/consents", "GET /setup/<secret>",
    "POST /setup/<secret>",
}  # fmt: skip
"""For whoever sends the right password, link or ticket; here nobody does."""
ROUTES_OF_PAGES: Final = {"GET /", "GET /<path:path>", "GET /_reload-hash"}
"""The frame of a page, for whoever signed in; what stands in it a callback judges."""
ROUTE_OF_CALLBACKS: Final = "POST /_dash-update-component"

COMMANDS_OF_NOBODY: Final[Mapping[str, str]] = {
    "lecture list": "what the machine's own operator may read",
    "user list": "what the machine's own operator may read",
    "policy show": "what the machine's own operator may read",
    "db upgrade": "the store's own upkeep", "db check": "the store's own upkeep",
    "db backup": "the store's own upkeep", "db restore": "the store's own upkeep",
    "db erasures": "the store's own upkeep", "db vacuum": "the store's own upkeep",
    "db prune": "the store's own upkeep",
    "serve": "starts a server", "scheduler": "starts the jobs", "demo": "a school of its own",
    "agent": "a student's machine, which has no store", "predict": "no store",
    **{f"models {it}": "no store" for it in (
        "list", "explore", "train", "teach", "evaluate", "compare", "export", "card", "bench",
    )},
    **{f"bench {it}": "stores of its own" for it in (
        "ingest", "fleet", "live", "agent", "mood", "flags", "real", "cost", "seeing", "replay",
        "tune", "docs",
    )},
}  # fmt: skip

USE_CASES_BY_SECRET: Final[Mapping[str, str]] = {
    "joining.agree": "a ticket", "joining.usable_link": "a personal link",
    "joining.running_lecture": "a personal link", "joining.by_code": "a lecture's code",
    "receiving.batches.sender": "an agent's token", "room_camera.bearer": "a room's secret",
    "receiving.batches.take_observations": "whose token was judged",
    "receiving.batches.take_events": "whose token was judged",
    "receiving.batches.take_room": "whose secret was judged",
    "room_camera.connect": "whose secret was judged",
    "accounts.own.untold_change": "who has just signed in",
    "accounts.own.untold_drop": "who has just signed in",
    "accounts.second_factor.since": "a password", "accounts.second_factor.passes": "a password",
    "accounts.own.session": "a session's secret", "accounts.own.has_password": "a password's page",
    "accounts.set_up.new_link": "whoever starts the server",
    "accounts.set_up.opens": "a set-up link", "accounts.set_up.first_admin": "a set-up link",
    "accounts.provider.user_of": "whom the provider vouches for",
    "accounts.provider.link": "whom the provider vouches for",
}  # fmt: skip
PARTS_OF_USE_CASES: Final = {
    "acting.access_log.recorded", "acting.access_log.looked",
    *(f"acting.lookup.{it}" for it in (
        "course", "lecture", "participant", "course_target", "lecture_target",
        "authorized_lecture", "participant_target",
    )),
    "reading.administration.office", "reading.own.all_rows", "rosters.enrolment.student",
    "jobs.leadership.leadership_of", "joining.on_roster", "joining.way",
    "reporting.compute.material", "reporting.compute.compute", "room_camera.windows",
    "taking_back.marker_of", "teaching.student_of", "teaching.answerable",
}  # fmt: skip
"""What use cases are made of, or what the server does by itself; nobody asks for it."""
