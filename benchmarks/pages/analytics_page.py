"""The page about the analytics, written from its own measurement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from analytics.flags.thresholds import FlagRule
from benchmarks.figures.cost import bench_cost
from benchmarks.figures.faces import FaceSet, by_labels, from_card, from_folder, measured_on
from benchmarks.figures.flags import bench_flags
from benchmarks.figures.mood import SHARES, bench_mood, by_chance
from benchmarks.figures.sweeps import curves, flag_sweeps, mood_sweeps
from benchmarks.pages.analytics_words import (
    AFTER,
    BEFORE,
    BY_TRUTH,
    COST,
    EXPECTED,
    FLAGS,
    METHOD,
    MOOD,
    MOOD_KINDS,
)
from benchmarks.pages.mood_tables import mood_settings, mood_shares, mood_targets
from benchmarks.pages.plots import Line, chart
from benchmarks.pages.tables import one, span, table, targets, two
from models.evaluation.evaluate import current_commit

Figures = Mapping[str, Any]
CLASSES: Final = 800
"""At every true share, whatever the lectures: a bias of a point is not seen in few."""
KINDS: Final = ("sad_clear", "sad_all", "disengaged")


def write_page(
    folder: Path, out: Path, *, lectures: int, seed: int, tell: Callable[[str], None]
) -> None:
    """Measure on the faces in ``folder`` and write ``out``, its plots in a folder beside it."""
    faces = from_folder(folder)
    tell("cost")
    cost = bench_cost(from_card(), seed=seed)
    tell("mood")
    mood = bench_mood(faces, lectures=CLASSES, seed=seed)
    mood["chance"] = by_chance(faces, measured_on(folder), lectures=CLASSES // 6, seed=seed)
    own = bench_mood(_own_errors(faces), lectures=CLASSES, seed=seed, settings={})
    tell("flags")
    flags = bench_flags(faces, lectures=lectures, seed=seed)
    tell("the same by labels")
    labelled = by_labels(folder)
    compared = {
        "crowd": (mood, flags),
        "label": (
            bench_mood(labelled, lectures=CLASSES, seed=seed, settings={}),
            bench_flags(labelled, lectures=lectures, seed=seed),
        ),
    }
    moods = mood_sweeps(faces, lectures=2 * lectures, seed=seed)
    fewer = max(2, lectures // 2)
    # Some sixteen conditions and more: a third of the lectures keeps the page within minutes.
    flagged = flag_sweeps(faces, lectures=max(2, lectures // 3), seed=seed, tell=tell)
    over = curves(faces, lectures=fewer, seed=seed)
    plots = out.parent / out.stem
    plots.mkdir(parents=True, exist_ok=True)
    for name, svg in _plots(mood, over).items():
        (plots / name).write_text(svg, encoding="utf-8")
    page = _page(mood, own, flags, moods, flagged, over, faces.rule, cost, _by_truth(compared))
    out.write_text(page, encoding="utf-8")


def _own_errors(faces: FaceSet) -> FaceSet:
    """As if M had been measured on the replayed faces: what is left is the method's own error."""
    matrix = np.array([part.mean(axis=0) for part in faces.everyone])
    counts = np.array([len(part) for part in faces.everyone], np.float64)
    return replace(faces, confusion=replace(faces.confusion, matrix=matrix, counts=counts))


def _page(
    mood: Figures,
    own: Figures,
    flags: Figures,
    moods: Sequence[Figures],
    flagged: Sequence[Figures],
    over: Mapping[str, Sequence[Figures]],
    rule: FlagRule,
    cost: Figures,
    by_truth: str,
) -> str:
    parts = [
        BEFORE,
        _provenance(mood, flags),
        MOOD,
        mood_targets(mood),
        mood_shares(mood, own),
        MOOD_KINDS,
        mood_settings(mood, own),
        "![Bias by true share](analytics/bias.svg)",
        "![How often 90 % intervals hold the truth](analytics/coverage.svg)",
        "### What the error depends on",
        table(
            ("", "", "mean error, points", "90 %", "naive", "intervals hold"),
            [
                (
                    row["what"],
                    row["value"],
                    one(row["mae_adjusted"]),
                    span(row["mae_adjusted_interval"], 1),
                    one(row["mae_naive"]),
                    two(row["coverage"]),
                )
                for row in moods
            ],
        ),
        FLAGS,
        _flag_targets(flags),
        "![Precision and recall](analytics/precision-recall.svg)",
        "![Delay](analytics/delay.svg)",
        "### What flags depend on",
        table(("", "", *_FLAG_HEAD), [(row["what"], row["value"], *_flag(row)) for row in flagged]),
        "### The threshold, on all faces",
        table(
            ("rule", "threshold", *_FLAG_HEAD),
            [
                (name, f"{row['threshold']:g}", *_flag(row))
                for name, rows in over.items()
                for row in rows
            ],
        ),
        by_truth,
        METHOD,
        table(("tuned for the model", "value"), _tuned(rule)),
        table(("expected of any class", "value", "why"), EXPECTED),
        COST,
        _cost(cost),
        AFTER,
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _tuned(rule: FlagRule) -> list[tuple[str, str]]:
    noises = rule.sticky.ordinary_noise, rule.sticky.sad_noise
    return [
        ("noise of half a minute, ordinary and sad", f"{noises[0]:g}, {noises[1]:g}"),
        ("sure enough", f"{rule.sad_raise_at:g}"),
        ("all-lecture clause, mean over 30 min", f"{rule.sad_lecture_share:g}"),
    ]


def _cost(cost: Figures) -> str:
    class_, tick, report = f"{cost['students']} students", cost["tick_ms"], cost["report_ms"]
    promised = [
        (
            f"a live tick, {class_} in hour {cost['hours']}, ms",
            f"≤ {cost['tick_target_ms']:g}",
            f"{tick:.1f}; the first {cost['first_tick_ms']:.1f}",
            tick <= cost["tick_target_ms"],
        ),
        (
            f"a report of {cost['hours']} hours, {class_}, ms",
            f"≤ {cost['report_target_ms']:g}",
            f"{report:.0f}",
            report <= cost["report_target_ms"],
        ),
    ]
    columns = ("students", "hours", "tick_ms", "report_ms", "tick_us_per_bucket",
               "report_us_per_bucket")  # fmt: skip
    head = ("students", "hours", "a tick, ms", "a report, ms", "a tick, µs a student's bucket",
            "a report, likewise")  # fmt: skip
    rows = [[f"{row[name]:g}" for name in columns] for row in cost["sizes"]]
    return f"{targets(promised)}\n\n{table(head, rows)}"


def _provenance(mood: Figures, flags: Figures) -> str:
    return table(
        ("what", "which"),
        [
            ("measured on", f"{datetime.now(UTC):%Y-%m-%d}"),
            ("commit", current_commit()),
            ("model", f"{mood['model']}, weights {mood['model_sha256'][:12]}"),
            ("its accuracy on the faces replayed", f"{mood['model_accuracy']:.1%}"),
            ("faces", mood["faces"]),
            ("data", mood["data_sha256"][:12]),
            ("seed", str(mood["seed"])),
            ("classes of five minutes", str(mood["lectures"])),
            ("lectures of an hour", str(flags["lectures"])),
        ],
    )


def _by_truth(compared: Mapping[str, tuple[Figures, Figures]]) -> str:
    """The main figures by both truths, side by side."""

    def worst(mood: Figures, key: str) -> float:
        return max((abs(value) for value in mood[key].values()), default=0.0)

    rows: list[tuple[str, ...]] = [
        ("faces right", *(f"{mood['model_accuracy']:.1%}" for mood, _ in compared.values())),
        ("mean error of the sad share, points",
         *(one(mood["mae_adjusted"]) for mood, _ in compared.values())),
        ("the same, merely counted", *(one(mood["mae_naive"]) for mood, _ in compared.values())),
        ("largest bias at any share",
         *(one(worst(mood, "bias_by_share")) for mood, _ in compared.values())),
        ("largest bias, merely counted",
         *(one(worst(mood, "bias_naive_by_share")) for mood, _ in compared.values())),
    ]  # fmt: skip
    for kind in ("sad_clear", "sad_all"):
        for key in ("precision", "recall", "flags_per_teacher_hour"):
            name = f"{kind.replace('_', ', ')}: {key.replace('_', ' ')}"
            rows.append((name, *(two(flags[kind][key]) for _, flags in compared.values())))
    columns = table(("", *(f"by the {truth}" for truth in compared)), rows)
    return f"{BY_TRUTH.strip()}\n\n{columns}"


_FLAG_HEAD: Final = (
    "precision", "90 %", "recall", "90 %", "delay, min", "90 %", "flags an hour", "90 %"
)  # fmt: skip


def _flag(row: Figures) -> tuple[str, ...]:
    delay = row["median_delay_s"]
    return (
        two(row["precision"]),
        span(row["precision_interval"], 2),
        two(row["recall"]),
        span(row["recall_interval"], 2),
        "" if delay is None else f"{delay / 60:.1f}",
        span([end and end / 60 for end in row["median_delay_s_interval"]], 1),
        f"{row['flags_per_teacher_hour']:.1f}",
        span(row["flags_per_teacher_hour_interval"], 1),
    )


def _flag_targets(flags: Figures) -> str:
    asked = flags["asking_first"]
    need = {"sad_clear": (0.6, 0.85), "sad_all": (0.5, 0.7), "disengaged": (0.8, 0.9)}
    rows: list[tuple[str, str, str, bool | None]] = []
    for kind, (precision, recall) in need.items():
        row, name = flags[kind], kind.replace("_", ", ")
        for key, least in (("precision", precision), ("recall", recall)):
            found = f"{two(row[key])} {span(row[f'{key}_interval'], 2)}"
            rows.append((f"{name}: {key}", f"≥ {least}", found, (row[key] or 0) >= least))
    delay = flags["sad_clear"]["median_delay_s"]
    met = delay is not None and delay <= 360
    rows.append(("sad, clear: median delay, min", "≤ 6", f"{(delay or 0) / 60:.1f}", met))
    rate = flags["flags_per_teacher_hour"]
    rows.append(("flags a teacher-hour, most of the three", "≤ 3", f"{rate:.1f}", rate <= 3))
    for kind in need:
        value = asked[kind]["precision"]
        name = f"{kind.replace('_', ', ')}, students asked first: precision"
        rows.append((name, "≥ 0.85", two(value), (value or 0) >= 0.85))
    groups = {
        "the rule": flags,
        "the rule, within three an hour": flags["within_budget"],
        "the rule, within six an hour": flags["within_six"],
        "the rule, an earlier lecture's baseline": flags["with_baseline"],
        "the rule, ten seconds' baseline": flags["with_ten_seconds"],
        "the rule, students asked first": asked,
        "the rule, asked first, silence shows": flags["asking_first_silence_shows"],
        "Beta": flags["beta"],
        "naive, > 60 % in a minute": flags["naive"],
        "naive, nearest to the same flags": flags["naive_at_the_same_rate"],
        "the rule, one student sad all lecture": flags["sad_all_lecture"],
        "the rule, no face shared by two students": flags["own_faces"],
    }
    lines = [
        (name, kind.replace("_", ", "), *_flag(group[kind]))
        for name, group in groups.items()
        for kind in KINDS
        if kind in group
    ]
    return f"{targets(rows)}\n\n{table(('rule', 'kind', *_FLAG_HEAD), lines)}"


def _plots(mood: Figures, over: Mapping[str, Sequence[Figures]]) -> dict[str, str]:
    def by_share(name: str, values: Figures, scale: float = 1.0) -> Line:
        return Line(name, tuple((100 * share, scale * values[f"{share:g}"]) for share in SHARES))

    bias = [
        by_share("this, K = 5", mood["bias_by_share"]),
        by_share("naive, K = 5", mood["bias_naive_by_share"]),
        by_share("this, K = 20", mood["k20"]["bias_by_share"]),
    ]
    held = [
        by_share(name, figures["coverage_90_by_share"], 100.0)
        for name, figures in {
            "K = 5": mood,
            "K = 20": mood["k20"],
            "40 % missing": mood["missing_40"],
            "looks mixed": mood["mixed"],
        }.items()
    ]

    def curve(x: str, y: str, scale: float = 1.0) -> list[Line]:
        return [
            Line(
                name,
                tuple(
                    (row[x], row[y] / scale)
                    for row in rows
                    if row[x] is not None and row[y] is not None
                ),
            )
            for name, rows in over.items()
        ]

    share = "true share of sad-looking, %"
    return {
        "bias.svg": chart("Bias by true share", share, "points", bias, band=(-1.5, 1.5)),
        "coverage.svg": chart(
            "How often 90 % intervals hold the truth", share, "%", held,
            band=(86.0, 94.0), y_range=(50.0, 100.0),
        ),
        "precision-recall.svg": chart(
            "Sad-looking, all faces", "recall", "precision",
            curve("recall", "precision"), y_range=(0.0, 1.0),
        ),
        "delay.svg": chart(
            "Delay", "precision", "median delay, min", curve("precision", "median_delay_s", 60.0)
        ),
    }  # fmt: skip
