"""From a provider's claims to who somebody is here: name, role and school key. Pure."""

from collections.abc import Mapping
from typing import Any

from dashboard.settings import Settings
from db.values import Role
from services.accounts.provider import Person, PersonError
from services.acting.typed import told


def person_of(claims: Mapping[str, Any], settings: Settings) -> Person:
    """The person of checked claims. PersonError where there is no usable subject."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise PersonError("The provider must name a subject of 1 to 255 letters.")
    name = claims.get("name") or claims.get("preferred_username") or subject
    key = claim(claims, settings.oidc_school_key_claim)
    return Person(
        issuer=settings.oidc_issuer,
        subject=subject,
        name=told(str(name)) or told(subject),
        role=_role(claim(claims, settings.oidc_role_claim), settings),
        # As rosters have theirs, or they would not be the same.
        school_key=told(str(key)) or None if isinstance(key, str | int) else None,
    )


def claim(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of that name, or inside others: ``realm_access.roles``; None where it is not."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found


def _role(told: Any, settings: Settings) -> Role | None:
    """The strongest role that one of the told words stands for."""
    words = {told} if isinstance(told, str) else set()
    if isinstance(told, list | tuple):
        words = {word for word in told if isinstance(word, str)}
    for role, meant in (
        (Role.ADMIN, settings.oidc_admins),
        (Role.TEACHER, settings.oidc_teachers),
        (Role.STUDENT, settings.oidc_students),
    ):
        if words & {word.strip() for word in meant.split(",") if word.strip()}:
            return role
    return None
