"""Which language a viewer reads: their choice, their browser's wish, the school's; and a notice
read in one language is agreed to in it."""

import pytest
from flask.testing import FlaskClient

from contract.languages import Language
from contract.notice import version_in
from contract.policy import CourseMode
from dashboard.i18n.viewer_language import COOKIE
from tests.builders.world import SAME_ORIGIN, World

SIGN_IN = {Language.EN: "Sign in", Language.ES: "Iniciar sesión", Language.HI: "साइन इन करें"}


def spoken(client: FlaskClient, **headers: str) -> tuple[str, str]:
    page = client.get("/signin", headers={k.replace("_", "-"): v for k, v in headers.items()}).text
    language = page.split('<html lang="')[1][:2]
    return language, page.split("<h1>")[1].split("</h1>")[0]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("", Language.EN),
        ("es-MX,es;q=0.9,en;q=0.8", Language.ES),
        ("fr-FR, hi;q=0.4, en;q=0.2", Language.HI),
        ("fr", Language.EN),
        ("en-GB,hi;q=0.9", Language.EN),
        ("*/*;q=nonsense, ;;", Language.EN),
    ],
)
def test_the_browsers_wish_is_heard(world: World, wish: str, expected: Language) -> None:
    assert spoken(world.client(), Accept_Language=wish) == (
        expected.value,
        SIGN_IN[expected],
    )


def test_a_choice_is_kept_and_leads_back(world: World) -> None:
    client = world.client()
    answer = client.get("/language/hi?next=/signin?next=%252Freports")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/signin?next=%2Freports")
    kept = answer.headers["Set-Cookie"]
    assert kept.startswith(f"{COOKIE}=hi;")
    assert "HttpOnly" in kept
    assert "SameSite=Lax" in kept
    assert spoken(client, Accept_Language="es") == ("hi", SIGN_IN[Language.HI])


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_choice_leads_nowhere_else(world: World, target: str) -> None:
    answer = world.client().get("/language/es", query_string={"next": target})
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(world: World) -> None:
    client = world.client()
    assert "Set-Cookie" not in client.get("/language/tlh?next=/signin").headers
    client.set_cookie(COOKIE, "<script>")
    assert spoken(client, Accept_Language="es")[0] == "es"


def test_a_program_that_names_no_language_reads_english(world: World) -> None:
    client = world.client()
    lecture = world.lecture(CourseMode.OPEN)
    asked = {"code": lecture.code, "name": "Ana"}
    plain = client.post("/api/v1/join", json=asked, headers=SAME_ORIGIN).json
    hindi = client.post(
        "/api/v1/join", json=asked, headers=SAME_ORIGIN | {"Accept-Language": "hi"}
    ).json
    assert plain["notice"]["version"] == version_in(Language.EN)
    assert hindi["notice"]["version"] == version_in(Language.HI)
    assert "तस्वीरें कभी नहीं" in hindi["notice"]["text"]


@pytest.mark.parametrize("language", Language)
def test_a_notice_is_agreed_to_in_the_language_it_was_read_in(
    world: World, language: Language
) -> None:
    client = world.client()
    headers = SAME_ORIGIN | {"Accept-Language": language.value}
    lecture = world.lecture(CourseMode.OPEN)
    asked = client.post(
        "/api/v1/join", json={"code": lecture.code, "name": "Ana"}, headers=headers
    ).json
    # The agreement may come from a program that names no language any more.
    agreed = client.post(
        "/api/v1/consents",
        json={
            "ticket": asked["ticket"],
            "notice_version": asked["notice"]["version"],
            "choices": {"class_mood": True},
        },
        headers=SAME_ORIGIN,
    )
    assert agreed.status_code == 201, agreed.json
    own = client.get(
        "/api/v1/me/observations", headers={"Authorization": f"Bearer {agreed.json['token']}"}
    )
    assert own.json["consents"][-1]["notice_version"] == version_in(language)
