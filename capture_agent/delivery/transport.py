"""The wire: the contract's requests over HTTP, and every answer as a value or one clear error."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel, ValidationError

from capture_agent.clock import Clock, ClockCorrection
from capture_agent.delivery.outbox import Item, Kind, bodies
from capture_agent.errors import DeliveryError, NotAcceptedError, RefusedError, SettingsError
from capture_agent.terminal.stored import StoredPage
from contract.batches import first_rule
from contract.exchange import (
    API,
    BatchAnswer,
    ConsentAnswer,
    ConsentRequest,
    Deleted,
    JoinAnswer,
    JoinRequest,
    Problem,
    Pulse,
)
from contract.room import RoomFacts

_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
_FINAL: Final = frozenset({404, 409, 410})
_AS_IT_STANDS: Final = frozenset({400, 422})
_LONGEST_WAIT_S: Final = 300.0

Answer = TypeVar("Answer", bound=BaseModel)


class Transport:
    """One server's API. ``correction`` learns the server's time from what it answers.

    Raises SettingsError where ``server`` is no address.
    """

    def __init__(
        self,
        server: str,
        clock: Clock,
        correction: ClockCorrection,
        http: httpx.BaseTransport | None = None,
    ) -> None:
        self._server = server
        self._clock = clock
        self._correction = correction
        try:
            self._client = httpx.Client(
                base_url=server + API,
                timeout=_TIMEOUT,
                transport=http,
                headers={"Accept": "application/json, application/problem+json"},
            )
        except httpx.InvalidURL as error:
            raise SettingsError(f"The server's address {server!r} is not one: {error}.") from error

    def join(self, request: JoinRequest) -> JoinAnswer:
        """Ask for a lecture. Raises DeliveryError, RefusedError or NotAcceptedError."""
        return self._ask("/join", request.model_dump_json(exclude_none=True), JoinAnswer)

    def consent(self, request: ConsentRequest) -> ConsentAnswer:
        """Agree to what was shown. Raises DeliveryError, RefusedError or NotAcceptedError."""
        return self._ask("/consents", request.model_dump_json(exclude_none=True), ConsentAnswer)

    def send(self, kind: Kind, items: list[Item], token: str) -> BatchAnswer:
        """Send items of one kind; the answer has one verdict for each, in order.

        Raises DeliveryError where sending the same later may succeed, RefusedError where nothing
        of this session ever will, NotAcceptedError where these items, as they stand, never will.
        """
        answer = self._ask(f"/{kind}", bodies(items), BatchAnswer, token)
        if len(answer.verdicts) != len(items):
            raise DeliveryError(
                f"The server answered {len(answer.verdicts)} verdicts to {len(items)} items."
            )
        return answer

    def room(self, secret: str) -> RoomFacts:
        """What a room's camera may look at. Raises as ``send`` does."""
        return self._read(self._request("GET", "/room", secret), RoomFacts)

    def pulse(self, answer: Pulse, token: str) -> None:
        """Answer a private question. Raises as ``send`` does."""
        self._request("POST", "/pulse", token, answer.model_dump_json(exclude_none=True))

    def stored(self, token: str, after: UUID | None = None) -> StoredPage:
        """One page of what the server stores of this student, the first or the one ``after`` an
        observation. Raises as ``send`` does."""
        path = "/me/observations" + (f"?after={after}" if after else "")
        return self._read(self._request("GET", path, token), StoredPage)

    def delete_stored(self, token: str) -> int:
        """Delete what the server has measured of this student; how many observations that were.
        Raises as ``send`` does."""
        return self._read(self._request("DELETE", "/me/observations", token), Deleted).observations

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, path: str, body: str, kind: type[Answer], token: str | None = None) -> Answer:
        sent = self._clock.now()
        response = self._request("POST", path, token, body)
        received = self._clock.now()
        answer = self._read(response, kind)
        exact = answer.server_time if isinstance(answer, BatchAnswer) else None
        self._learn(exact or _date_of(response), sent, received)
        return answer

    def _request(
        self, method: str, path: str, token: str | None, body: str | None = None
    ) -> httpx.Response:
        headers = {} if body is None else {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        sent = self._clock.now()
        try:
            response = self._client.request(method, path, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise DeliveryError(_unreached(self._server, error)) from error
        if not response.is_success:
            received = self._clock.now()
            self._learn(_date_of(response), sent, received)
            raise _refusal(response, self._server, received)
        return response

    def _read(self, response: httpx.Response, kind: type[Answer]) -> Answer:
        try:
            return kind.model_validate_json(response.content)
        except ValidationError as error:
            raise DeliveryError(
                f"What answers at {self._server} is no ClassPulse server of this version "
                f"({first_rule(error)})."
            ) from error

    def _learn(self, server_time: datetime | None, sent: datetime, received: datetime) -> None:
        if server_time is not None:
            self._correction.learn(server_time, sent, received)


def _refusal(
    response: httpx.Response, server: str, now: datetime
) -> DeliveryError | RefusedError | NotAcceptedError:
    problem = _problem(response)
    status = response.status_code
    detail = problem.detail if problem else f"The server {server} answered {status}."
    if status == 413:
        return NotAcceptedError(detail, status)
    if status in (401, 403):
        return RefusedError(detail, status)
    # Without the contract's own words these come from something in between.
    if problem is not None and status in _AS_IT_STANDS:
        return NotAcceptedError(detail, status)
    if problem is not None and status in _FINAL:
        return RefusedError(detail, status)
    return DeliveryError(detail, _retry_after(response.headers.get("Retry-After"), now))


def _problem(response: httpx.Response) -> Problem | None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
    if kind != "application/problem+json":
        return None
    try:
        told: Any = response.json()
        # RFC 9457 allows further members; only these are ours.
        return Problem(**{name: told[name] for name in Problem.model_fields if name in told})
    except (ValueError, TypeError):
        return None


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from ``Retry-After`` as seconds or as a date; at most five minutes."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        moment = _parse_date(value)
        seconds = 0.0 if moment is None else (moment - now).total_seconds()
    return min(_LONGEST_WAIT_S, max(0.0, seconds)) if seconds == seconds else None


def _date_of(response: httpx.Response) -> datetime | None:
    return _parse_date(response.headers.get("Date", ""))


def _parse_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _unreached(server: str, error: httpx.HTTPError) -> str:
    """Why nothing came of a request, in one sentence with what to do where we know it."""
    untrusted = _distrust(error)
    if untrusted is not None:
        return (
            f"The certificate of {server} is not trusted by this computer ({untrusted}), so "
            "nothing was sent: check the address with your teacher, and where the school signs "
            "its own certificates, name the file of its authority in SSL_CERT_FILE."
        )
    return f"The server {server} cannot be reached ({_reason(error)})."


def _distrust(error: BaseException | None) -> str | None:
    """What is wrong with the server's certificate, where that is why ``error`` came."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return str(error.verify_message)
        error = error.__cause__ or error.__context__
    return None


def _reason(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.ConnectTimeout | httpx.ReadTimeout):
        return "it did not answer in time"
    if isinstance(error, httpx.ConnectError):
        return "nothing answers at that address"
    return type(error).__name__


Sender = Callable[[Kind, list[Item], str], BatchAnswer]
"""``Transport.send``, as delivery needs it."""
