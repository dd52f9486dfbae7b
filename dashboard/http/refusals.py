"""What the web server refuses before any page or route sees it, said as the API says problems."""

from http import HTTPStatus
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from contract.exchange import Problem


class _Refusal(ErrorTask):  # type: ignore[misc]
    """A request that is too large, or none: RFC 9457 problem details, like every other refusal."""

    def execute(self) -> None:
        error: Any = self.request.error
        status = HTTPStatus(error.code)
        detail = "This is no request that a web server understands."
        if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            detail = "The request is larger than this server reads."
        problem = Problem(title=status.phrase, status=status.value, detail=detail)
        body = problem.model_dump_json(exclude_none=True).encode()
        self.status = f"{status.value} {status.phrase}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.response_headers.append(("Cache-Control", "no-store"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose refusals are problems."""

    error_task_class = _Refusal
