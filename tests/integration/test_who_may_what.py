"""Every role under every policy, at every route, callback, command and use case, for real."""

import importlib
import inspect
import pkgutil
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import typer.testing
from typer.main import get_command

import services
from classpulse import cli
from classpulse.commands import exports as export_commands
from classpulse.commands import lectures as lecture_commands
from classpulse.commands import school as school_commands
from contract.errors import ClassPulseError
from contract.exchange import API
from dashboard import app as composition
from dashboard.auth.signin import SECURED
from dashboard.http.agent_download import Program
from dashboard.settings import Settings
from services.access import Action
from services.errors import AccessError
from tests.builders import promises
from tests.builders.acts import ACTS, OF_WHO_ASKS, WORDS, viewed
from tests.builders.card import even_card
from tests.builders.promises import CALLERS, ROLES, TABLE
from tests.builders.sandbox import Sandbox
from tests.builders.trial import HERE, POLICIES, Trial, furnished, may
from tests.builders.world import make_world
from tests.integration.dashboard.test_callback_matrix import honest
from tests.integration.dashboard.test_callbacks import dependencies, name_of, server_callbacks


@pytest.fixture(scope="module", params=POLICIES, ids=str)
def trial(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path, password_hash: str,
) -> Iterator[Trial]:  # fmt: skip
    folder = tmp_path_factory.mktemp("school")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'store.db')}"
    opened: list[Sandbox] = []

    def open_sandbox(address: str) -> Sandbox:
        opened.append(Sandbox(open_store(address)))
        return opened[-1]

    open_store = composition.open_store
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composition, "open_store", open_sandbox)
        world = make_world(url, folder / "data", password_hash)
    yield furnished(world, opened[0], request.param)
    world.app.close()


# Routes

_BODIES: Final[Mapping[str, Any]] = {
    f"POST {API}/join": {"code": "{code}", "name": "Zoe"},
    f"POST {API}/observations": {"items": []},
    f"POST {API}/events": {"items": []},
    f"POST {API}/room/observations": {"items": []},
    f"POST {API}/pulse": {"mood": "good"},
    f"POST {promises.LECTURE}/room": {"everybody_agreed": True},
    f"POST {API}/consents": {
        "ticket": "wrong", "notice_version": "1", "choices": {"class_mood": True},
    },
}  # fmt: skip
_QUERIES: Final = {
    Action.DOWNLOAD_REPORT: "?table=summary",
    Action.DOWNLOAD_STUDENT_TABLE: "?table=students",
}


def sent_away(answer: Any) -> bool:
    """Whether somebody was refused for who they are; what is not there is nobody's."""
    to_sign_in = answer.status_code == 303 and "/signin?next=" in answer.headers["Location"]
    return to_sign_in or answer.status_code in (401, 403)


def ask(trial: Trial, caller: str, route: str, address: str, **given: Any) -> Any:
    client, body = trial.clients[caller], _BODIES.get(route)
    if route == f"POST {API}/join":
        body = body | {"code": trial.lecture.code}
    with trial.undone(client):
        return client.open(
            trial.fill(address), method=route.partition(" ")[0], json=body,
            headers=HERE | trial.headers.get(caller, {}), buffered=True, **given,
        )  # fmt: skip


def test_every_route(trial: Trial) -> None:
    for action, promise in TABLE.items():
        for route in promise.routes:
            address = route.partition(" ")[2]
            if address.endswith(".csv"):
                address += _QUERIES[action]
            for caller, role in CALLERS.items():
                answer = ask(trial, caller, route, address)
                told = (route, action, caller, answer.status_code, answer.data[:200])
                # Of one's own: whoever comes with a link or token is the student concerned.
                as_whom = "student" if promise.on == {"participant"} and "student" in role else role
                allowed = may(promise, as_whom, trial.policy)
                if (
                    route.startswith("POST")
                    and "/me" not in route
                    and caller in ("student", "other student")
                    and promise.who == promises.ONESELF
                ):
                    allowed = False  # What is sent takes an agent's token, and no cookie.
                assert sent_away(answer) is not allowed, told
                assert answer.status_code < 500, told
                if not allowed and address.startswith(API):
                    assert answer.content_type == "application/problem+json", told


def test_routes_that_are_nobodys(trial: Trial) -> None:
    for caller in CALLERS:
        for route, address in promises.ROUTES_FOR_ALL.items():
            answer = ask(trial, caller, route, address)
            assert not sent_away(answer), (caller, route)
            assert answer.status_code < 500, (caller, route)
    signed_in = {"teacher", "other teacher", "admin"}
    for caller in CALLERS:
        for address in ("/", "/live/<uuid:lecture_id>", "/admin", "/reports", "/account"):
            answer = ask(trial, caller, "GET /", address)
            assert sent_away(answer) is (caller not in signed_in), (caller, address)
            # A frame: what stands in it is asked for, and judged, by a callback.
            assert "Algebra" not in answer.text
        for address in (f"/join/{trial.lecture.code}", "/me"):
            assert not sent_away(ask(trial, caller, "GET /", address)), (caller, address)
    for route in sorted(promises.ROUTES_BY_SECRET):
        form = {"login": "tara", "password": "wrong"} if route == "POST /signin" else None
        address = route.partition(" ")[2].replace("<secret>", "wrong")
        given = {} if form is None else {"data": form}
        assert sent_away(ask(trial, "stranger", route, address, **given)), route


# Callbacks


def test_every_callback(trial: Trial) -> None:
    known = dependencies(trial.world)
    entries = {name_of(known[key]): (key, it) for key, it in server_callbacks(trial.world)}
    callers = ("stranger", "student", "teacher", "other teacher", "admin")
    for action, promise in TABLE.items():
        for name in promise.callbacks:
            key, entry = entries[name]
            assert getattr(entry["callback"], SECURED) is action, name
            for caller in callers:
                client = trial.clients[caller]
                with trial.undone(client):
                    answer = client.post(
                        "/_dash-update-component", json=honest(known[key], trial.lecture),
                        headers=HERE,
                    )  # fmt: skip
                told = (name, action, caller, answer.status_code, answer.text[:200])
                allowed = may(promise, caller, trial.policy)
                assert (answer.status_code in (200, 204)) is allowed, told
                if not allowed:
                    # Signing in, or opening one's own link, could help whoever has not.
                    own_page = promise.who == promises.ONESELF
                    nobody = caller == "stranger" or (own_page and caller != "student")
                    assert answer.status_code == (401 if nobody else 403), told


# Use cases


def test_every_use_case(trial: Trial) -> None:
    for action, promise in TABLE.items():
        for name in promise.use_cases:
            if name in OF_WHO_ASKS:
                with trial.undone():
                    OF_WHO_ASKS[name](trial, trial.actors["student"])
                continue
            act = viewed(action) if name == "acting.viewing.lecture" else ACTS[name]
            for role in ROLES:
                refused: Exception | None = None
                with trial.undone():
                    try:
                        act(trial, trial.actors[role])
                    except AccessError as error:
                        refused = error
                    except ClassPulseError:
                        # Judged and let through; what else it lacks is another test's.
                        pass
                told = (name, action, role, refused)
                assert (refused is None) is may(promise, role, trial.policy), told


# Commands


def test_every_command(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def sandbox(_: str | None) -> Iterator[Any]:
        yield trial.sandbox

    for module in (lecture_commands, export_commands, school_commands):
        monkeypatch.setattr(module, "opened_store", sandbox)
    rows = "name,id\nCleo,7\n"
    (trial.services.settings.folder / "list.csv").write_text(rows, encoding="utf-8")
    runner = typer.testing.CliRunner()
    for action, promise in TABLE.items():
        for command in promise.commands:
            words = [*command.split(), *WORDS[command](trial)]
            if command == "roster import":
                words += ["--course", "Art"]
            with trial.undone():
                done = runner.invoke(cli.app, words, input="seven grey whales swim\n")
            refused = isinstance(done.exception, AccessError)
            told = (command, action, done.output, done.exception)
            assert refused is not may(promise, "operator", trial.policy), told
            assert done.exit_code == 0 or refused or command == "report", told


# Nothing is left out


def test_every_action_has_a_promise() -> None:
    assert set(TABLE) == set(Action)


def test_every_route_has_a_line(tmp_path: Path, sqlite_url: str) -> None:
    """Of a server that offers all that there is to offer."""
    made = composition.create_app(
        Settings(folder=tmp_path, database=sqlite_url),
        tmp_path,
        composition.ModelAssets(even_card()),
        program=Program("classpulse-1-py3-none-any.whl", lambda: b""),
    )
    made.flask.test_client().get("/healthz")
    rules = {
        f"{method} {rule.rule}"
        for rule in made.flask.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    made.close()
    told = {
        *(route for promise in TABLE.values() for route in promise.routes),
        *promises.ROUTES_FOR_ALL, *promises.ROUTES_BY_SECRET, *promises.ROUTES_OF_PAGES,
        promises.ROUTE_OF_CALLBACKS,
    }  # fmt: skip
    assert rules == told


def test_every_callback_has_a_line(world: Any) -> None:
    known = dependencies(world)
    names = [name_of(known[key]) for key, _ in server_callbacks(world)]
    told = [name for promise in TABLE.values() for name in promise.callbacks]
    assert sorted(names) == sorted(told)


def test_every_command_has_a_line() -> None:
    told = {name for promise in TABLE.values() for name in promise.commands}
    assert told == set(WORDS)
    there = set(_commands(get_command(cli.app), ""))
    assert there <= told | set(promises.COMMANDS_OF_NOBODY), "a command that is in no table"
    assert told <= there


def _commands(group: Any, path: str) -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        inner = f"{path} {name}".strip()
        if hasattr(command, "commands"):
            yield from _commands(command, inner)
        else:
            yield inner


def test_every_use_case_has_a_line() -> None:
    """Every public function of the floor that is handed the services."""
    there = set()
    for module in pkgutil.walk_packages(services.__path__, "services."):
        loaded = importlib.import_module(module.name)
        for name, function in vars(loaded).items():
            own_function = inspect.isfunction(function) and function.__module__ == module.name
            if (
                own_function
                and not name.startswith("_")
                and "Services" in str(inspect.signature(function))
            ):
                there.add(f"{module.name}.{name}".removeprefix("services."))
    told = {name for promise in TABLE.values() for name in promise.use_cases}
    assert told == {*ACTS, *OF_WHO_ASKS, "acting.viewing.lecture"}
    assert there == told | set(promises.USE_CASES_BY_SECRET) | promises.PARTS_OF_USE_CASES
