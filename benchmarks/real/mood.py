"""What the class mood says of people who listen: with their resting face known, and without."""

from typing import Any

from benchmarks.real.pictures import Pictures


def mood(listening: Pictures, elearners: Pictures, *, seed: int) -> dict[str, Any]:
    """``sad_engaged sad_disengaged fear_engaged angry_engaged``: shares of one vote a student, rest
    known. ``sad_engaged_without_rest`` and ``interval_holds``: classes of whom nothing is known.
    """
    names = ("sad_engaged", "sad_disengaged", "fear_engaged", "angry_engaged",
             "sad_engaged_without_rest", "interval_holds")  # fmt: skip
    return dict.fromkeys(names)
