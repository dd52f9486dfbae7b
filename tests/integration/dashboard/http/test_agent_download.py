"""Students install the program from their own school's server."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from contract.policy import CourseMode
from dashboard.api import problems
from dashboard.http.agent_download import Program, register


@pytest.fixture
def made() -> list[int]:
    return []


@pytest.fixture
def flask(tmp_path: Path, made: list[int]) -> Flask:
    def pack() -> bytes:
        made.append(1)
        return b"PK wheel"

    app = Flask("offering", static_folder=None)
    problems.register(app)
    register(app, Program("classpulse-1.2.3-py3-none-any.whl", pack), tmp_path)
    return app


def test_the_wheel_is_packed_once_and_given_to_everybody(flask: Flask, made: list[int]) -> None:
    client = flask.test_client()
    assert made == []
    for _ in range(2):
        with client.get("/agent/classpulse-1.2.3-py3-none-any.whl") as answer:
            assert (answer.status_code, answer.data) == (200, b"PK wheel")
    assert made == [1]


@pytest.mark.parametrize("name", ["classpulse-9-py3-none-any.whl", "..%2Fkey", "key"])
def test_nothing_else_lies_there(flask: Flask, name: str, made: list[int]) -> None:
    assert flask.test_client().get(f"/agent/{name}").status_code == 404
    assert made == []


def test_the_join_page_names_this_servers_wheel(world: Any) -> None:
    from dashboard.pages.join import page

    lecture = world.lecture(CourseMode.OPEN)
    with world.app.flask.test_request_context("/"):
        words = str(page.layout(lecture, world.courses[CourseMode.OPEN], "https://pulse.example",
                                "/agent/classpulse-1.2.3-py3-none-any.whl"))  # fmt: skip
    assert (
        'pip install "classpulse[agent] @ '
        'https://pulse.example/agent/classpulse-1.2.3-py3-none-any.whl"' in words
    )
