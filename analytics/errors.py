"""What can be wrong with the numbers analytics is given."""

from contract.errors import ClassPulseError


class AnalyticsError(ClassPulseError):
    """The numbers break a rule; the message names the rule and the value received."""
