"""Bearer secrets: minted once, shown once, stored only as their hash."""

import hashlib
import secrets


def mint() -> str:
    """A new secret for a ticket, link, token or session, 43 characters, safe in a URL."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of ``secret``: SHA-256 is enough, as secrets are random, unlike passwords."""
    return hashlib.sha256(secret.encode()).digest()
