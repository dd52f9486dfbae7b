"""Page, PDF and tables of a report say one value: whatever it holds, none of them says another."""

import re
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np
import pypdfium2
import pytest

from analytics.report.attendance import Attendance, Gap
from analytics.report.lecture_report import LectureReport, LookTotal
from analytics.report.notes import limits_for, method_for
from contract import LOOKS, Policy
from dashboard import i18n
from dashboard.pages.reports import one, timeline
from dashboard.reports import render
from dashboard.reports.charts import zone_of
from dashboard.reports.tables import tables
from dashboard.reports.typeset import to_pdf
from db.values import Report
from tests.builders import report as made
from tests.builders.card import sharp_card
from tests.builders.pages import LECTURE, NOW, text_of

STEPS = 9


def shares(rng: np.random.Generator, *shape: int) -> Any:
    found = rng.dirichlet(np.ones(len(LOOKS)), shape) if shape else rng.random()
    if shape:
        found[rng.random(shape) < 0.2] = np.nan
    return found


def any_report(seed: int) -> LectureReport:
    """A report whose every figure is drawn anew; some are withheld."""
    rng = np.random.default_rng(seed)
    base = made.report()
    middle = shares(rng, STEPS)
    told = ~np.isnan(middle[:, 0])
    line = replace(
        base.timeline,
        starts=made.START + 60 * np.arange(STEPS),
        shares=middle, raw=middle, low=middle * 0.9, high=np.minimum(1, middle * 1.1),
        attentive=np.where(told, rng.random(STEPS), np.nan),
        presence=np.where(told, rng.random(STEPS), np.nan),
        reporting=np.where(told, rng.integers(1, 30, STEPS), 0),
        coverage=np.where(told, rng.random(STEPS), np.nan),
    )  # fmt: skip
    total = rng.dirichlet(np.ones(len(LOOKS)))
    rows = tuple(
        replace(
            row, in_view_s=int(rng.integers(0, 9000)), present=bool(rng.random() < 0.5),
            gap_s={why: int(rng.integers(0, 9000)) for why in Gap},
        )
        for row in made.ATTENDED
    )  # fmt: skip
    return replace(
        base,
        facts=replace(base.facts, ended_at=made.START + 60 * STEPS),
        method=method_for(Policy.INDIVIDUAL),
        limits=limits_for(Policy.INDIVIDUAL),
        timeline=line,
        summary=replace(
            base.summary, attentive=rng.random(), presence=rng.random(), coverage=rng.random(),
            expected=int(rng.integers(5, 99)), flags=2, told_s=60 * STEPS, duration_s=60 * STEPS,
        ),
        totals=tuple(
            LookTotal(look, share, share, share * 0.9, min(1, share * 1.1))
            for look, share in zip(LOOKS, total.tolist(), strict=True)
        ),
        attendance=Attendance(rows, int(rng.integers(0, 20)), float(rng.random())),
    )  # fmt: skip


def strings(told: Any) -> Iterator[str]:
    """All that is said, but for charts' drawings and what only one of page and PDF needs."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for key, value in told.items():
            if key not in _APART:
                yield from strings(value)
    elif isinstance(told, list):
        for value in told:
            yield from strings(value)


_APART = {
    "svg", "colour", "page", "language", "school", "author", "description", "footer", "facts",
    "no_mood", "no_moments", "no_flags", "no_markers", "answers", "said", "said_head",
    "model_head",
}  # fmt: skip


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.replace("\N{ZERO WIDTH SPACE}", "")))


@pytest.mark.parametrize("seed", range(4))
def test_page_pdf_and_tables_say_the_same(seed: int) -> None:
    report, card = any_report(seed), sharp_card()
    course = made.COURSE
    material: Any = SimpleNamespace(report=report, course=course, school="N", said=None, room=())
    files = Report(UUID(int=1), LECTURE.id, 1, NOW, "f", 1, ("summary",))
    found: Any = SimpleNamespace(
        lecture=LECTURE, course=course, written=files, material=material, students=True
    )
    told = render.told(material, card)
    page = text_of(one.layout(found, card))
    with pypdfium2.PdfDocument(to_pdf(told, NOW)) as pdf:
        paper = words_of("\n".join(p.get_textpage().get_text_range() for p in pdf))
    for said in strings(told):
        assert said in page
        missing = {word for word in words_of(said) if word.isascii()} - paper
        assert not missing, said
    _agree(report, told)


def _agree(report: LectureReport, told: Any) -> None:
    zone, frames = zone_of(made.COURSE), tables(report, made.COURSE)
    line, summary = frames["timeline"], frames["summary"].set_index("figure")["value"]
    assert told["figures"][1]["value"] == i18n.percent(summary["attentive"]).replace(" ", "\u00a0")
    for one_look in told["legend"]:
        assert one_look["share"].replace("\u00a0", " ") in {
            i18n.percent(summary[f"{look.value}_share"]) for look in LOOKS
        }
    drawn = timeline.points(report.timeline)
    for at, look in enumerate(LOOKS):
        shown = [np.nan if point.shares is None else point.shares[at] for point in drawn]
        assert np.array_equal(shown, line[look.value], equal_nan=True)
    assert [point.at for point in drawn] == [int(at.timestamp()) for at in line["at"]]
    band = timeline.sad(report, zone)["data"][2]["y"]
    assert [np.nan if y is None else y for y in band] == pytest.approx(
        line["sad"].round(4).tolist(), nan_ok=True
    )
    attended = frames["attendance"]
    assert attended["student"].tolist() == [row[0] for row in told["attendance"]]
    assert [row[5] for row in told["attendance"]] == [
        "yes" if there else "no" for there in attended["present"]
    ]


def test_whoever_may_not_see_single_students_reads_none() -> None:
    course = made.COURSE
    material: Any = SimpleNamespace(
        report=made.report(), course=course, school="N", said=made.SAID, room=()
    )
    files = Report(UUID(int=1), LECTURE.id, 1, NOW, "f", 1, ("summary", "attendance", "flags"))
    found: Any = SimpleNamespace(
        lecture=LECTURE, course=course, written=files, material=material, students=False
    )
    page = text_of(one.layout(found, sharp_card()))
    for name in ("=Ana", "Chloé", "@Emeka", "काव्या", "table=attendance", "table=flags"):
        assert name not in page
    assert "table=summary" in page
    assert "5 of 5 students answered" in page


def test_the_page_of_each_policy_says_what_it_may() -> None:
    for policy, said in (
        (Policy.AGGREGATE, "How the class looked"),
        (Policy.SELF_REPORT, "nothing was"),
    ):
        material: Any = SimpleNamespace(
            report=made.report(policy), course=made.COURSE, school="N", said=made.SAID, room=()
        )
        files = Report(UUID(int=1), LECTURE.id, 1, NOW, "f", 0, ())
        found: Any = SimpleNamespace(
            lecture=LECTURE, course=made.COURSE, written=files, material=material, students=True
        )
        page = text_of(one.layout(found, sharp_card()))
        assert said in page
        assert "=Ana" not in page
    unwritten: Any = SimpleNamespace(
        lecture=replace(LECTURE, ended_at=NOW), course=made.COURSE, written=None, material=None,
        students=True,
    )  # fmt: skip
    assert "It is being written" in text_of(one.layout(unwritten, sharp_card()))
