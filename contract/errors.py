"""The root of every error that ClassPulse raises on purpose.

A message is one clear sentence that names the rule and the value received, because it is shown to
people as it stands. Exit codes and HTTP statuses appear only at the edges, never here.
"""


class ClassPulseError(Exception):
    """Something a person can understand and act on went wrong."""


class ContractError(ClassPulseError):
    """What arrived does not fit the agreement between agent and server."""
