"""The page about the models, and its plots, written from the comparison's rows alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.pages.drawings import matrix, reliability
from benchmarks.pages.plots import Line, chart
from benchmarks.pages.tables import table
from contract.looks import LOOKS
from models.evaluation.comparison import PATIENCE, Row, Status
from models.evaluation.measurement import PROTOCOL, Measurement, ReliabilityBins

HEAD: Final = """# Models: what they are worth

This page is written by `classpulse models compare --docs docs/models.md`; do not edit it. Every
figure is measured by the same code on the official split of FER2013, and none is taken from a
write-up but those in the column that says so.

A look is what people see in a face. So models are judged by the *crowd*: what most of ten FER+
raters see, on those faces where that is one of the seven looks. FER2013's own label is one rater's
and agrees with most of the ten on 62 to 65 % of faces; figures by it stand beside, since write-ups
give those.
"""
_LINES: Final = 4
WORDS: Final = f"""
*Converged* means that PublicTest had not improved for {PATIENCE} epochs when training stopped. An
*unconverged* row stands where its training stood when it was measured, after the epochs named: it
is a lower bound of what that network can do, and no finding against it. *Absent* means that nothing
was measured, for the reason given; no figure is put in its place.

Where a network was made for ImageNet, its start is named: *scratch* means that ImageNet's weights
could not be had where it was trained.
"""


def write_page(rows: Sequence[Row], out: Path) -> None:
    """Write the page to ``out``, its plots into a folder of the same name beside it."""
    plots = out.parent / out.stem
    plots.mkdir(parents=True, exist_ok=True)
    for old in plots.glob("*.svg"):
        old.unlink()
    for name, svg in _plots(rows).items():
        (plots / name).write_text(svg, encoding="utf-8")
    out.write_text(page(rows, plots.name), encoding="utf-8")


def page(rows: Sequence[Row], plots: str) -> str:
    """The whole page as Markdown; its plots lie in the folder ``plots``."""
    measured = [(row, row.measured) for row in rows if row.measured is not None]
    parts = [HEAD, "## The protocol", "\n".join(f"- {line}" for line in PROTOCOL)]
    parts += ["## Side by side", overview(rows), WORDS, "## Size and speed", _costs(measured)]
    parts += ["## Calibration, by FER2013's label", _calibration(measured)]
    parts += ["## F1 by look", _by_look(measured)]
    parts += [f"![PublicTest accuracy by epoch]({plots}/{name})" for name in _curves(rows)]
    for row, figures in measured:
        parts += [f"## `{row.name}`", _detail(row, figures, plots)]
    parts += ["## Where the figures come from", _provenance(measured)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def overview(rows: Sequence[Row]) -> str:
    """The tables of all rows by both truths, the most right by the crowd's first."""
    ranked = sorted(rows, key=lambda row: -_by_crowd(row.measured))
    crowd = table(
        ("model", "state", "crowd", "95 %", "macro F1", "log loss", "Brier", "ECE", "ECE of votes"),
        [
            (f"`{row.name}`", _state(row), *(_crowd(row.measured) if row.measured else ("–",) * 7))
            for row in ranked
        ],
    )
    label = table(
        ("model", "label", "95 %", "flip-averaged", "macro F1", "no duplicates", "published"),
        [
            (
                f"`{row.name}`",
                *(_shares(row.measured) if row.measured else ("–",) * 5),
                row.published or "none given",
            )
            for row in ranked
        ],
    )
    return f"{crowd}\n{_OF_LABELS}\n{label}"


_OF_LABELS: Final = """
*Crowd* is how often the answer is the look that most raters see. Log loss is that of a single vote
and Brier's score the squared distance to a face's shares of votes, the smaller the better in both;
*ECE* is of how likely most raters say so, *of votes* of how many do. A row without them was
measured before they were asked for, and its run is not here.

By FER2013's label, of all faces:
"""


def _by_crowd(found: Measurement | None) -> float:
    return -1.0 if found is None or found.ferplus_accuracy is None else found.ferplus_accuracy


def _crowd(found: Measurement) -> tuple[str, ...]:
    low, high = found.intervals.ferplus_accuracy or (None, None)
    crowd = found.crowd
    return (
        _percent(found.ferplus_accuracy),
        "–" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f}",
        "–" if crowd is None else f"{crowd.macro_f1:.3f}",
        *(_three(value) for value in (found.ferplus_log_loss, found.ferplus_brier)),
        _three(found.ferplus_ece),
        "–" if crowd is None else f"{crowd.votes_ece:.3f}",
    )


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _state(row: Row) -> str:
    if row.status is Status.ABSENT:
        return f"absent: {row.reason}"
    if row.status is Status.PEER:
        return "as it comes"
    told = "epoch" if row.epochs == 1 else "epochs"
    return f"{row.status.value}, {row.epochs} {told} from {row.start}"


def _shares(found: Measurement) -> tuple[str, ...]:
    low, high = found.intervals.accuracy
    return (
        f"{found.accuracy:.1%}",
        f"{100 * low:.1f} to {100 * high:.1f}",
        f"{found.accuracy_flip:.1%}",
        f"{found.macro_f1:.3f}",
        _percent(found.accuracy_dedup),
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _costs(measured: Sequence[tuple[Row, Measurement]]) -> str:
    return table(
        ("model", "parameters", "MFLOPs a face", "file", "ms a face", "s to load"),
        [
            (
                f"`{row.name}`",
                f"{found.parameters:,}",
                "–" if found.mflops is None else f"{found.mflops:.0f}",
                f"{found.file_bytes / 1e6:.2f} MB",
                f"{found.ms_per_face:.2f}",
                "–" if found.load_s is None else f"{found.load_s:.2f}",
            )
            for row, found in measured
        ],
    )


def _calibration(measured: Sequence[tuple[Row, Measurement]]) -> str:
    return table(
        ("model", "ECE as trained", "temperature", "ECE after", "ECE by chance alone"),
        [
            (
                f"`{row.name}`",
                f"{found.ece_before:.3f}",
                f"{found.temperature:.2f}",
                f"{found.ece:.3f}",
                f"{found.ece_by_chance:.3f}",
            )
            for row, found in measured
        ],
    )


def _by_look(measured: Sequence[tuple[Row, Measurement]]) -> str:
    told = [
        (row, truth, f1)
        for row, found in measured
        for truth, f1 in (("crowd", found.crowd and found.crowd.f1), ("label", found.f1))
    ]
    return table(
        ("model", "by", *LOOKS),
        [
            (f"`{row.name}`", truth, *(f"{value:.2f}" for value in f1))
            for row, truth, f1 in told
            if f1 is not None
        ],
    )


def _detail(row: Row, found: Measurement, plots: str) -> str:
    by = {"label": found} if found.crowd is None else {"crowd": found.crowd, "label": found}
    looks = table(
        ("look", *(f"{figure}, {truth}" for truth in by for figure in _FIGURES)),
        [
            (look, *(f"{getattr(of, key)[n]:.2f}" for of in by.values() for key in _FIGURES))
            for n, look in enumerate(LOOKS)
        ],
    )
    pictures = "\n".join(
        f"![{kind.title()} of {row.name}, by the {truth}]({plots}/{name})"
        for truth in by
        for kind in ("confusion", "reliability")
        for name in (_drawing(row.name, kind, truth),)
    )
    return f"{row.summary[0].upper()}{row.summary[1:]}.\n\n{looks}\n\n{pictures}"


_FIGURES: Final = ("precision", "recall", "f1")


def _drawing(name: str, kind: str, truth: str) -> str:
    return f"{name}-{kind}.svg" if truth == "label" else f"{name}-{kind}-{truth}.svg"


def _provenance(measured: Sequence[tuple[Row, Measurement]]) -> str:
    return table(
        ("model", "file", "measured on", "commit", "faces", "data"),
        [
            (
                f"`{row.name}`",
                found.file,
                f"{found.provenance.measured_on}",
                found.provenance.commit,
                f"{found.n} of {found.split}",
                found.provenance.data_sha256[:12],
            )
            for row, found in measured
        ],
    )


def _plots(rows: Sequence[Row]) -> dict[str, str]:
    drawn = _curves(rows)
    for row in rows:
        if row.measured is None:
            continue
        found = row.measured
        if found.crowd is not None:
            drawn[_drawing(row.name, "confusion", "crowd")] = matrix(
                f"{row.name}: what most raters see in rows, answers in columns",
                LOOKS,
                LOOKS,
                found.crowd.confusion,
            )
            drawn[_drawing(row.name, "reliability", "crowd")] = reliability(
                f"{row.name}: how likely most raters say so",
                {"as shipped": _bins(found.crowd.reliability)},
            )
        drawn[_drawing(row.name, "confusion", "label")] = matrix(
            f"{row.name}: labels in rows, answers in columns", LOOKS, LOOKS, found.confusion
        )
        drawn[_drawing(row.name, "reliability", "label")] = reliability(
            f"{row.name}: reliability",
            {
                "as trained": _bins(found.reliability_before),
                "after scaling": _bins(found.reliability),
            },
        )
    return drawn


def _curves(rows: Sequence[Row]) -> dict[str, str]:
    """As many lines a chart as can be told apart."""
    lines = [
        Line(row.name, tuple((float(n), value) for n, value in enumerate(row.curve, start=1)))
        for row in rows
        if row.curve
    ]
    return {
        f"curves-{first // _LINES + 1}.svg": chart(
            "PublicTest accuracy", "epoch", "accuracy", lines[first : first + _LINES]
        )
        for first in range(0, len(lines), _LINES)
    }


def _bins(found: ReliabilityBins) -> list[tuple[float, float, int]]:
    every = zip(found.confidence, found.accuracy, found.counts, strict=True)
    return [bin_ for bin_ in every if bin_[2]]
