"""Which versions of TLS the server speaks, and by which ciphers."""

import ssl
from pathlib import Path

import pytest

from dashboard.http.certificates import Certificate
from tests.builders.certificate import self_signed


@pytest.fixture
def context(tmp_path: Path) -> ssl.SSLContext:
    return Certificate(*self_signed(tmp_path)).context


def test_old_versions_of_tls_are_refused(context: ssl.SSLContext) -> None:
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_no_cipher_is_weak_or_without_forward_secrecy(context: ssl.SSLContext) -> None:
    ciphers = context.get_ciphers()
    assert ciphers
    for cipher in ciphers:
        assert cipher["strength_bits"] >= 128, cipher["name"]
        assert cipher["protocol"] == "TLSv1.3" or "DHE" in cipher["name"], cipher["name"]
        assert not {"RC4", "3DES", "MD5", "NULL"} & set(cipher["name"].split("-"))
