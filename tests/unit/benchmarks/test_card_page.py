"""The card's page says what the shipped card says, whichever model is shipped."""

from pathlib import Path

from benchmarks.pages.card_page import page
from models.cards import load_card

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_that_of_the_shipped_card() -> None:
    assert (DOCS / "card.md").read_text(encoding="utf-8") == page(load_card()), (
        "write it anew: classpulse models card --page docs/card.md"
    )


def test_a_card_of_one_answer_has_a_page() -> None:
    alone = load_card().model_copy(update={"by_label": None, "by_votes": None})

    told = page(alone)

    assert "| labels |" in told
    assert "the model's mean answer" not in told
