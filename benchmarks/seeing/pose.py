"""Where the agent says a head is turned, and whether its eyes are open, beside what is known.

The heads are rendered (``benchmarks.seeing.head``) and go through the agent's own detector and
landmarks like any picture. Real attentive behaviour is not measured here: nobody sat for it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.seeing.head import PEOPLE, Person, render
from capture_agent.perception.attention import AttentionTracker, openness
from capture_agent.perception.pipeline import Pipeline
from capture_agent.perception.vision import load_vision
from capture_agent.sources.clips import open_clip

Turn = tuple[float, float, float]

SEED: Final = 1
_ALONE: Final[tuple[Turn, ...]] = (
    (0, 0, 0),
    *((angle, 0, 0) for angle in (-40, -25, -10, 10, 25, 40)),
    *((0, angle, 0) for angle in (-25, -15, 15, 25)),
    *((0, 0, angle) for angle in (-30, -15, 15, 30)),
)
"""Degrees of yaw, pitch and roll: each axis by itself."""

_TOGETHER: Final = 9
_LIMITS: Final = (35.0, 20.0, 25.0)
_LIDS: Final = ((0.0, "shut"), (1.0, "open"))
_EYE_TURNS: Final[tuple[Turn, ...]] = ((0, 0, 0), (15, 0, 0), (-15, 0, 0), (0, 8, 0), (0, -8, 0))


def bench_pose(*, seed: int = SEED, pipeline: Pipeline | None = None) -> dict[str, Any]:
    """Mean and largest error of each angle in degrees over rendered heads of four people, each
    axis alone and all together; ``found`` of so many ``heads``.
    """
    pipeline = pipeline or Pipeline(load_vision())
    errors, heads = [], 0
    for person, turn in _turns(seed):
        heads += 1
        face = pipeline.read_student(render(*turn, person=person)).student
        if face is not None and face.pose is not None:
            pose = face.pose
            errors.append(np.subtract((pose.yaw, pose.pitch, pose.roll), turn))
    off = np.abs(np.array(errors))
    axes = ("yaw", "pitch", "roll")
    return {
        "heads": heads,
        "found": len(errors),
        "seed": seed,
        "mean_error": round(float(off.mean()), 2),
        "mean_error_by_axis": dict(zip(axes, off.mean(axis=0).round(2).tolist(), strict=True)),
        "largest_error_by_axis": dict(zip(axes, off.max(axis=0).round(1).tolist(), strict=True)),
    }


def _turns(seed: int) -> Iterator[tuple[Person, Turn]]:
    rng = np.random.default_rng(seed)
    for person in PEOPLE:
        yield from ((person, turn) for turn in _ALONE)
        for _ in range(_TOGETHER):
            yaw, pitch, roll = (float(rng.uniform(-limit, limit)) for limit in _LIMITS)
            yield person, (yaw, pitch, roll)


def bench_eyes(*, pipeline: Pipeline | None = None) -> dict[str, Any]:
    """The eye ratio of rendered open and shut eyes, and the openness of each against the own open
    ones; ``separated``: share of pairs of one person, one open and one shut, in the right order.
    """
    pipeline = pipeline or Pipeline(load_vision())
    ratios: dict[str, list[float]] = {"shut": [], "open": []}
    against_own: dict[str, list[float]] = {"shut": [], "open": []}
    right = pairs = 0
    for person in PEOPLE:
        own: dict[str, list[float]] = {"shut": [], "open": []}
        for turn in _EYE_TURNS:
            for lids, word in _LIDS:
                picture = render(*turn, eyes_open=lids, person=person)
                face = pipeline.read_student(picture).student
                if face is not None:
                    own[word].append(face.eye_ratio)
        reference = float(np.quantile(own["open"], 0.9))
        for word, found in own.items():
            ratios[word] += found
            against_own[word] += [openness(ratio, reference) for ratio in found]
        right += sum(shut < open_ for shut in own["shut"] for open_ in own["open"])
        pairs += len(own["shut"]) * len(own["open"])
    return {
        "separated": round(right / pairs, 4),
        **{
            word: {
                "faces": len(ratios[word]),
                "ratio": [round(float(edge), 3) for edge in (min(ratios[word]), max(ratios[word]))],
                "openness": [round(float(it), 2) for it in np.quantile(against_own[word], (0, 1))],
            }
            for word in ratios
        },
    }


def attentive_share(clip: Path, *, pipeline: Pipeline | None = None) -> dict[str, Any]:
    """How engaged the face of ``clip`` looks: the mean over the pictures with one."""
    pipeline = pipeline or Pipeline(load_vision())
    tracker, attentive, faces, pictures = AttentionTracker(), 0.0, 0, 0
    for at, read in open_clip(clip).play():
        pictures += 1
        face = pipeline.read_student(read(), at).student
        if face is not None and face.engagement is not None:
            faces += 1
            attentive += tracker.judge(face.engagement, at).attentive
    return {
        "pictures": pictures,
        "faces": faces,
        "attentive": round(attentive / faces, 4) if faces else None,
    }


def pose_section(pose: dict[str, Any], eyes: dict[str, Any]) -> str:
    """The figures as a part of a page, in Markdown."""
    by, most = pose["mean_error_by_axis"], pose["largest_error_by_axis"]
    rows = [f"| {axis} | {by[axis]:.1f}° | {most[axis]:.1f}° |" for axis in by]
    shut, wide = eyes["shut"], eyes["open"]
    return "\n".join(
        (
            f"{pose['found']} of {pose['heads']} rendered heads were found. Their turn is off by "
            f"{pose['mean_error']:.1f}° on the mean of all angles.",
            "",
            "| angle | mean error | largest |",
            "| --- | --- | --- |",
            *rows,
            "",
            f"Open eyes have a ratio of {wide['ratio'][0]:.2f} to {wide['ratio'][1]:.2f}, shut "
            f"ones of {shut['ratio'][0]:.2f} to {shut['ratio'][1]:.2f}; of one open and one shut "
            f"pair of the same head the open one has the higher in {eyes['separated']:.0%}.",
            "",
            "These heads are computed, not photographed: they show that the geometry is right, "
            "and not how people behave.",
        )
    )
