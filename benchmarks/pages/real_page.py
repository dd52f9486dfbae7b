"""The page about real students, written from its own measurement."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.pages.plots import Line, chart
from benchmarks.pages.tables import span, table, targets, two

Figures = Mapping[str, Any]
Row = tuple[str, str, str, bool | None]

BEFORE: Final = """
# What holds on real students

Written by `classpulse bench real --data DIR --page docs/real-students.md`; nothing here is typed by
hand. **No figure here is about feelings.** Annotators said how engaged people looked in pictures;
what those people felt, nobody asked. Nothing was fitted to these people: what was chosen was chosen
by reasoning and on other faces, and this is only how it holds. No picture of them is part of this
project.
"""

MOOD: Final = """
## Class mood

Eleven students who watch lectures, as one class, one vote a student, through the shipped model.
Each student's plain face is learnt from the first half of their pictures, whatever these show, and
the second half is judged: the pictures that annotators saw engaged, and those they saw disengaged.
*Not known*: the same without any plain face known before. Then 200 random classes of eight of the
eleven are read both ways, and the 90 % interval without must hold what is read with it.

E-learners are some hundred people of whom there is one picture each; thirty of them make a class.
Smiles must not vanish in the correction: the happy share is held beside the pictures to which the
model gives at least one half of happy.
"""

ENGAGED: Final = """
## Looks disengaged

Of listeners each picture is judged by that student's pictures before it and by itself; of
e-learners by itself alone, as of somebody unknown. What is asked is how often a picture that
annotators saw disengaged scores above one that they saw engaged (AUC): of listeners level 1 against
3, over all pictures and within each person; of e-learners levels 0 and 1 against 2 and 3. The
weights are round and were set by reasoning ([how](agent.md)). Beside them stands a logistic
regression on the same terms that was fitted to nine tenths of these very e-learners and asked about
the tenth: what better weights would be worth.
"""

CHECK_INS: Final = """
## Check-ins

Sessions in which observers said every ten seconds whether an e-learner was engaged, put side by
side as classes of thirty; and hour-long lectures in which students were asked every forty seconds
whether their minds wandered. The rule is replayed on what they said, and of what it finds as much
is raised as the budget allows: three an hour, the most persistent first. A check-in is right within
a stretch of five minutes or more (a break of a minute does not end one). Few sessions last longer
than a quarter of an hour, so a class holds far more such stretches than any teacher could be told
of: *where allowed* are those in which a check-in was left once they had lasted for five minutes.
Who sits together is drawn anew for each class out of the same fifty people, so the classes are no
independent witnesses, and few different people are ever called. A lecture begins without a
check-in in hand, which alone keeps short ones within three an hour too; a third of one, tried with
these sessions in view, called more of them and was taken back. Three minutes beyond the ordinary
are asked because shorter windows name far too many.
"""

AFTER: Final = """
## What these figures do not say

- Eleven people and some hundred e-learners, adults who agreed to be filmed, in front of cameras and
  in light of their own. Another class may differ, and children are not among them.
- *Engaged* is what annotators saw in a face. Somebody may look away and listen.
- A single picture of somebody unknown says little, with any weights: the e-learners' row is that.
- The listeners' pictures were small and were enlarged; lids of a few pixels are read with an error.
- Plain faces were learnt on the same day and before the same camera as they were used.
"""


def write_page(figures: Figures, out: Path) -> None:
    """Write the page from what ``bench_real`` answered; its plots go into a folder beside it."""
    plots = out.parent / out.stem
    plots.mkdir(parents=True, exist_ok=True)
    for name, svg in _plots(figures).items():
        (plots / name).write_text(svg, encoding="utf-8")
    parts = [
        BEFORE, _provenance(figures),
        MOOD, _mood(figures), f"![Sad-looking, with and without rest]({out.stem}/mood.svg)",
        ENGAGED, _engagement(figures), f"![Within each person]({out.stem}/engagement.svg)",
        CHECK_INS, *_check_ins(figures, out.stem),
        AFTER,
    ]  # fmt: skip
    out.write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")


def _provenance(figures: Figures) -> str:
    rows = [
        ("measured on", figures["measured_on"]),
        ("commit", figures["commit"]),
        ("model", figures["model"]),
        ("data", figures["data_sha256"][:12]),
    ]
    return table(("what", "which"), rows)


def _share(value: float) -> str:
    return f"{value:.1%}"


def _percent_span(ends: Sequence[float]) -> str:
    return span([100 * end for end in ends], 1) + " %"


def _mood(figures: Figures) -> str:
    sad, turned = figures["sad_engaged"], figures["sad_disengaged"]
    fear, angry = figures["fear_engaged"], figures["angry_engaged"]
    happy, counted = figures["elearners_happy"], figures["elearners_happy_counted"]
    held, apart = figures["interval_holds"], 100 * (turned - sad)
    without = (
        f"{_share(figures['sad_engaged_without_rest'])} "
        f"{_percent_span(figures['sad_engaged_without_rest_interval'])}"
    )
    known = f"{_share(sad)} {_percent_span(figures['sad_engaged_interval'])}"
    rows: list[Row] = [
        ("engaged, sad-looking", "≤ 6 %", known, sad <= 0.06),
        ("engaged, afraid-looking", "≤ 3 %", _share(fear), fear <= 0.03),
        ("engaged, angry-looking", "≤ 4 %", _share(angry), angry <= 0.04),
        ("disengaged, sad-looking", "", _share(turned), None),
        ("disengaged beyond engaged, points", "≥ 15", f"{apart:.1f}", apart >= 15),
        ("engaged, sad-looking, plain faces not known", "", without, None),
        ("its interval holds what is read with them", "≥ 90 %", f"{held:.0%}", held >= 0.9),
        ("engaged, model's mean probability of sad", "", _share(figures["counted_sad_engaged"]),
         None),
        ("e-learners who look engaged, happy", "within 3 points of the next", _share(happy),
         abs(happy - counted) <= 0.03),
        ("the same, counted", "", _share(counted), None),
        ("the same, sad-looking", "", _share(figures["elearners_sad"]), None),
    ]  # fmt: skip
    return targets(rows)


def _engagement(figures: Figures) -> str:
    pooled, within = figures["engagement_auc_pooled"], figures["engagement_auc_within"]
    alone, fitted = figures["elearners_auc"], figures["elearners_auc_logistic"]
    rows: list[Row] = [
        ("listeners, all pictures", "≥ 0.90", two(pooled), (pooled or 0) >= 0.9),
        ("listeners, within a person, mean", "≥ 0.90", two(within), (within or 0) >= 0.9),
        ("e-learners, nothing known of them", f"≥ {(fitted or 0) - 0.02:.2f}", two(alone),
         (alone or 0) >= (fitted or 0) - 0.02),
        ("a logistic fitted to other e-learners", "", two(fitted), None),
        *(
            (f"listeners at level {level}: mean of *looks engaged*", "", two(value), None)
            for level, value in figures["engagement_by_level"].items()
        ),
    ]  # fmt: skip
    return targets(rows)


def _check_ins(figures: Figures, folder: str) -> list[str]:
    """The parts on check-ins; their plots lie in ``folder``."""
    rate, precision = figures["checkins_per_teacher_hour"], figures["precision"]
    quiet = figures["pafe_checkins_per_teacher_hour"]
    allowed = figures["checkins_recall_where_allowed"]
    rows: list[Row] = [
        ("check-ins a teacher-hour, e-learners as classes of 30", "≤ 3", f"{rate:.1f}", rate <= 3),
        ("their precision", "≥ 0.85", two(precision), (precision or 0) >= 0.85),
        ("stretches of five minutes called, where allowed", "≥ 0.50", two(allowed),
         (allowed or 0) >= 0.5),
        ("the same, of all", "", two(figures["checkins_recall"]), None),
        ("check-ins a teacher-hour, minds that wander", "≤ 1", f"{quiet:.1f}", quiet <= 1),
    ]  # fmt: skip
    return [
        targets(rows),
        frontier(figures["checkins_frontier"]),
        f"![Check-ins by budget]({folder}/check-ins.svg)",
    ]


def frontier(points: Sequence[Figures]) -> str:
    """Each budget with what it would raise, and how much of that is right and of all is found."""
    head = (
        "| budget | check-ins an hour | precision | of all called | where allowed | people called |"
    )
    lines = [head, "| --- | --- | --- | --- | --- | --- |"]
    for point in points:
        numbers = [point[key] for key in ("precision", "recall", "recall_where_allowed")]
        cells = [
            "none" if point["budget"] is None else str(point["budget"]),
            f"{point['per_hour']:.1f}",
            *("–" if value is None else two(value) for value in numbers),
            str(point["people"]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _plots(figures: Figures) -> dict[str, str]:
    curves = [
        Line(name, tuple((x, y) for x, y in points))
        for name, points in figures["engagement_curves"].items()
    ]
    classes = figures["mood_classes"]
    points = figures["checkins_frontier"]
    shares = {"precision": "precision", "of all called": "recall"}
    return {
        "check-ins.svg": chart(
            "Check-ins by budget", "check-ins a teacher-hour", "share",
            [
                Line(name, tuple((p["per_hour"], p[key]) for p in points if p[key] is not None))
                for name, key in shares.items()
            ],
            y_range=(0.0, 1.0),
        ),
        "engagement.svg": chart(
            "Looks disengaged", "of engaged pictures, wrongly", "of disengaged, rightly",
            curves, y_range=(0.0, 1.0),
        ),
        "mood.svg": chart(
            "Sad-looking in classes of eight", "of the classes, %", "%",
            [
                Line(name, tuple((x, 100 * y) for x, y in points))
                for name, points in classes.items()
            ],
        ),
    }  # fmt: skip
