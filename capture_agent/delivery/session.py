"""The session: which participant of which lecture this agent is, kept beside what it captured."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.policy import Choices, Policy


class Session(BaseModel):
    """Enough to go on as the same participant after a crash, without joining a second time."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    server: str
    lecture: UUID
    title: str
    course: str
    policy: Policy
    participant: UUID
    token: str
    recovery_link: str
    choices: Choices
    joined_at: datetime
    began_at: datetime | None = None
    """When the lecture began, by the server's clock; earlier versions did not keep it."""
    clock_offset_ms: int = 0
    baseline_helps: bool = False
    """Whether the server knows of no earlier lecture how this student's face looks at rest."""

    @classmethod
    def read(cls, body: str | None) -> Self | None:
        """The saved session, or None where there is none that this version understands."""
        if body is None:
            return None
        try:
            return cls.model_validate_json(body)
        except ValidationError:
            return None
