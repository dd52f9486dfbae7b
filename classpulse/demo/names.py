"""Names for simulated students; any likeness to real ones is chance."""

from typing import Final

_FIRST: Final = tuple(
    """Aarav Amara Ben Carmen Chen Diego Elif Emeka Fatima Freya Goran Hana Ines Ivo Jamal Jia Kavya
    Lars Leila Mateo Maya Minh Noor Olga Paulo Priya Quinn Rosa Sami Sofia Tariq Thea Uma Viktor Wen
    Ximena Yara Yusuf Zainab Zoran""".split()  # noqa: SIM905 (a list of forty is harder to read)
)
_LAST: Final = ("Abara", "Berg", "Castillo", "Das", "Eriksen", "Farouk", "Gómez", "Huang", "Ito")


def student_names(count: int) -> list[str]:
    """``count`` different names (up to 360), always the same ones."""
    return [
        f"{_FIRST[column]} {_LAST[(column * 5 + row) % len(_LAST)]}"
        for row, column in (divmod(number, len(_FIRST)) for number in range(count))
    ]
