"""What tables share: the names of their constraints, and the kinds of columns that many have."""

from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, MetaData

from db.schema.types import Id, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


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
