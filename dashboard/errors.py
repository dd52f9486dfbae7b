"""What can go wrong in the dashboard, causes kept apart; every message is shown as it stands."""

from contract.errors import ClassPulseError


class DashboardError(ClassPulseError):
    """The root of every error of this package."""


class SettingsError(DashboardError):
    """A setting is unknown, unreadable or out of its range."""


class ServerError(DashboardError):
    """The server cannot listen, or cannot use what it needs to."""


class AccessError(DashboardError):
    """Somebody asked for what is not theirs to see or do."""


class NotSignedInError(AccessError):
    """Nobody is signed in, and this needs somebody."""


class ForbiddenError(AccessError):
    """Somebody is signed in, but this is not theirs, or the school's policy does not allow it."""


class UnknownObjectError(DashboardError):
    """There is no such lecture, course, student or flag, or none that may be known of."""


class RefusedError(DashboardError):
    """The request is well formed, but the state of things does not allow it."""


class InvalidError(DashboardError):
    """What was sent breaks a rule."""


class TooManyRequestsError(DashboardError):
    """Somebody asks faster than is fair. ``retry_after``: seconds until it is worth trying."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after
