"""A sign-in elsewhere is known by issuer and subject, and by nothing else."""

from typing import Any

import pytest

from db.engine.store import Store
from db.errors import ConflictError
from db.people import identities, users
from db.values import Role, User
from tests.builders.clock import START as NOW

HERE = "https://id.school.example"


def add(store: Store, subject: str, **given: Any) -> User:
    values: dict[str, Any] = {
        "login": f"oidc:{subject}", "name": "Ana", "role": Role.STUDENT, "school_key": "u1",
    }  # fmt: skip
    return identities.add_user(store, issuer=HERE, subject=subject, now=NOW, **{**values, **given})


def test_the_same_subject_of_another_issuer_is_somebody_else(store: Store) -> None:
    ana = add(store, "1")
    assert identities.find(store, HERE, "1") == ana
    assert identities.find(store, "https://other.example", "1") is None
    (known,) = identities.of_user(store, ana.id)
    assert (known.subject, known.school_key) == ("1", "u1")


def test_a_subject_stands_for_one_user_only(store: Store) -> None:
    ana, bo = add(store, "1"), add(store, "2")
    with pytest.raises(ConflictError, match="another user"):
        identities.link(store, HERE, "1", bo.id, school_key=None, now=NOW)
    assert identities.find(store, HERE, "1") == ana
    identities.unlink(store, HERE, "1", bo.id)
    assert identities.find(store, HERE, "1") == ana
    identities.unlink(store, HERE, "1", ana.id)
    identities.link(store, HERE, "1", bo.id, school_key="u2", now=NOW)
    assert identities.find(store, HERE, "1") == bo


def test_a_new_user_takes_nobodys_login(store: Store) -> None:
    local = users.add_user(
        store, login="ana", name="Ana", role=Role.ADMIN, password_hash="hash", now=NOW
    )
    with pytest.raises(ConflictError, match="taken"):
        add(store, "1", login=local.login)
    assert identities.find(store, HERE, "1") is None


def test_what_the_provider_says_now_holds(store: Store) -> None:
    ana = add(store, "1")
    now = User(ana.id, ana.login, "Ana Lima", Role.TEACHER, ana.disabled)
    identities.refresh(store, HERE, "1", now, school_key="u9")
    assert users.user(store, ana.id) == now
    assert identities.of_user(store, ana.id)[0].school_key == "u9"
