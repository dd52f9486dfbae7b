"""What can go wrong with the store, causes kept apart."""

from contract.errors import ClassPulseError


class StoreError(ClassPulseError):
    """The root of every error of this package."""


class StoreUnavailableError(StoreError):
    """The store cannot be reached, opened, read or written."""


class StoreBusyError(StoreUnavailableError):
    """Somebody else held the store longer than patience lasts; trying again may help."""


class StoreClosedError(StoreError):
    """The store was closed before the work was handed in."""


class SchemaError(StoreError):
    """The store's tables are not those that this version of ClassPulse works with."""


class SchemaTooOldError(SchemaError):
    """The store was made by an earlier version, or is empty."""


class SchemaTooNewError(SchemaError):
    """The store was made by a later version."""


class NotFoundError(StoreError):
    """There is no such object."""


class ConflictError(StoreError):
    """The object is not in a state that allows this, or the name is taken."""


class TicketError(StoreError):
    """A ticket or personal link is unknown, used or expired."""


class WithdrawnError(StoreError):
    """The participant took their agreement back: nothing of theirs may be stored any more."""
