"""Signing in by the school's provider: a real one on loopback, honest and not."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from contract.policy import CourseMode, Policy
from dashboard.app import App, ModelAssets, create_app
from dashboard.settings import Settings
from db.people import audit, courses, identities, school_settings
from db.people import users as people
from db.teaching import lectures
from db.values import Role, School
from services.accounts import passwords
from tests.builders.card import even_card
from tests.builders.clock import START, Clock
from tests.builders.world import PASSWORD
from tests.integration.dashboard.auth.oidc_provider import CLIENT, SECRET, FakeSchool

HERE = {"Origin": "http://localhost"}
ANA = {"sub": "s-1", "name": "Ana Lima", "roles": ["student"], "key": "u1"}
TARA = {"sub": "t-1", "name": "Tara", "roles": ["staff", "teacher"]}


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeSchool]:
    opened = FakeSchool.open()
    yield opened
    opened.close()


@pytest.fixture
def school(provider: FakeSchool) -> FakeSchool:
    """The provider, honest again."""
    provider.claims, provider.lies, provider.metadata = dict(ANA), {}, {}
    provider.other_key, provider.forge = False, None
    provider.asked.clear()
    provider.left.clear()
    provider.codes.clear()
    return provider


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path, school: FakeSchool, password_hash: str) -> Iterator[App]:
    config = Settings(
        folder=tmp_path,
        database=sqlite_url,
        oidc_issuer=school.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_label="Northbridge ID",
        oidc_school_key_claim="key",
    )
    made = create_app(config, None, ModelAssets(even_card()), clock=Clock())
    people.add_user(
        made.store,
        login="tara",
        name="Tara Local",
        role=Role.ADMIN,
        password_hash=password_hash,
        now=START,
    )
    yield made
    made.close()


def go(client: Any, start: str = "/signin/school?next=/account", **headers: str) -> Any:
    """Begin, let the provider answer over real HTTP, and come back with what it said."""
    begun = client.get(start, headers=headers)
    assert begun.status_code == 303 or begun.status_code == 302, begun.text
    answered = httpx.get(begun.headers["Location"])
    assert answered.status_code == 302, answered.text
    back = urlsplit(answered.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def users(app: App) -> dict[str, tuple[str, Role]]:
    return {
        identity.subject: (user.name, user.role)
        for user in people.list_users(app.store)
        for identity in identities.of_user(app.store, user.id)
    }


def test_a_code_with_pkce_state_and_nonce_brings_a_student_in(app: App, school: FakeSchool) -> None:
    client = app.flask.test_client()
    landed = go(client)
    assert (landed.status_code, landed.headers["Location"]) == (303, "/account")
    (asked,) = school.asked
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 16
    assert "email" not in asked["scope"]
    assert users(app) == {"s-1": ("Ana Lima", Role.STUDENT)}
    assert client.get("/").status_code == 200
    (record,) = audit.records(app.store)
    assert (record.action, record.detail["did"]) == ("sign_in_elsewhere", "add")


def test_coming_back_is_the_same_user_whose_role_follows_the_provider(
    app: App, school: FakeSchool
) -> None:
    school.claims = dict(TARA)
    go(app.flask.test_client())
    school.claims = {**TARA, "roles": "admin", "name": "Tara Weiss"}
    go(app.flask.test_client())
    assert users(app) == {"t-1": ("Tara Weiss", Role.ADMIN)}


def test_a_name_or_an_address_links_nobody(app: App, school: FakeSchool) -> None:
    """The local admin tara stays apart from a student who calls themselves so."""
    school.claims = {
        **ANA, "name": "Tara Local", "preferred_username": "tara", "email": "tara@school.example",
    }  # fmt: skip
    client = app.flask.test_client()
    go(client)
    assert client.get("/").status_code == 200
    assert len(people.list_users(app.store)) == 2
    assert users(app) == {"s-1": ("Tara Local", Role.STUDENT)}


def test_a_user_adds_the_school_account_to_their_own_by_its_subject(
    app: App, school: FakeSchool
) -> None:
    school.claims = dict(TARA)
    client = app.flask.test_client()
    client.post("/signin", data={"login": "tara", "password": PASSWORD}, headers=HERE)
    start = "/signin/school?link=1&next=/account"
    assert client.get(start).status_code == 403
    assert client.get(start, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    go(client, start, **{"Sec-Fetch-Site": "same-origin"})
    # Somebody with a password here keeps name and role, whatever the provider says.
    go(app.flask.test_client())
    assert users(app) == {"t-1": ("Tara Local", Role.ADMIN)}
    assert len(people.list_users(app.store)) == 1


def test_who_signed_in_meanwhile_gets_nobody_elses_account(app: App, school: FakeSchool) -> None:
    """Two tabs of one browser: begun by one user, come back to another."""
    people.add_user(
        app.store, login="otto", name="Otto", role=Role.TEACHER,
        password_hash=passwords.hash_password(PASSWORD), now=START,
    )  # fmt: skip
    school.claims = dict(TARA)
    client, other = app.flask.test_client(), app.flask.test_client()
    for browser, login in ((client, "tara"), (other, "otto")):
        browser.post("/signin", data={"login": login, "password": PASSWORD}, headers=HERE)
    begun = client.get("/signin/school?link=1", headers={"Sec-Fetch-Site": "same-origin"})
    with client.session_transaction() as here, other.session_transaction() as there:
        here["_user_id"] = there["_user_id"]
    back = urlsplit(httpx.get(begun.headers["Location"]).headers["Location"])
    assert client.get(f"{back.path}?{back.query}").status_code == 403
    assert users(app) == {}


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"nonce": "another nonce"},
        {"exp": 1},
        {"sub": 5},
        # Two answers that speak of two different people.
        {"userinfo": {"sub": "t-1"}},
    ],
    ids=str,
)
def test_a_forged_token_brings_nobody_in(
    app: App, school: FakeSchool, lies: dict[str, Any]
) -> None:
    school.lies = lies
    client = app.flask.test_client()
    assert go(client).status_code in (401, 403)
    assert client.get("/").status_code == 303
    assert users(app) == {}


def test_a_token_signed_by_another_key_brings_nobody_in(app: App, school: FakeSchool) -> None:
    school.other_key = True
    assert go(app.flask.test_client()).status_code == 401
    assert users(app) == {}


def signed_by_nobody(token: str) -> str:
    return f"{part({'alg': 'none'})}.{token.split('.')[1]}."


def signed_by_our_own_secret(token: str) -> str:
    """With what the client has in common with the provider, and others may have learnt."""
    head = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{token.split('.')[1]}"
    made = hmac.digest(SECRET.encode(), head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"


def part(said: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@pytest.mark.parametrize("forge", [signed_by_nobody, signed_by_our_own_secret])
def test_a_token_signed_by_our_own_secret_or_by_nothing_brings_nobody_in(
    app: App, school: FakeSchool, forge: Callable[[str], str]
) -> None:
    school.forge = forge
    school.metadata = {"id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}
    assert go(app.flask.test_client()).status_code == 401
    assert users(app) == {}


def test_another_issuer_than_the_pinned_one_is_not_even_asked(app: App, school: FakeSchool) -> None:
    school.metadata = {"issuer": "https://evil.example"}
    answer = app.flask.test_client().get("/signin/school")
    assert answer.status_code == 401
    assert "Location" not in answer.headers
    assert school.asked == []


def test_an_answer_that_names_another_issuer_is_refused(app: App, school: FakeSchool) -> None:
    client = app.flask.test_client()
    answered = httpx.get(client.get("/signin/school").headers["Location"])
    back = urlsplit(answered.headers["Location"])
    assert client.get(f"{back.path}?{back.query}&iss=https://evil.example").status_code == 401
    assert users(app) == {}


def test_a_code_without_the_browsers_own_state_is_refused(app: App, school: FakeSchool) -> None:
    """Somebody sends a victim their own code: the victim must not end up signed in as them."""
    begun = app.flask.test_client().get("/signin/school")
    back = urlsplit(httpx.get(begun.headers["Location"]).headers["Location"])
    victim = app.flask.test_client()
    assert victim.get(f"{back.path}?{back.query}").status_code == 401
    code = parse_qs(back.query)["code"][0]
    victim.get("/signin/school")
    assert victim.get(f"{back.path}?code={code}&state=guessed").status_code == 401
    assert victim.get("/").status_code == 303


def test_a_code_works_once(app: App, school: FakeSchool) -> None:
    client = app.flask.test_client()
    answered = httpx.get(client.get("/signin/school").headers["Location"])
    back = urlsplit(answered.headers["Location"])
    again = f"{back.path}?{back.query}"
    assert client.get(again).status_code == 303
    assert app.flask.test_client().get(again).status_code == 401


def test_who_has_no_role_or_is_disabled_is_told_so(app: App, school: FakeSchool) -> None:
    school.claims = {**ANA, "roles": ["visitor"]}
    answer = go(app.flask.test_client())
    assert (answer.status_code, "no part in ClassPulse" in answer.text) == (403, True)
    school.claims = dict(ANA)
    go(app.flask.test_client())
    (ana,) = [user for user in people.list_users(app.store) if user.role is Role.STUDENT]
    people.set_disabled(app.store, ana.id, True, START)
    answer = go(app.flask.test_client())
    assert (answer.status_code, "is disabled" in answer.text) == (403, True)


def test_signing_out_ends_the_session_here_and_offers_to_end_it_there(
    app: App, school: FakeSchool
) -> None:
    client = app.flask.test_client()
    go(client)
    left = client.post("/signout", headers=HERE)
    assert left.headers["Location"] == "/signin?left=1"
    assert client.get("/").status_code == 303
    assert "Sign out of Northbridge ID too" in client.get("/signin?left=1").text
    onward = client.get("/signin/school/leave")
    httpx.get(onward.headers["Location"])
    (asked,) = school.left
    assert asked["client_id"] == CLIENT
    assert asked["post_logout_redirect_uri"] == "http://localhost/signin"


def test_a_provider_token_stays_at_the_server(app: App, school: FakeSchool) -> None:
    """And there no longer than it is read: neither cookie nor store holds one."""
    client = app.flask.test_client()
    landed = go(client)
    (token,) = list(school._tokens)[-1:]
    with client.session_transaction() as session:
        assert token not in repr(dict(session))
        assert "eyJ" not in repr(dict(session))
    assert token not in str(landed.headers)
    assert token.encode() not in Path(str(app.store.url.database)).read_bytes()


def test_a_provider_that_is_away_is_said_and_local_accounts_go_on(
    sqlite_url: str, tmp_path: Path, password_hash: str
) -> None:
    config = Settings(
        folder=tmp_path, database=sqlite_url, oidc_issuer="http://127.0.0.1:9", oidc_client_id="c"
    )
    made = create_app(config, None, ModelAssets(even_card()), clock=Clock())
    answer = made.flask.test_client().get("/signin/school")
    assert (answer.status_code, "does not answer now" in answer.text) == (502, True)
    assert "Name" in answer.text
    made.close()


def test_without_an_issuer_there_is_no_such_sign_in(world: Any) -> None:
    client = world.client()
    assert client.get("/signin/school").status_code == 404
    assert client.get("/signin/school/return?code=a&state=b").status_code == 404
    assert "school account" not in client.get("/signin").text


def test_a_signed_in_student_joins_where_the_roster_names_them(
    app: App, school: FakeSchool
) -> None:
    store = app.store
    school_settings.set_school(store, School("School", "UTC", Policy.INDIVIDUAL), START)
    listed, other = (
        courses.add_course(store, title=title, mode=CourseMode.ROSTER, timezone="UTC", now=START)
        for title in ("Algebra", "Music")
    )
    courses.add_student(store, listed.id, "Ana L.", now=START, external_id="u1")
    courses.add_student(store, other.id, "Ana Lima", now=START, external_id="u2")
    codes = [
        lectures.start(store, course.id, "One", Policy.INDIVIDUAL, START).code
        for course in (listed, other)
    ]
    client = app.flask.test_client()
    go(client)
    answers = [
        client.post("/api/v1/join", json={"code": code}, headers=HERE).status_code for code in codes
    ]
    assert answers == [200, 403]
    stranger = app.flask.test_client().post("/api/v1/join", json={"code": codes[0]})
    assert stranger.status_code == 403
