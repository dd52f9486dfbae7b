"""What can go wrong at the student's machine, each in one sentence that a student can act on."""

from contract.errors import ClassPulseError


class AgentError(ClassPulseError):
    """The capture agent cannot do what it was asked to."""


class SettingsError(AgentError):
    """A setting is missing, unknown or out of range."""


class SourceError(AgentError):
    """The pictures' source cannot be used: no such camera, a missing or unreadable file."""


class CameraLostError(SourceError):
    """A camera that worked has stopped giving pictures. Capture may go on when it is back."""


class VisionError(AgentError):
    """The face and expression models cannot be loaded."""


class OutboxError(AgentError):
    """The outbox cannot be read or written."""


class OutboxFullError(OutboxError):
    """There is no room on the disk. The outbox is whole, and goes on once there is."""


class OutboxLockedError(OutboxError):
    """Another agent is already using this outbox."""


class NoAnswerError(AgentError):
    """A question that only the student may answer got no answer."""


class DeliveryError(AgentError):
    """The server gave no usable answer. ``retry_after`` seconds, where it said how long to wait."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedError(AgentError):
    """The server's no is final. ``status`` is its HTTP status, the message its own words."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotAcceptedError(AgentError):
    """The server could not take this request as it stands (413: too large, 400/422: malformed)."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
