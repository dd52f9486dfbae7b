"""Callbacks with forged ids, State and bodies; who may call which test_who_may_what.py asks."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from contract.flags import FlagKind
from contract.policy import CourseMode
from db.people import audit, consents
from db.teaching import flags, lectures
from db.values import FlagRow
from tests.builders.promises import TABLE
from tests.integration.dashboard.test_callbacks import (
    dependencies,
    forged,
    name_of,
    server_callbacks,
)

HERE = {"Origin": "http://localhost"}
ROLES = ("nobody", "tara", "otto", "ada", "student")
"""tara teaches the course, otto another one, ada is an admin, the student is in the lecture."""

IN_ROLE = {
    "nobody": "stranger", "tara": "teacher", "otto": "other teacher", "ada": "admin",
    "student": "student",
}  # fmt: skip
MAY = {
    name: {role for role in ROLES if IN_ROLE[role] in promise.who}
    for promise in TABLE.values()
    for name in promise.callbacks
}
"""By what the callback listens to: who may call it, where policy and course allow it."""


@pytest.fixture
def lecture(world: Any) -> Any:
    return world.lecture(CourseMode.OPEN)


@pytest.fixture
def browsers(world: Any, lecture: Any) -> dict[str, Any]:
    """One browser for each role."""
    ana = world.join(lecture, name="Ana")
    ana.client.get(ana.agreed["recovery_link"])
    consents.admit(world.store, ana.id)
    return {
        "nobody": world.client(),
        "student": ana.client,
        **{login: world.browser(login) for login in ("tara", "otto", "ada")},
    }


def honest(one: dict[str, Any], lecture: Any) -> dict[str, Any]:
    """A request with the ids of the lecture and its course where they are read, nothing done."""
    body = forged(one, None)
    for part in ("inputs", "state", "outputs"):
        for value in dicts_in(body[part]):
            fill(value, lecture)
    return body


def dicts_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from dicts_in(part)


def fill(value: dict[str, Any], lecture: Any) -> None:
    name = value.get("id")
    if name == "course-named" or (name == "student-course" and value["property"] == "value"):
        value["value"] = str(lecture.course_id)
    elif name == "live-lecture":
        value["value"] = str(lecture.id)
    elif name == "join-code":
        value["value"] = lecture.code
    elif isinstance(name, dict):
        name |= {key: "x" for key, held in name.items() if held is None}
        if "course" in name:
            name["course"] = str(lecture.course_id)
        if "lecture" in name:
            name["lecture"] = str(lecture.id)
        if value.get("property") == "id":
            value["value"] = name


def test_a_press_without_the_right_changes_nothing(world: Any, lecture: Any, browsers: Any) -> None:
    """The same with everything pressed and filled in, by whoever may not."""
    known = dependencies(world)
    before = [record.action for record in audit.records(world.store)]
    for key, _ in server_callbacks(world):
        for role in ROLES:
            if role in MAY[name_of(known[key])]:
                continue
            for value in (1, [1], "admin", str(lecture.id), str(world.users["tara"].id)):
                body = forged(known[key], value)
                answer = browsers[role].post("/_dash-update-component", json=body, headers=HERE)
                told = answer.status_code in (401, 403, 404, 422) or (
                    '"response":{}' in answer.text and "cp-notice-bad" in answer.text
                )
                assert told, (role, key, answer.text)
    assert [record.action for record in audit.records(world.store)] == before


def broken(body: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    """The body with a key taken out or a value put in its place, somewhere inside."""
    for _ in range(6):
        made = json.loads(json.dumps(body))
        here: Any = made
        while isinstance(here, dict | list) and here:
            spots = list(here) if isinstance(here, dict) else list(range(len(here)))
            spot = rng.choice(spots)
            if not isinstance(here[spot], dict | list) or rng.random() < 0.35:
                if rng.random() < 0.5:
                    del here[spot]
                else:
                    here[spot] = rng.choice([None, 5, "x", [], {}, [{}], {"id": {}}])
                break
            here = here[spot]
        yield made


def test_what_no_page_of_ours_sends_is_refused_quietly(
    world: Any, lecture: Any, browsers: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A forged button without its keys, a body without its parts: a sentence, never an incident."""
    rng, known = random.Random(20261121), dependencies(world)
    for key, one in known.items():
        for role in ("tara", "ada", "student"):
            for body in (honest(one, lecture), forged(one, 1), forged(one, {})):
                for made in broken(body, rng):
                    answer = browsers[role].post("/_dash-update-component", json=made, headers=HERE)
                    told = (key, role, json.dumps(made)[:600], answer.text[:300])
                    assert answer.status_code < 500, told
                    assert "Something went wrong" not in answer.text, told
    assert "incident" not in capsys.readouterr().out


def opened_by(browser: Any, one: dict[str, Any], lecture: Any, **pressed: str) -> Any:
    """The answer to a press of the button whose id has the parts ``pressed``, in that lecture."""
    body = honest(one, lecture)
    for part in body["inputs"]:
        if isinstance(part, list):
            part[0] |= {"id": part[0]["id"] | pressed, "value": 1}
            named = json.dumps(part[0]["id"], sort_keys=True, separators=(",", ":"))
            body["changedPropIds"] = [f"{named}.n_clicks"]
    return browser.post("/_dash-update-component", json=body, headers=HERE)


def reading(world: Any, kind: str) -> dict[str, Any]:
    """The callback that a button of that kind calls."""
    (one,) = [
        one
        for one in dependencies(world).values()
        if any(f'"type":"{kind}"' in part["id"] for part in one["inputs"])
    ]
    return one


def suggested(world: Any, student: Any) -> FlagRow:
    """A check-in with that student."""
    found = consents.participant(world.store, student.id)
    assert found is not None
    return flags.raise_flag(
        world.store,
        lecture_id=found.lecture_id,
        participant_id=found.id,
        kind=FlagKind.SAD,
        raised_at=world.clock(),
        evidence={},
        reason="",
    )


def test_ids_of_another_lecture_are_none_in_ones_own(
    world: Any, lecture: Any, browsers: Any
) -> None:
    """The page's State names a lecture that one may act on, the button somebody of another."""
    theirs = world.lecture(CourseMode.OPEN)
    zoe = world.join(theirs, name="Zoe")
    flag = suggested(world, zoe)
    now = world.clock()
    quiz = lectures.add_marker(world.store, theirs.id, at=now, label="Quiz", user_id=None)
    before = consents.participant(world.store, zoe.id)
    presses = (
        ("admission", {"participant": str(zoe.id), "verdict": "admit"}),
        ("admission", {"participant": str(zoe.id), "verdict": "taken_back"}),
        ("flag-answer", {"flag": str(flag.id), "outcome": "wrong"}),
        ("flag-answer", {"flag": str(flag.id), "outcome": "taken_back"}),
        ("marker-act", {"marker": str(quiz.id), "act": "remove"}),
        ("marker-act", {"marker": str(quiz.id), "act": "rename"}),
    )
    for kind, pressed in presses:
        asked = reading(world, kind)
        answer = opened_by(browsers["tara"], asked, lecture, **pressed)
        assert "cp-notice-bad" in answer.text, answer.text
    assert consents.participant(world.store, zoe.id) == before
    assert flags.flag(world.store, flag.id) == flag
    assert lectures.markers_of(world.store, theirs.id) == [quiz]


def test_a_student_answers_no_question_that_another_was_asked(
    world: Any, lecture: Any, browsers: Any
) -> None:
    ben = world.join(lecture, name="Ben")
    flag = suggested(world, ben)
    flags.ask(world.store, flag.id, world.clock())
    asked = reading(world, "private-answer")
    answer = opened_by(browsers["student"], asked, lecture, flag=str(flag.id), answer="yes")
    assert "cp-notice-bad" in answer.text, answer.text
    kept = flags.flag(world.store, flag.id)
    assert kept is not None
    assert kept.answer is None


def page(world: Any, client: Any, path: str) -> str:
    """The content that the routing callback answers for an address."""
    (one,) = [
        one
        for one in dependencies(world).values()
        if [part["property"] for part in one["inputs"]] == ["pathname"]
    ]
    body = forged(one, None)
    body["inputs"][0]["value"] = path
    return str(client.post("/_dash-update-component", json=body, headers=HERE).text)


@pytest.mark.parametrize(
    ("path", "word", "roles"),
    [
        ("/admin", "Days that data is kept", {"ada"}),
        ("/admin/people", "Add a teacher or an admin", {"ada"}),
        ("/admin/courses", "Students from a file", {"ada"}),
        ("/admin/log", "Access log, newest first", {"ada"}),
        ("/admin/students", "Add a student", {"ada"}),
        ("/admin/courses/{course}", "The end of the course", {"ada"}),
        ("/admin/students/{course}/Ana", "Download all that is kept", {"ada"}),
        ("/admin/setup", "A class code to try", {"ada"}),
        ("/admin/erasure", "To be answered", {"ada"}),
        ("/account", "Where you are signed in", {"tara", "otto", "ada"}),
        ("/live/{lecture}", "The class at a glance", {"tara"}),
        ("/me", "How is it going?", {"student"}),
        ("/join/{code}", "join-form", set(ROLES)),
    ],
)
def test_what_a_page_holds_is_for_whom_it_is(
    world: Any, lecture: Any, browsers: Any, path: str, word: str, roles: set[str]
) -> None:
    # Something for the log to hold.
    page(world, browsers["tara"], f"/live/{lecture.id}")
    address = path.format(lecture=lecture.id, code=lecture.code, course=lecture.course_id)
    for role, client in browsers.items():
        assert (word in page(world, client, address)) is (role in roles), role
