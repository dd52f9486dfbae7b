"""Drawings are well-formed, and show what they were given."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

from benchmarks.pages.drawings import bars, matrix, reliability

SVG = "{http://www.w3.org/2000/svg}"


def nodes(svg: str, name: str) -> Iterator[ET.Element]:
    return ET.fromstring(svg).iter(f"{SVG}{name}")  # noqa: S314 - our own


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in nodes(svg, "text")]


def test_bars_are_as_long_as_their_values() -> None:
    svg = bars("Faces", ["sad", "a<b"], {"one": [10, 5], "two": [0, 20]})
    lengths = [
        float(node.get("width", 0)) for node in nodes(svg, "rect") if node.get("height") == "18"
    ]

    assert lengths == [190, 0, 95, 380]
    assert {"Faces", "sad", "a<b", "10", "20", "one", "two"} <= set(texts(svg))


def test_bars_of_nothing_are_still_a_drawing() -> None:
    assert "none" in texts(bars("Faces", ["none"], {"one": [0]}))


def test_a_matrix_shows_shares_of_the_row_and_counts() -> None:
    said = texts(matrix("M", ["x", "y"], ["x", "y"], [[3, 1], [0, 0]]))

    assert said.count("75%") == said.count("25%") == 1
    assert said.count("0%") == 2
    assert "3" in said


def test_dots_lie_where_they_are_as_right_as_sure() -> None:
    svg = reliability("R", {"before": [(0.5, 0.5, 4), (0.9, 0.4, 1)], "after": []})
    dots = [
        (float(node.get("cx", 0)), float(node.get("cy", 0)), float(node.get("r", 0)))
        for node in nodes(svg, "circle")
        if node.get("fill-opacity")
    ]

    assert dots[0] == pytest.approx((206, 186, 8))
    assert dots[1] == pytest.approx((326, 216, 5))
    assert {"before", "after", "how sure"} <= set(texts(svg))
