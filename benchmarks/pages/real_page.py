"""The page about real students, written from its own measurement."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.pages.tables import table, targets

Figures = Mapping[str, Any]

BEFORE: Final = """
# What holds on real students

Written by `classpulse bench real --data DIR --page docs/real-students.md`; nothing here is typed by
hand. **No figure here is about feelings.** Annotators said how engaged people looked in pictures;
what those people felt, nobody asked. Nothing was fitted to these people: what was chosen was chosen
by reasoning and on other faces, and this is only how it holds.
"""


def write_page(figures: Figures, out: Path) -> None:
    """Write the page from what ``bench_real`` answered; its plots go into a folder beside it."""
    parts = [BEFORE, _provenance(figures), *_mood(figures), *_engagement(figures),
             *_check_ins(figures), AFTER]  # fmt: skip
    out.write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")


def _provenance(figures: Figures) -> str:
    rows = [
        ("measured on", figures["measured_on"]),
        ("commit", figures["commit"]),
        ("model", figures["model"]),
        ("data", figures["data_sha256"][:12]),
    ]
    return table(("what", "which"), rows)


def _mood(figures: Figures) -> list[str]:
    return ["## Class mood"]


def _engagement(figures: Figures) -> list[str]:
    return ["## Looks disengaged"]


def _check_ins(figures: Figures) -> list[str]:
    rate, precision = figures["checkins_per_teacher_hour"], figures["precision"]
    quiet = figures["pafe_checkins_per_teacher_hour"]
    rows: list[tuple[str, str, str, bool | None]] = [
        ("check-ins a teacher-hour, e-learners as classes of 30", "≤ 3", f"{rate:.1f}", rate <= 3),
        ("their precision", "≥ 0.85", f"{precision or 0:.2f}", (precision or 0) >= 0.85),
        ("check-ins a teacher-hour, minds that wander", "≤ 1", f"{quiet:.1f}", quiet <= 1),
    ]
    return ["## Check-ins", targets(rows)]


AFTER: Final = """
## What these figures do not say

- Eleven people and some hundred e-learners, all of them adults who agreed to be filmed, in front of
  cameras and in light of their own. Another class may differ.
- *Engaged* is what annotators saw in a face. Somebody may look away and listen.
"""
