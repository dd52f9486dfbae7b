"""Claims become a person by the settings alone."""

from typing import Any

import pytest

from dashboard.auth.oidc_people import PersonError, claim, person_of
from dashboard.settings import Settings
from db.values import Role

PLAIN = Settings()


@pytest.mark.parametrize(
    ("told", "role"),
    [
        (["student"], Role.STUDENT),
        ("teacher", Role.TEACHER),
        (["student", "teacher", "admin"], Role.ADMIN),
        (["Teacher"], None),
        ([], None),
        (None, None),
        ({"teacher": True}, None),
        ([["teacher"]], None),
    ],
    ids=str,
)
def test_the_strongest_role_named_counts(told: Any, role: Role | None) -> None:
    assert person_of({"sub": "1", "roles": told}, PLAIN).role is role


def test_the_words_for_roles_are_the_schools() -> None:
    config = Settings(
        oidc_role_claim="realm_access.roles", oidc_teachers="lehrkraft, vertretung", oidc_admins=""
    )
    claims = {"sub": "1", "realm_access": {"roles": ["vertretung", "admin", ""]}}
    assert person_of(claims, config).role is Role.TEACHER


def test_a_claim_may_have_dots_in_its_own_name() -> None:
    claims = {"https://id.example/roles": ["a"], "a": {"b": 1}}
    assert claim(claims, "https://id.example/roles") == ["a"]
    assert claim(claims, "a.b") == 1
    assert claim(claims, "a.b.c") is None


def test_a_name_is_found_or_the_subject_stands_for_it() -> None:
    assert person_of({"sub": "1", "name": " Ana \n Lima "}, PLAIN).name == "Ana Lima"
    assert person_of({"sub": "1", "preferred_username": "ana"}, PLAIN).name == "ana"
    assert person_of({"sub": "1"}, PLAIN).name == "1"


@pytest.mark.parametrize("subject", [None, "", 5, "x" * 256])
def test_a_subject_is_needed(subject: Any) -> None:
    with pytest.raises(PersonError):
        person_of({"sub": subject}, PLAIN)


def test_the_school_key_is_the_claim_that_settings_name() -> None:
    config = Settings(oidc_school_key_claim="sourcedId")
    assert person_of({"sub": "1", "sourcedId": "u9"}, config).school_key == "u9"
    assert person_of({"sub": "1"}, config).school_key is None
    assert person_of({"sub": "1"}, PLAIN).school_key == "1"
