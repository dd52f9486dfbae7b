"""Addresses that others bring along lead nowhere else, and carry nothing into a header."""

import pytest

from dashboard.components import urls


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/live/x?a=1", "/live/x?a=1"),
        ("/", "/"),
        (None, "/"),
        ("", "/"),
        ("live/x", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("data:text/html,x", "/"),
        *((f"/a{chr(control)}b", "/") for control in range(32)),
        ("/a\r\nSet-Cookie: b=c", "/"),
        # A browser takes tabs out of an address before it reads it.
        ("/\t/evil.example/", "/"),
    ],
    ids=repr,
)
def test_an_address_leads_only_within_this_server(asked: str | None, led: str) -> None:
    assert urls.local(asked) == led
