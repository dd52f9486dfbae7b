"""What of a lecture's buckets figures may be made of: none, where nothing may be inferred."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from contract.policy import infers
from db.values import Lecture


def inferred(lecture: Lecture, columns: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
    """``columns``, or their heads alone where the lecture's policy was narrowed to nothing."""
    if infers(lecture.policy):
        return columns
    return {name: column[:0] for name, column in columns.items()}
