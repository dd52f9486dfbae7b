"""Every role against every route of the server that is no callback, none left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from contract.exchange import API
from contract.policy import CourseMode
from dashboard.app import ModelAssets, create_app
from dashboard.http.agent_download import Program
from dashboard.settings import Settings
from tests.builders.card import even_card
from tests.integration.dashboard.api.test_lectures import write_report

HERE = {"Origin": "http://localhost"}
ROLES = ("nobody", "tara", "otto", "ada", "student", "agent", "camera")
"""tara teaches the course, otto another one, ada is an admin; the student holds the link to the
own page, the agent that student's token, the camera the room's secret."""

ALL, NONE, TEACHER = set(ROLES), set[str](), {"tara"}
SIGNED_IN, ONESELF = {"tara", "otto", "ada"}, {"student", "agent"}


@dataclass(frozen=True)
class Ask:
    """A request to a route: its address filled in, and who may. ``json``: what is sent."""

    address: str
    may: set[str]
    json: Any = None
    form: Any = None


# By method and rule, as Flask knows them. What ends something comes last.
ROUTES: Mapping[tuple[str, str], Ask] = {
    ("GET", "/"): Ask("/", SIGNED_IN),
    ("GET", "/<path:path>"): Ask("/live/{lecture}", SIGNED_IN),  # the pages: see below
    ("GET", "/_live/<uuid:lecture_id>"): Ask("/_live/{lecture}", TEACHER),
    # What Dash needs to draw any page at all; nothing in it is about anybody.
    ("GET", "/_dash-layout"): Ask("/_dash-layout", ALL),
    ("GET", "/_dash-dependencies"): Ask("/_dash-dependencies", ALL),
    ("GET", "/_reload-hash"): Ask("/_reload-hash", SIGNED_IN),
    ("GET", "/_favicon.ico"): Ask("/_favicon.ico", ALL),
    (
        "GET",
        "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    ): Ask("/_dash-component-suites/dash/nothing.js", ALL),
    ("GET", "/assets/<path:filename>"): Ask("/assets/classpulse.css", ALL),
    ("GET", "/join/agent/<path:name>"): Ask("/join/agent/nothing.js", ALL),
    ("GET", "/agent/<name>"): Ask("/agent/nothing.whl", ALL),
    ("GET", "/healthz"): Ask("/healthz", ALL),
    ("GET", "/metrics"): Ask("/metrics", ALL),
    ("GET", "/language/<tag>"): Ask("/language/en", ALL),
    ("GET", "/api/openapi.json"): Ask("/api/openapi.json", ALL),
    ("GET", "/api/<path:rest>"): Ask("/api/nothing", ALL),
    ("POST", "/api/<path:rest>"): Ask("/api/nothing", ALL),
    ("PUT", "/api/<path:rest>"): Ask("/api/nothing", ALL),
    ("PATCH", "/api/<path:rest>"): Ask("/api/nothing", ALL),
    ("DELETE", "/api/<path:rest>"): Ask("/api/nothing", ALL),
    # Whoever sends the right password, ticket or link: here nobody does.
    ("GET", "/signin"): Ask("/signin", ALL),
    ("POST", "/signin"): Ask("/signin", NONE, form={"login": "tara", "password": "wrong"}),
    ("GET", "/signin/code"): Ask("/signin/code", ALL),
    ("POST", "/signin/code"): Ask("/signin/code", ALL, form={"code": "000000"}),
    ("GET", "/me/<secret>"): Ask("/me/wrong", NONE),
    ("GET", "/signin/school"): Ask("/signin/school", ALL),
    ("GET", "/signin/school/return"): Ask("/signin/school/return", ALL),
    ("GET", "/signin/school/leave"): Ask("/signin/school/leave", ALL),
    ("POST", f"{API}/join"): Ask(f"{API}/join", ALL, json={"code": "{code}", "name": "Zoe"}),
    ("POST", f"{API}/consents"): Ask(
        f"{API}/consents",
        NONE,
        json={"ticket": "wrong", "notice_version": "1", "choices": {"class_mood": True}},
    ),
    # A lecture, to those it concerns.
    **{
        ("GET", f"{API}/lectures/<uuid:lecture_id>/{what}"): Ask(
            f"{API}/lectures/{{lecture}}/{what}", TEACHER
        )
        for what in ("summary", "timeline", "room")
    },
    **{
        ("GET", f"{API}/lectures/<uuid:lecture_id>/{what}"): Ask(
            f"{API}/lectures/{{open}}/{what}", TEACHER
        )
        for what in ("students", "flags")
    },
    ("GET", f"{API}/lectures/<uuid:lecture_id>/report.pdf"): Ask(
        f"{API}/lectures/{{over}}/report.pdf", {"tara", "ada"}
    ),
    ("GET", f"{API}/lectures/<uuid:lecture_id>/report.csv"): Ask(
        f"{API}/lectures/{{over}}/report.csv?table=students", {"tara", "ada"}
    ),
    # The student's own agent, and the room's camera.
    ("POST", f"{API}/observations"): Ask(f"{API}/observations", {"agent"}, json={"items": []}),
    ("POST", f"{API}/events"): Ask(f"{API}/events", {"agent"}, json={"items": []}),
    ("POST", f"{API}/pulse"): Ask(f"{API}/pulse", {"agent"}, json={"mood": "good"}),
    ("GET", f"{API}/room"): Ask(f"{API}/room", {"camera"}),
    ("POST", f"{API}/room/observations"): Ask(
        f"{API}/room/observations", {"camera"}, json={"items": []}
    ),
    ("GET", f"{API}/me/observations"): Ask(f"{API}/me/observations", ONESELF),
    ("DELETE", f"{API}/me/observations"): Ask(f"{API}/me/observations", ONESELF),
    ("POST", f"{API}/lectures/<uuid:lecture_id>/room"): Ask(
        f"{API}/lectures/{{lecture}}/room", TEACHER, json={"everybody_agreed": True}
    ),
    ("DELETE", f"{API}/lectures/<uuid:lecture_id>/room"): Ask(
        f"{API}/lectures/{{lecture}}/room", TEACHER
    ),
    ("DELETE", f"{API}/consents/me"): Ask(f"{API}/consents/me", ONESELF),
    ("POST", "/signout"): Ask("/signout", ALL),
}

CALLBACKS = ("POST", "/_dash-update-component")
"""The one route of all callbacks, which test_callback_matrix.py walks one by one."""

PAGES: Mapping[str, set[str]] = {
    "/": SIGNED_IN,
    "/account": SIGNED_IN,
    # The page itself says for whom it is: see test_what_a_page_holds_is_for_whom_it_is.
    "/admin": SIGNED_IN,
    "/reports": SIGNED_IN,
    "/live/{lecture}": SIGNED_IN,
    "/join/{code}": ALL,
    "/me": ALL,
}


@dataclass
class Callers:
    """One of each role, and what addresses are filled in with."""

    clients: dict[str, Any]
    headers: dict[str, dict[str, str]]
    named: dict[str, str]

    def ask(self, role: str, method: str, ask: Ask) -> Any:
        body = ask.json
        if isinstance(body, dict):
            body = {k: v.format(**self.named) if isinstance(v, str) else v for k, v in body.items()}
        return self.clients[role].open(
            ask.address.format(**self.named),
            method=method,
            json=body,
            data=ask.form,
            headers=HERE | self.headers.get(role, {}),
            buffered=True,
        )


@pytest.fixture
def callers(world: Any) -> Callers:
    over = world.lecture(CourseMode.OPEN)
    write_report(world, over)
    # In an anonymous one nobody waits, so that everybody counts for the room from the start.
    lecture = world.lecture(CourseMode.ANONYMOUS)
    choices = {"class_mood": True, "room": True}
    students = [world.join(lecture, choices=choices) for _ in range(5)]
    teacher = world.browser("tara")
    link = teacher.post(
        f"{API}/lectures/{lecture.id}/room", json={"everybody_agreed": True}, headers=HERE
    ).json["link"]
    own = world.client()
    own.get(students[0].agreed["recovery_link"])
    world.app.board.tick(world.clock.forward(seconds=30))
    named = {"lecture": lecture, "over": over, "open": world.lecture(CourseMode.OPEN)}
    return Callers(
        {
            "tara": teacher,
            "otto": world.browser("otto"),
            "ada": world.browser("ada"),
            "student": own,
            **{role: world.client() for role in ("nobody", "agent", "camera")},
        },
        {
            "agent": students[0].headers,
            "camera": {"Authorization": f"Bearer {link.partition('#room=')[2]}"},
        },
        {"code": lecture.code} | {name: str(one.id) for name, one in named.items()},
    )


def refused(answer: Any) -> bool:
    """Whether somebody was sent away for who they are; what is not there is nobody's."""
    to_sign_in = answer.status_code == 303 and "/signin?next=" in answer.headers["Location"]
    return to_sign_in or answer.status_code in (401, 403)


def test_every_role_at_every_route(callers: Callers) -> None:
    for (method, rule), ask in ROUTES.items():
        # Who may not comes first: nothing has been ended then.
        for role in sorted(ROLES, key=lambda role: role in ask.may):
            answer = callers.ask(role, method, ask)
            told = (method, rule, role, answer.status_code, answer.data[:200])
            assert refused(answer) is (role not in ask.may), told
            assert answer.status_code < 500, told
            if role not in ask.may and rule.startswith(API):
                assert answer.content_type == "application/problem+json", told


@pytest.mark.parametrize("path", PAGES)
def test_every_role_at_every_page(callers: Callers, path: str) -> None:
    for role in ROLES:
        answer = callers.ask(role, "GET", Ask(path, PAGES[path]))
        assert refused(answer) is (role not in PAGES[path]), (role, answer.status_code)
        # The document is a frame; what stands in it is asked for, and judged, by a callback.
        assert "Algebra" not in answer.text


def test_no_route_is_left_out(tmp_path: Any, sqlite_url: str) -> None:
    """Of a server that offers all that there is to offer."""
    app = create_app(
        Settings(folder=tmp_path, database=sqlite_url),
        tmp_path,
        ModelAssets(even_card()),
        program=Program("classpulse-1-py3-none-any.whl", lambda: b""),
    )
    app.flask.test_client().get("/healthz")
    rules = {
        (method, rule.rule)
        for rule in app.flask.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    app.close()
    assert rules - {CALLBACKS} == set(ROUTES)
