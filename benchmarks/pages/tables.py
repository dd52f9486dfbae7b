"""Tables and figures as the page about the analytics writes them."""

from collections.abc import Sequence


def targets(rows: Sequence[tuple[str, str, str, bool | None]]) -> str:
    """(figure, target, measured, met or not or neither) of each row."""
    words = {True: "met", False: "**missed**", None: ""}
    return table(
        ("figure", "target", "measured", ""),
        [(name, target, found, words[met]) for name, target, found, met in rows],
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def one(value: float | None) -> str:
    """With one digit; nothing where there is no figure."""
    return "" if value is None else f"{value:.1f}"


def two(value: float | None) -> str:
    """With two digits; likewise."""
    return "" if value is None else f"{value:.2f}"


def span(ends: Sequence[float | None], digits: int) -> str:
    """A range in brackets; likewise."""
    low, high = ends
    return "" if low is None or high is None else f"[{low:.{digits}f}, {high:.{digits}f}]"
