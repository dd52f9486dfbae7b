"""The root of every error that ClassPulse raises on purpose: a rule, and the values that broke it.

A rule names what must hold and, by a field for each of its values, what was received. Edges say it
in the reader's language, with the rule as their catalogues' key; exit codes and HTTP statuses
appear only there. Both together in English are the message, for logs and for tests.
"""


class ClassPulseError(Exception):
    """Something a person can understand and act on went wrong.

    ``rule`` has a field for each of ``values``; given alone it may be a whole message.
    """

    def __init__(self, rule: str, /, **values: object) -> None:
        super().__init__(rule.format(**values) if values else rule)
        self.rule, self.values = rule, values


def rule_text(rule: str) -> str:
    """``rule`` itself: marks a rule that is chosen from several, for the catalogues to find."""
    return rule


class ContractError(ClassPulseError):
    """What arrived does not fit the agreement between agent and server."""
