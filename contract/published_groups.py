"""Whom a class figure covered when it was shown: what privacy rules and the store both speak of."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedGroup:
    """The hidden students behind one window's figure, as it was shown once."""

    begins: int
    """epoch seconds at which the window begins"""
    members: Mapping[Hashable, int]
    """how many observations of each the figure was made of; who is forgotten has another name"""
