"""A student's device, who joins over the API and sends what it is told to have seen."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from contract import Look
from tests.builders.observations import observations

MOST_A_REQUEST: Final = 600


@dataclass
class Student:
    """Somebody who may have joined: then ``agreed`` is what the server answered.

    ``client`` is a connection of httpx's or a browser of Flask's: both post alike.
    """

    client: Any
    name: str | None = None
    agreed: Mapping[str, Any] = field(default_factory=dict)

    def join(
        self,
        code: str,
        *,
        choices: Mapping[str, bool] | None = None,
        guardian: str | None = None,
        **given: Any,
    ) -> Self:
        """Join the lecture of that code and agree, to class figures and flags if to no others."""
        said = given if self.name is None else {"name": self.name, **given}
        joined = self._done("join", {"code": code, **said})
        self.agreed = self._done(
            "consents",
            {
                "ticket": joined["ticket"],
                "notice_version": joined["notice"]["version"],
                "choices": choices or {"class_mood": True, "flags": True},
                **({"guardian": guardian} if guardian else {}),
            },
        )
        return self

    @property
    def id(self) -> UUID:
        """The participant's id."""
        return UUID(self.agreed["participant"])

    @property
    def recovery(self) -> str:
        """The address of their own page."""
        return str(self.agreed["recovery_link"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.agreed['token']}"} if self.agreed else {}

    def send(self, items: list[Any], kind: str = "observations") -> Any:
        """Post ``items`` as they are; what the server answered."""
        return self._post(kind, {"items": items})

    def show(
        self,
        look: Look | Sequence[Look],
        start: datetime,
        seconds: Iterable[int],
        attentive: float = 0.9,
    ) -> None:
        """Be seen to look so in each of ``seconds`` after ``start``, and be believed."""
        seen = [it.model_dump(mode="json") for it in observations(look, start, seconds, attentive)]
        for first in range(0, len(seen), MOST_A_REQUEST):
            answer = self._done("observations", {"items": seen[first : first + MOST_A_REQUEST]})
            assert {it["verdict"] for it in answer["verdicts"]} == {"accepted"}, answer

    def _done(self, path: str, body: Any) -> dict[str, Any]:
        answer = self._post(path, body)
        assert answer.status_code in (200, 201), answer.text
        return dict(json.loads(answer.text))

    def _post(self, path: str, body: Any) -> Any:
        return self.client.post(f"/api/v1/{path}", json=body, headers=self.headers)
