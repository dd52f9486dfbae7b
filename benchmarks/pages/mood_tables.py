"""What the page about the analytics shows of class mood."""

from collections.abc import Mapping
from typing import Any, Final

from benchmarks.pages.tables import one, span, table, targets, two

Figures = Mapping[str, Any]


def mood_targets(mood: Figures) -> str:
    """What was promised, and what was measured."""
    biases = mood["bias_by_share"]
    worst = max(biases, key=lambda at: abs(biases[at]))
    bias = abs(biases[worst])
    found = f"{bias:.1f} at {float(worst):.0%}; with other faces {span(mood['chance'][worst], 1)}"

    def held(figures: Figures) -> str:
        values = figures["coverage_90_by_share"].values()
        return f"{min(values):.0%} to {max(values):.0%}"

    def good(figures: Figures) -> bool:
        values = figures["coverage_90_by_share"].values()
        return bool(min(values) >= 0.86 and max(values) <= 0.94)

    k20, missing = mood["k20"], mood["missing_40"]
    rows = [
        ("mean error, K = 5", "≤ 3.5", _points(mood), mood["mae_adjusted"] <= 3.5),
        ("mean error, K = 20", "≤ 2", _points(k20), k20["mae_adjusted"] <= 2),
        ("largest bias at any share, K = 5", "≤ 1.5", found, bias <= 1.5),
        ("90 % intervals hold the truth, by share", "86 to 94 %", held(mood), good(mood)),
        ("the same with 40 % missing", "86 to 94 %", held(missing), good(missing)),
    ]
    return targets(rows)


_KINDS_OF_CLASS: Final = {
    "as above, K = 5": (),
    "K = 20": ("k20",),
    "40 % missing": ("missing_40",),
    "each student's rest known": ("rest_known",),
    "all alike at rest": ("alike_at_rest",),
    "no face shared by two students": ("own_faces",),
    "the other looks varied": ("varied",),
    "looks mixed, K = 5": ("mixed",),
    "looks mixed, K = 20": ("mixed_k20",),
}


def mood_settings(mood: Figures, own: Figures) -> str:
    """Every kind of class: ours beside M on the class's mean alone and naive counting."""

    def row(name: str, some: Figures) -> tuple[str, ...]:
        held = some["coverage_90_by_share"].values()
        bias = max(abs(value) for value in some["bias_by_share"].values())
        return (
            name,
            _points(some),
            f"{one(some['mae_class_mean'])} {span(some['mae_class_mean_interval'], 1)}",
            one(some["mae_naive"]),
            one(bias),
            f"{min(held):.0%} to {max(held):.0%}",
            one(some["mae_all_looks"]),
            one(some["mae_all_looks_class_mean"]),
        )

    rows = [
        row(name, mood[key[0]] if key else mood)
        for name, key in _KINDS_OF_CLASS.items()
        if not key or key[0] in mood
    ]
    rows.append(row("exact M, K = 5", own))
    head = (
        "class", "mean error", "M on the mean alone", "naive", "largest bias", "intervals hold",
        "mean error, all looks", "M alone, all looks",
    )  # fmt: skip
    return table(head, rows)


def mood_shares(mood: Figures, own: Figures) -> str:
    """By true share: biases, and how often intervals hold the truth."""
    head = (
        "true share", "bias", "90 %", "with other faces, 90 %", "with exact M",
        "M on the mean alone", "naive bias", "intervals hold", "with 40 % missing",
    )  # fmt: skip
    return table(
        head,
        [
            (
                f"{float(share):.0%}",
                one(mood["bias_by_share"][share]),
                span(mood["bias_by_share_interval"][share], 1),
                span(mood["chance"][share], 1),
                one(own["bias_by_share"][share]),
                one(mood["bias_class_mean_by_share"][share]),
                one(mood["bias_naive_by_share"][share]),
                two(mood["coverage_90_by_share"][share]),
                two(mood["missing_40"]["coverage_90_by_share"][share]),
            )
            for share in mood["bias_by_share"]
        ],
    )


def _points(figures: Figures) -> str:
    return f"{one(figures['mae_adjusted'])} {span(figures['mae_adjusted_interval'], 1)}"
