import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from capture_agent.clock import ClockCorrection
from capture_agent.delivery.outbox import Item, Kind
from capture_agent.delivery.transport import Transport
from capture_agent.errors import AgentError, DeliveryError, NotAcceptedError, RefusedError
from contract.exchange import BatchAnswer, ItemVerdict, JoinRequest, LectureState, Pulse, Verdict

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ITEM = Item(UUID(int=1), "{}")
Answer = Callable[[httpx.Request], httpx.Response]


def transport(answer: Answer, fake_time: Any, correction: ClockCorrection | None = None) -> Any:
    return Transport(
        "http://school.example",
        fake_time.clock,
        correction or ClockCorrection(),
        httpx.MockTransport(answer),
    )


def says(status: int, kind: str = "application/problem+json", **headers: str) -> Answer:
    body = {"title": "No", "status": status, "detail": "the server's own words", "extra": 1}
    return lambda _: httpx.Response(status, json=body, headers={"Content-Type": kind, **headers})


def batch_answer(*ids: UUID, server_time: datetime = NOW) -> httpx.Response:
    answer = BatchAnswer(
        verdicts=tuple(ItemVerdict(id=it, verdict=Verdict.ACCEPTED) for it in ids),
        server_time=server_time,
        lecture=LectureState.RUNNING,
    )
    return httpx.Response(200, text=answer.model_dump_json())


def test_a_batch_goes_where_it_belongs_with_its_token(fake_time: Any) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return batch_answer(ITEM.id)

    got = transport(answer, fake_time).send(Kind.EVENT, [ITEM], "secret")
    assert got.verdicts[0].id == ITEM.id
    (request,) = seen
    assert str(request.url) == "http://school.example/api/v1/events"
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.content == b'{"items":[{}]}'


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (401, "application/problem+json", RefusedError),
        (403, "text/html", RefusedError),
        (404, "application/problem+json", RefusedError),
        (404, "text/html", DeliveryError),
        (409, "application/problem+json", RefusedError),
        (413, "text/html", NotAcceptedError),
        (422, "application/problem+json", NotAcceptedError),
        (422, "text/html", DeliveryError),
        (400, "application/problem+json", NotAcceptedError),
        (429, "application/problem+json", DeliveryError),
        (302, "text/html", DeliveryError),
        (500, "application/problem+json", DeliveryError),
        (503, "text/html", DeliveryError),
    ],
)
def test_each_status_is_the_error_it_means(
    status: int, kind: str, error: type[AgentError], fake_time: Any
) -> None:
    with pytest.raises(error) as caught:
        transport(says(status, kind), fake_time).send(Kind.OBSERVATION, [ITEM], "t")
    ours = kind == "application/problem+json"
    assert ("the server's own words" in str(caught.value)) is ours


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("999999", 300.0),
        ("-3", 0.0),
        ("Sat, 21 Nov 2026 09:00:30 GMT", 30.0),
        ("soon", 0.0),
        ("nan", None),
    ],
)
def test_retry_after_is_clamped(header: str, seconds: float | None, fake_time: Any) -> None:
    answer = says(429, **{"Retry-After": header})
    with pytest.raises(DeliveryError) as caught:
        transport(answer, fake_time).send(Kind.OBSERVATION, [ITEM], "t")
    assert caught.value.retry_after == seconds


def test_a_server_that_is_not_there_is_said_in_words(fake_time: Any) -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(DeliveryError, match=r"school\.example cannot be reached .nothing answers"):
        transport(nobody, fake_time).join(JoinRequest(code="ABC234"))


def test_another_kind_of_server_is_said_in_words(fake_time: Any) -> None:
    with pytest.raises(DeliveryError, match="no ClassPulse server"):
        transport(lambda _: httpx.Response(200, text="<html>"), fake_time).join(
            JoinRequest(code="ABC234")
        )


def test_verdicts_must_be_as_many_as_items(fake_time: Any) -> None:
    with pytest.raises(DeliveryError, match="0 verdicts to 1 items"):
        transport(lambda _: batch_answer(), fake_time).send(Kind.EVENT, [ITEM], "t")


def test_the_servers_time_is_learned_from_answers_and_from_refusals(fake_time: Any) -> None:
    ahead = NOW + timedelta(minutes=5)
    by_answer, by_date = ClockCorrection(), ClockCorrection()
    fake_time.utc = NOW
    transport(lambda _: batch_answer(server_time=ahead), fake_time, by_answer).send(
        Kind.EVENT, [], "t"
    )
    with pytest.raises(RefusedError):
        transport(says(401, Date="Sat, 21 Nov 2026 09:05:00 GMT"), fake_time, by_date).send(
            Kind.EVENT, [], "t"
        )
    assert by_answer.offset == by_date.offset == timedelta(minutes=5)


def test_the_students_own_wishes_go_to_their_addresses_with_the_token(fake_time: Any) -> None:
    seen: list[tuple[str, str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url), request.headers.get("Authorization")))
        if request.method == "POST":
            assert json.loads(request.content) == {"ask": str(UUID(int=5)), "answer": True}
            return httpx.Response(204)
        if request.method == "DELETE":
            return httpx.Response(200, json={"observations": 7})
        return httpx.Response(
            200,
            json={
                "name": "Ana", "events": [], "pulses": [], "flags": [], "observations": [],
                "next": None, "what a later version says": 1,
            },
        )  # fmt: skip

    subject = transport(answer, fake_time)
    subject.pulse(Pulse(ask=UUID(int=5), answer=True), "t")
    assert subject.stored("t").name == "Ana"
    subject.stored("t", UUID(int=9))
    assert subject.delete_stored("t") == 7
    base = "http://school.example/api/v1"
    assert seen == [
        ("POST", f"{base}/pulse", "Bearer t"),
        ("GET", f"{base}/me/observations", "Bearer t"),
        ("GET", f"{base}/me/observations?after={UUID(int=9)}", "Bearer t"),
        ("DELETE", f"{base}/me/observations", "Bearer t"),
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_goes_nowhere_else(status: int, fake_time: Any) -> None:
    """Whoever answers instead of the server cannot send the agent on with what it bears."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(status, headers={"Location": "http://evil.example/api/v1/events"})

    with pytest.raises(DeliveryError):
        transport(answer, fake_time).send(Kind.EVENT, [ITEM], "secret")
    assert seen == ["http://school.example/api/v1/events"]
