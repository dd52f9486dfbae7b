"""Scripts and styles travel compressed, once made, and stay in the browser."""

import gzip
import re
from typing import Any

import pytest

from dashboard.http import static_files

FOREVER = "public, max-age=31536000, immutable"


def loaded(client: Any) -> list[str]:
    """The addresses of the scripts and styles that the pages' document names."""
    document = client.get("/join").text
    return re.findall(r'(?:src|href)="(/(?:assets|_dash-component-suites)/[^"]+)"', document)


def packed(client: Any, address: str) -> Any:
    return client.get(address, headers={"Accept-Encoding": "gzip, br"}, buffered=True)


def test_every_script_and_style_is_packed_and_kept(world: Any) -> None:
    client = world.client()
    addresses = [one for one in loaded(client) if ".svg" not in one]
    assert len(addresses) > 8
    total = 0
    for address in addresses:
        answer = packed(client, address)
        plain = client.get(address, headers={"Accept-Encoding": "identity"}, buffered=True)
        assert answer.headers["Cache-Control"] == FOREVER, address
        assert answer.headers["Content-Encoding"] == "gzip", address
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert gzip.decompress(answer.data) == plain.data
        assert "Content-Encoding" not in plain.headers
        total += len(answer.data)
    # The live page adds one chunk of Dash's and its own callback's answer.
    assert total < 1_200_000


def test_a_file_is_compressed_once(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.client()
    (address,) = [one for one in loaded(client) if "plotly" in one]
    first = packed(client, address).data

    def never(*_: Any, **__: Any) -> bytes:
        raise AssertionError("compressed again")

    monkeypatch.setattr(static_files.gzip, "compress", never)
    assert packed(client, address).data == first


def test_what_has_no_version_in_its_address_is_asked_for_again(world: Any) -> None:
    answer = world.client().get("/assets/mark.svg", buffered=True)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["ETag"]


def test_what_a_browser_has_is_not_sent_again(world: Any) -> None:
    client = world.client()
    etag = client.get("/assets/mark.svg", buffered=True).headers["ETag"]
    again = client.get("/assets/mark.svg", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_missing_files_are_missing(world: Any) -> None:
    answer = packed(world.client(), "/assets/none.js?m=1")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")
