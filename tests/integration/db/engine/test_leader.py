"""One of several processes leads, and another takes over when it is gone."""

import pytest
from sqlalchemy import text

from db.engine.leader import AdvisoryLeadership
from db.engine.store import open_store

pytestmark = pytest.mark.postgres


def test_one_leads_until_it_lets_go(postgres_url: str) -> None:
    stores = [open_store(postgres_url) for _ in range(2)]
    first, second = (AdvisoryLeadership(store) for store in stores)

    assert first.held()
    assert first.held()
    assert not second.held()
    first.release()
    first.release()
    assert second.held()
    assert not first.held()
    second.release()
    for store in stores:
        store.close()


def test_a_leader_whose_connection_broke_is_followed(postgres_url: str) -> None:
    stores = [open_store(postgres_url) for _ in range(2)]
    first, second = (AdvisoryLeadership(store) for store in stores)
    assert first.held()
    assert first._connection is not None
    session = first._connection.execute(text("SELECT pg_backend_pid()")).scalar()
    with stores[1].read() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(:session, 5000)"), {"session": session}
        )

    assert second.held()
    assert not first.held()
    second.release()
    for store in stores:
        store.close()
