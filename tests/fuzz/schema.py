"""The API's own document, read by schemathesis: its cases, with data that exists put into them."""

import warnings
from collections.abc import Mapping
from random import Random
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core import NOT_SET

from tests.fuzz.kinds import Told, as_json, body, judge, operations, role
from tests.fuzz.school import School


def schema(school: School, random: Random, most: int) -> Told:
    """Every operation in turn, as schemathesis makes requests of its schema."""
    told = Told()
    document = school.world.client().get("/api/openapi.json").json
    read = schemathesis.openapi.from_dict(document)
    known = {one.name: one for one in operations(school)}
    strategies = [
        one.ok().as_strategy(generation_mode=mode)
        for one in read.get_all_operations()
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    ]

    @seed(random.randrange(2**32))
    @settings(
        max_examples=most, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=st.one_of(strategies))
    def ask(case: Any) -> None:
        _ask(school, random, told, known, case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ask()
    return told


def _ask(school: School, random: Random, told: Told, known: Mapping[str, Any], case: Any) -> None:
    one = known[f"{case.operation.method.upper()} {case.operation.path}"]
    address = one.path.replace("{lecture_id}", random.choice(school.lectures))
    address = address.replace("{course_id}", school.course)
    request: dict[str, Any] = {"query_string": _query(case)}
    if case.body is not NOT_SET:
        sent, real = case.body, body(school, random, one.path)
        if isinstance(sent, dict) and isinstance(real, dict):
            # What a generator cannot guess: codes, tickets, versions, ids.
            sent = {**sent, **{name: real[name] for name in real if random.random() < 0.5}}
        request |= {"data": _sent(sent), "headers": {"Content-Type": "application/json"}}
    who = role(school, random, one)
    answer = school.ask(who, one.method, address, **request)
    told.saw(one.name, answer.status_code)
    judge(told, school, answer, one.statuses, (who, one.method, address, request))


def _query(case: Any) -> dict[str, str]:
    given_there = case.query if isinstance(case.query, Mapping) else {}
    return {str(name): str(found) for name, found in given_there.items()}


def _sent(body: Any) -> bytes:
    return body if isinstance(body, bytes) else as_json(body)
