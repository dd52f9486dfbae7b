"""Secrets are long, all different, and stored only as their hash."""

import hashlib
import re

from db.engine.secrets import digest, mint


def test_secrets_fit_a_url_and_the_contract() -> None:
    minted = {mint() for _ in range(100)}
    assert len(minted) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", secret) for secret in minted)


def test_the_hash_is_that_of_the_text() -> None:
    assert digest("päss") == hashlib.sha256("päss".encode()).digest()
