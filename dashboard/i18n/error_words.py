"""What an error of a lower floor says, in the reader's language: its rule is a catalogue's key."""

from collections.abc import Mapping

from contract.errors import ClassPulseError
from dashboard import i18n
from db.errors import StoreError
from services.errors import ServiceError


def sentence(error: ClassPulseError) -> str:
    """What ``error`` says to whoever reads; the dashboard's own errors were made in their words."""
    if isinstance(error, (StoreError, ServiceError)):
        return rule_words(error.rule, error.values)
    return str(error)


def rule_words(rule: str, values: Mapping[str, object]) -> str:
    """A rule of a lower floor with what was received, in the reader's language."""
    # No literal: scripts/catalogues.py reads it where it is raised or chosen.
    return i18n.text(rule, **values)
