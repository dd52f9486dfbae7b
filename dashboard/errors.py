"""What can go wrong at the web's own edge, causes kept apart."""

from contract.errors import ClassPulseError


class DashboardError(ClassPulseError):
    """The root of every error of this package."""


class SettingsError(DashboardError):
    """A setting is unknown, unreadable or out of its range."""


class ServerError(DashboardError):
    """The server cannot listen, or cannot use what it needs to."""


class TooManyRequestsError(DashboardError):
    """Somebody asks faster than is fair. ``retry_after``: seconds until it is worth trying."""

    def __init__(self, rule: str, /, retry_after: float, **values: object) -> None:
        super().__init__(rule, **values)
        self.retry_after = retry_after
