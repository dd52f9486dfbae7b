"""The page about the analytics, written from its own measurement."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from analytics.flag_rule import FlagRule
from classpulse.bench.faces import FaceSet, from_folder
from classpulse.bench.flags import bench_flags
from classpulse.bench.mood import SHARES, bench_mood
from classpulse.bench.plots import Line, chart
from classpulse.bench.sweeps import curves, flag_sweeps, mood_sweeps
from classpulse.bench.words import AFTER, BEFORE, EXPECTED, FLAGS, METHOD, MOOD, MOOD_KINDS

Figures = Mapping[str, Any]
CLASSES: Final = 800
"""At every true share, whatever the lectures: a bias of a point is not seen in few."""
KINDS: Final = ("sad_clear", "sad_all", "disengaged")


def write_page(
    folder: Path, out: Path, *, lectures: int, seed: int, tell: Callable[[str], None]
) -> None:
    """Measure on the faces in ``folder`` and write ``out``, its plots in a folder beside it."""
    faces = from_folder(folder)
    tell("mood")
    mood = bench_mood(faces, lectures=CLASSES, seed=seed)
    own = bench_mood(_own_errors(faces), lectures=CLASSES, seed=seed, settings={})
    tell("flags")
    flags = bench_flags(faces, lectures=lectures, seed=seed)
    moods = mood_sweeps(faces, lectures=2 * lectures, seed=seed)
    fewer = max(2, lectures // 2)
    # Some sixteen conditions and more: a third of the lectures keeps the page within minutes.
    flagged = flag_sweeps(faces, lectures=max(2, lectures // 3), seed=seed, tell=tell)
    over = curves(faces, lectures=fewer, seed=seed)
    plots = out.parent / out.stem
    plots.mkdir(parents=True, exist_ok=True)
    for name, svg in _plots(mood, over).items():
        (plots / name).write_text(svg, encoding="utf-8")
    page = _page(mood, own, flags, moods, flagged, over, faces.rule)
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
) -> str:
    parts = [
        BEFORE,
        _provenance(mood, flags),
        MOOD,
        _mood_targets(mood),
        _mood_shares(mood, own),
        MOOD_KINDS,
        _mood_settings(mood, own),
        "![Bias by true share](analytics/bias.svg)",
        "![How often 90 % intervals hold the truth](analytics/coverage.svg)",
        "### What the error depends on",
        _table(
            ("", "", "mean error, points", "90 %", "naive", "intervals hold"),
            [
                (
                    row["what"],
                    row["value"],
                    _one(row["mae_adjusted"]),
                    _span(row["mae_adjusted_interval"], 1),
                    _one(row["mae_naive"]),
                    _share(row["coverage"]),
                )
                for row in moods
            ],
        ),
        FLAGS,
        _flag_targets(flags),
        "![Precision and recall](analytics/precision-recall.svg)",
        "![Delay](analytics/delay.svg)",
        "### What flags depend on",
        _table(
            ("", "", *_FLAG_HEAD), [(row["what"], row["value"], *_flag(row)) for row in flagged]
        ),
        "### The threshold, on all faces",
        _table(
            ("rule", "threshold", *_FLAG_HEAD),
            [
                (name, f"{row['threshold']:g}", *_flag(row))
                for name, rows in over.items()
                for row in rows
            ],
        ),
        METHOD,
        _table(("tuned for the model", "value"), _tuned(rule)),
        _table(("expected of any class", "value", "why"), EXPECTED),
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


def _provenance(mood: Figures, flags: Figures) -> str:
    return _table(
        ("what", "which"),
        [
            ("measured on", f"{datetime.now(UTC):%Y-%m-%d}"),
            ("commit", _commit()),
            ("model", f"{mood['model']}, weights {mood['model_sha256'][:12]}"),
            ("its accuracy on the faces replayed", f"{mood['model_accuracy']:.1%}"),
            ("faces", mood["faces"]),
            ("data", mood["data_sha256"][:12]),
            ("seed", str(mood["seed"])),
            ("classes of five minutes", str(mood["lectures"])),
            ("lectures of an hour", str(flags["lectures"])),
        ],
    )


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607 - whichever git there is
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def _mood_targets(mood: Figures) -> str:
    bias = max(abs(value) for value in mood["bias_by_share"].values())

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
        ("largest bias at any share, K = 5", "≤ 1.5", f"{bias:.1f}", bias <= 1.5),
        ("90 % intervals hold the truth, by share", "86 to 94 %", held(mood), good(mood)),
        ("the same with 40 % missing", "86 to 94 %", held(missing), good(missing)),
    ]
    return _targets(rows)


_KINDS_OF_CLASS: Final = {
    "as above, K = 5": (),
    "K = 20": ("k20",),
    "40 % missing": ("missing_40",),
    "no face shared by two students": ("own_faces",),
    "the other looks varied": ("varied",),
    "looks mixed, K = 5": ("mixed",),
    "looks mixed, K = 20": ("mixed_k20",),
}


def _mood_settings(mood: Figures, own: Figures) -> str:
    """Every kind of class: ours beside M on the class's mean alone and naive counting."""

    def row(name: str, some: Figures) -> tuple[str, ...]:
        held = some["coverage_90_by_share"].values()
        bias = max(abs(value) for value in some["bias_by_share"].values())
        return (
            name,
            _points(some),
            f"{_one(some['mae_class_mean'])} {_span(some['mae_class_mean_interval'], 1)}",
            _one(some["mae_naive"]),
            _one(bias),
            f"{min(held):.0%} to {max(held):.0%}",
            _one(some["mae_all_looks"]),
            _one(some["mae_all_looks_class_mean"]),
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
    return _table(head, rows)


def _points(figures: Figures) -> str:
    return f"{_one(figures['mae_adjusted'])} {_span(figures['mae_adjusted_interval'], 1)}"


def _targets(rows: Sequence[tuple[str, str, str, bool | None]]) -> str:
    words = {True: "met", False: "**missed**", None: ""}
    return _table(
        ("figure", "target", "measured", ""),
        [(name, target, found, words[met]) for name, target, found, met in rows],
    )


def _mood_shares(mood: Figures, own: Figures) -> str:
    head = (
        "true share", "bias", "90 %", "with exact M", "M on the mean alone", "naive bias",
        "intervals hold", "with 40 % missing",
    )  # fmt: skip
    return _table(
        head,
        [
            (
                f"{float(share):.0%}",
                _one(mood["bias_by_share"][share]),
                _span(mood["bias_by_share_interval"][share], 1),
                _one(own["bias_by_share"][share]),
                _one(mood["bias_class_mean_by_share"][share]),
                _one(mood["bias_naive_by_share"][share]),
                _share(mood["coverage_90_by_share"][share]),
                _share(mood["missing_40"]["coverage_90_by_share"][share]),
            )
            for share in mood["bias_by_share"]
        ],
    )


_FLAG_HEAD: Final = (
    "precision", "90 %", "recall", "90 %", "delay, min", "90 %", "flags an hour", "90 %"
)  # fmt: skip


def _flag(row: Figures) -> tuple[str, ...]:
    delay = row["median_delay_s"]
    return (
        _share(row["precision"]),
        _span(row["precision_interval"], 2),
        _share(row["recall"]),
        _span(row["recall_interval"], 2),
        "" if delay is None else f"{delay / 60:.1f}",
        _span([end and end / 60 for end in row["median_delay_s_interval"]], 1),
        f"{row['flags_per_teacher_hour']:.1f}",
        _span(row["flags_per_teacher_hour_interval"], 1),
    )


def _flag_targets(flags: Figures) -> str:
    asked = flags["asking_first"]
    need = {"sad_clear": (0.6, 0.85), "sad_all": (0.5, 0.7), "disengaged": (0.8, 0.9)}
    rows: list[tuple[str, str, str, bool | None]] = []
    for kind, (precision, recall) in need.items():
        row, name = flags[kind], kind.replace("_", ", ")
        for key, least in (("precision", precision), ("recall", recall)):
            found = f"{_share(row[key])} {_span(row[f'{key}_interval'], 2)}"
            rows.append((f"{name}: {key}", f"≥ {least}", found, (row[key] or 0) >= least))
    delay = flags["sad_clear"]["median_delay_s"]
    met = delay is not None and delay <= 360
    rows.append(("sad, clear: median delay, min", "≤ 6", f"{(delay or 0) / 60:.1f}", met))
    rate = flags["flags_per_teacher_hour"]
    rows.append(("flags a teacher-hour, most of the three", "≤ 3", f"{rate:.1f}", rate <= 3))
    for kind in need:
        value = asked[kind]["precision"]
        name = f"{kind.replace('_', ', ')}, students asked first: precision"
        rows.append((name, "≥ 0.85", _share(value), (value or 0) >= 0.85))
    groups = {
        "the rule": flags,
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
    return f"{_targets(rows)}\n\n{_table(('rule', 'kind', *_FLAG_HEAD), lines)}"


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


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _one(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _span(ends: Sequence[float | None], digits: int) -> str:
    low, high = ends
    return "" if low is None or high is None else f"[{low:.{digits}f}, {high:.{digits}f}]"
