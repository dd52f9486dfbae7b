"""A unit of work is all or nothing, on both stores, however it ends."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from db.engine.store import Store, open_store
from db.engine.unit_of_work import UnitOfWork, together
from db.errors import ConflictError, StoreError
from db.people import audit, users
from db.values import Role, User
from tests.builders.places import ROOT

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def add(store: Store, login: str) -> User:
    return users.add_user(
        store, login=login, name=login, role=Role.TEACHER, password_hash=None, now=NOW
    )


def note(store: Store, what: str) -> None:
    audit.record(store, actor="operator", action=what, object="school", at=NOW)


def logins(store: Store) -> list[str]:
    return [user.login for user in users.list_users(store)]


def test_what_is_done_together_is_there_together(store: Store) -> None:
    def work(unit: UnitOfWork) -> User:
        made = add(unit, "ana")
        note(unit, "add")
        return made

    made = together(store, work)
    assert logins(store) == ["ana"]
    assert users.user(store, made.id) == made
    assert [record.action for record in audit.records(store)] == ["add"]


def test_what_fails_at_the_end_undoes_the_beginning(store: Store) -> None:
    def work(unit: UnitOfWork) -> None:
        add(unit, "ana")
        note(unit, "add")
        raise ConflictError("Not this time.")

    with pytest.raises(ConflictError, match="Not this time"):
        together(store, work)
    assert logins(store) == []
    assert audit.records(store) == []


def test_a_unit_reads_what_it_wrote_and_others_do_not(store: Store) -> None:
    def work(unit: UnitOfWork) -> tuple[list[str], list[str]]:
        add(unit, "ana")
        return logins(unit), logins(store)

    assert together(store, work) == (["ana"], [])
    assert logins(store) == ["ana"]


def test_a_part_that_fails_and_is_caught_undoes_itself_alone(store: Store) -> None:
    def work(unit: UnitOfWork) -> None:
        add(unit, "ana")
        with pytest.raises(ConflictError, match="taken"):
            add(unit, "ana")
        add(unit, "ben")

    together(store, work)
    assert logins(store) == ["ana", "ben"]


def test_units_nest(store: Store) -> None:
    def inner(unit: UnitOfWork) -> None:
        add(unit, "ben")
        raise ConflictError("The inner one fails.")

    def outer(unit: UnitOfWork) -> None:
        add(unit, "ana")
        with pytest.raises(ConflictError, match="inner"):
            together(unit, inner)

    together(store, outer)
    assert logins(store) == ["ana"]


def test_a_unit_does_not_close_the_store(store: Store) -> None:
    with pytest.raises(StoreError, match="must not close"):
        together(store, lambda unit: unit.close())
    assert logins(store) == []


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from db.engine.store import open_store
from db.engine.unit_of_work import together
from tests.integration.db.engine.test_unit_of_work import add, note

def work(unit):
    add(unit, "ana")
    sys.stdout.write("done\\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
    note(unit, "add")

together(open_store(sys.argv[1]), work)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_between_an_act_and_its_line_leaves_neither(own_store_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, own_store_url],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (-9, "done\n"), done.stderr
    store = open_store(own_store_url)
    try:
        assert logins(store) == []
        assert audit.records(store) == []
        with store.read() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
    finally:
        store.close()
