"""Passwords: checked against their hash, and nobody's password is nobody's."""

import threading
from functools import partial
from queue import Queue
from typing import Literal

import pytest
from argon2 import PasswordHasher

from services.accounts import passwords
from services.errors import BusyError, InvalidError

QUICK = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", partial(PasswordHasher, **QUICK))
    passwords._decoy.cache_clear()


def test_only_the_right_password_opens() -> None:
    stored = passwords.hash_password("correct horse")
    assert "correct horse" not in stored
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, "correct horse")
    assert not passwords.verify(stored, "wrong horse")
    assert passwords.hash_password("correct horse") != stored


@pytest.mark.parametrize("stored", [None, "", "no hash", "$argon2id$broken"])
def test_where_there_is_no_hash_nothing_opens(stored: str | None) -> None:
    assert not passwords.verify(stored, "nobody's password")
    assert not passwords.verify(stored, "")


def test_where_nobody_has_that_login_as_much_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the same parameters: whoever waited less would learn which logins there are."""
    computed: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            computed.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", partial(Counting, **QUICK))
    known = passwords.hash_password("correct horse")
    for stored in (known, None):
        assert not passwords.verify(stored, "wrong horse")
    ours, decoy = computed
    assert ours == known
    assert decoy.split("$")[:4] == ours.split("$")[:4]


@pytest.mark.parametrize("password", ["", "eleven lets", "x" * 1025])
def test_a_password_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(InvalidError, match=f"has {len(password)}"):
        passwords.hash_new(password)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        (" " * 12, "different letters"),
        ("abababababab", "different letters"),
        ("password1234", "many people"),
        ("!!Password!!", "many people"),
        ("passwordpassword", "many people"),
        ("qwertyuiop12", "many people"),
        ("1qaz2wsx3edc4rfv", "many people"),
        ("needforspeed", "many people"),
        ("abcdefghijklm", "many people"),
        ("198504171985", "many people"),
        ("tara.young is in", "login or the name"),
        ("I am Mrs YOUNG!", "login or the name"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, rule: str) -> None:
    with pytest.raises(InvalidError, match=rule):
        passwords.hash_new(password, "tara.young", "Tara Young")


@pytest.mark.parametrize(
    "password",
    ["correct horse", "twelve chars", "moods-of-a-class", "घोड़ा सही बैटरी", "Qx7#mP2$vL9!"],
)
def test_a_password_of_some_words_is_taken(password: str) -> None:
    assert passwords.verify(passwords.hash_new(password, "tara", "Tara Young"), password)


def test_an_old_password_that_would_not_be_taken_today_still_opens() -> None:
    assert passwords.verify(passwords.hash_password("seven.."), "seven..")


def test_many_at_once_wait_for_a_turn_or_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, ended = threading.Event(), Queue[type[BaseException] | None]()

    class Slow:
        def verify(self, *_: str) -> None:
            opened.wait(30)

    monkeypatch.setattr(passwords, "_hasher", Slow)

    def ask() -> None:
        try:
            passwords.verify("stored", "guess")
        except BusyError as error:
            ended.put(type(error))
        else:
            ended.put(None)

    places = 2 * passwords.AT_ONCE
    askers = [threading.Thread(target=ask) for _ in range(24)]
    for asker in askers:
        asker.start()
    away = [ended.get(timeout=30) for _ in range(24 - places)]
    opened.set()
    served = [ended.get(timeout=30) for _ in range(places)]
    for asker in askers:
        asker.join()
    assert away == [BusyError] * (24 - places)
    assert served == [None] * places
    assert passwords.verify("stored", "guess")


def test_a_hash_of_weaker_times_is_outdated(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = passwords.hash_password("correct horse")
    assert not passwords.outdated(stored)
    monkeypatch.setattr(passwords, "_hasher", partial(PasswordHasher, **{**QUICK, "time_cost": 2}))
    assert passwords.outdated(stored)
    assert passwords.verify(stored, "correct horse")
