"""What an error of the store says, in the reader's language: its rule is its catalogues' key."""

from contract.errors import ClassPulseError
from dashboard import i18n
from db.errors import StoreError


def sentence(error: ClassPulseError) -> str:
    """What ``error`` says to whoever reads; the dashboard's own errors were made in their words."""
    if isinstance(error, StoreError):
        # No literal: scripts/catalogues.py reads it where the store raises it.
        return i18n.text(error.rule, **error.values)
    return str(error)
