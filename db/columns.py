"""The kinds of columns that many tables have."""

from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary

from db.types import Id, Moment


def own_id(**extra: Any) -> Column[Any]:
    """The primary key."""
    return Column("id", Id, primary_key=True, **extra)


def of(name: str, target: str, *, required: bool = True, cascade: bool = False) -> Column[Any]:
    """A reference to a row of ``target``."""
    return Column(
        name,
        Id,
        ForeignKey(f"{target}.id", ondelete="CASCADE" if cascade else None),
        nullable=not required,
    )


def moment(name: str, *, required: bool = True) -> Column[Any]:
    """A moment in UTC."""
    return Column(name, Moment, nullable=not required)


def secret_hash() -> Column[Any]:
    """The digest of a secret.

    SHA-256, since the secret has at least 128 bits of its own and needs neither salt nor stretch.
    """
    return Column("hash", LargeBinary(32), nullable=False, unique=True)
