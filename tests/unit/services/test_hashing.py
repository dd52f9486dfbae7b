"""How slowly passwords are hashed outside of tests."""

from pathlib import Path

from argon2 import PasswordHasher, Type, extract_parameters

from services.accounts import passwords

LEAST_MEMORY_KIB, LEAST_TIMES = 19 * 1024, 2
"""OWASP, Password Storage Cheat Sheet: argon2id of at least 19 MiB and two iterations."""


def test_passwords_are_hashed_as_slowly_as_owasp_asks() -> None:
    # Read and not asked: other tests hash quickly, in this process too.
    assert "return PasswordHasher()\n" in Path(passwords.__file__).read_text(encoding="utf-8")
    found = extract_parameters(PasswordHasher().hash("correct horse"))
    assert found.type is Type.ID
    assert found.memory_cost >= LEAST_MEMORY_KIB
    assert found.time_cost >= LEAST_TIMES
    assert (found.hash_len, found.salt_len) == (32, 16)
