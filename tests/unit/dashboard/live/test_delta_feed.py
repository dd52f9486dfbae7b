"""The live feed: nothing lost, nothing told twice, and one answer for all who stand alike."""

import gzip
import json
import random
import threading
from typing import Any

import pytest

from dashboard.live.delta_feed import KEPT, Delta, DeltaFeed, DeltaFeeds
from dashboard.live.tree_difference import applied


class Page:
    """What a browser does with what it is told."""

    def __init__(self) -> None:
        self.cursor: str | None = None
        self.parts: dict[str, Any] = {}

    def ask(self, feed: DeltaFeed, state: Any) -> dict[str, Any] | None:
        answer = feed.answer(state, self.cursor)
        if answer is None:
            return None
        told: dict[str, Any] = json.loads(answer.body)
        self.parts = told.get("whole", self.parts)
        self.parts = applied(self.parts, told.get("steps", []))
        self.cursor = told["cursor"]
        return told


def stand(feed: DeltaFeed, key: Any, **parts: Any) -> Any:
    return feed.advance(key, float(len(str(key))), lambda: parts)


def test_a_new_page_hears_everything_and_then_only_what_is_new() -> None:
    feed, page = DeltaFeed(), Page()
    rows = [f"a row of text that does not change {n}" for n in range(20)]
    page.ask(feed, stand(feed, 1, rows=rows, word="calm"))
    assert page.parts == {"rows": rows, "word": "calm"}
    told = page.ask(feed, stand(feed, 2, rows=[*rows, "new"], word="calm"))
    assert told is not None
    assert told["steps"] == [[["rows"], 20, 0, ["new"]]]
    assert page.parts == {"rows": [*rows, "new"], "word": "calm"}


def test_where_nothing_changed_nothing_is_told() -> None:
    feed, page = DeltaFeed(), Page()
    page.ask(feed, stand(feed, 1, word="calm"))
    assert page.ask(feed, stand(feed, 1, word="calm")) is None
    assert page.ask(feed, stand(feed, 2, word="calm")) is None


def test_a_state_is_rendered_once_for_all_who_ask() -> None:
    feed, rendered = DeltaFeed(), []

    def render() -> dict[str, Any]:
        rendered.append(threading.get_ident())
        return {"word": "calm"}

    threads = [threading.Thread(target=feed.advance, args=(1, 0.0, render)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rendered) == 1


def test_pages_that_stand_alike_share_one_answer() -> None:
    feed = DeltaFeed()
    before = stand(feed, 1, word="calm")
    now = stand(feed, 2, word="lively")
    assert feed.answer(now, before.cursor) is feed.answer(now, before.cursor)
    assert feed.answer(now, None) is feed.answer(now, "none of ours")


def test_pages_that_skip_and_come_back_lose_nothing() -> None:
    feed, draw = DeltaFeed(), random.Random(7)
    pages = [Page() for _ in range(6)]
    rows: list[Any] = []
    for tick in range(300):
        rows = rows[draw.randrange(2) :] if draw.random() < 0.2 else [*rows, {"n": tick}]
        if rows and draw.random() < 0.3:
            rows = [*rows]
            rows[draw.randrange(len(rows))] = {"n": -tick}
        state = stand(feed, tick, rows=rows, tick=tick // 7, word=draw.choice("ab"))
        for number, page in enumerate(pages):
            # The first asks each time, the last sleeps longer than anything is remembered.
            if draw.random() < 1 / (1 + number**3):
                page.ask(feed, state)
                assert page.parts == state.parts
                assert page.cursor == state.cursor


@pytest.mark.parametrize("cursor", ["", "x", "0" * 12, "é"])
def test_a_cursor_nobody_gave_out_hears_everything(cursor: str) -> None:
    feed = DeltaFeed()
    state = stand(feed, 1, word="calm")
    answer = feed.answer(state, cursor)
    assert answer is not None
    assert json.loads(answer.body)["whole"] == {"word": "calm"}


def test_what_was_long_ago_is_forgotten_and_told_anew() -> None:
    feed = DeltaFeed()
    first = stand(feed, 0, n=0)
    for tick in range(1, KEPT + 1):
        state = stand(feed, tick, n=tick)
    answer = feed.answer(state, first.cursor)
    assert answer is not None
    assert json.loads(answer.body)["whole"] == {"n": KEPT}
    second = feed.answer(state, stand(DeltaFeed(), 0, n=1).cursor)
    assert second is not None
    assert "steps" in json.loads(second.body)


def test_cursors_of_another_process_serve_where_it_saw_the_same() -> None:
    here, there, page = DeltaFeed(), DeltaFeed(), Page()
    page.ask(here, stand(here, 1, word="calm"))
    stand(there, 9, word="calm")
    told = page.ask(there, stand(there, 10, word="lively"))
    assert told is not None
    assert "steps" in told
    assert page.parts == {"word": "lively"}


def test_who_comes_late_with_an_older_state_is_told_what_is_true_of_it() -> None:
    feed, page = DeltaFeed(), Page()
    old = stand(feed, 1, word="calm")
    new = stand(feed, 2, word="lively")
    page.ask(feed, new)
    page.ask(feed, old)
    assert page.parts == {"word": "calm"}
    page.ask(feed, new)
    assert page.parts == {"word": "lively"}


def test_a_part_that_changes_all_over_is_told_whole() -> None:
    feed, page = DeltaFeed(), Page()
    page.ask(feed, stand(feed, 1, rows=[{"a": n} for n in range(30)]))
    told = page.ask(feed, stand(feed, 2, rows=[{"a": -n - 1} for n in range(30)]))
    assert told is not None
    assert [path for path, *_ in told["steps"]] == [["rows"]]


def test_a_part_that_comes_or_goes_tells_everything() -> None:
    feed, page = DeltaFeed(), Page()
    page.ask(feed, stand(feed, 1, word="calm"))
    page.ask(feed, stand(feed, 2, word="calm", more="x"))
    assert page.parts == {"word": "calm", "more": "x"}


def test_answers_are_packed_where_that_is_shorter() -> None:
    small = Delta.of({"a": 1})
    assert small.packed is None
    large = Delta.of({"a": ["the same words again"] * 30})
    assert large.packed is not None
    assert len(large.packed) < len(large.body)
    assert gzip.decompress(large.packed) == large.body


def test_lines_are_kept_by_lecture_and_language_and_let_go() -> None:
    now = [0.0]
    feeds = DeltaFeeds(lambda: now[0])
    english = feeds.feed(("lecture", "en"))
    assert feeds.feed(("lecture", "en")) is english
    assert feeds.feed(("lecture", "es")) is not english
    now[0] = 500.0
    assert feeds.feed(("lecture", "en")) is english
    now[0] = 1000.0
    feeds.feed(("another", "en"))
    assert feeds.feed(("lecture", "en")) is english
    now[0] = 2000.0
    feeds.feed(("third", "en"))
    assert feeds.feed(("lecture", "en")) is not english


def test_after_forgetting_a_page_hears_everything() -> None:
    feeds, page = DeltaFeeds(), Page()
    feed = feeds.feed("x")
    page.ask(feed, stand(feed, 1, word="calm"))
    feeds.forget()
    anew = feeds.feed("x")
    assert anew is not feed
    told = page.ask(anew, stand(anew, 2, word="lively"))
    assert told is not None
    assert told["whole"] == {"word": "lively"}
