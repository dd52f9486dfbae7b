"""What an error of a lower floor says, in the reader's language: its rule is a catalogue's key."""

from contract.errors import ClassPulseError
from dashboard import i18n
from db.errors import StoreError
from services.errors import ServiceError


def sentence(error: ClassPulseError) -> str:
    """What ``error`` says to whoever reads; the dashboard's own errors were made in their words."""
    if isinstance(error, (StoreError, ServiceError)):
        # No literal: scripts/catalogues.py reads it where it is raised.
        return i18n.text(error.rule, **error.values)
    return str(error)
