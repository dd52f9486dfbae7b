"""Every sentence of the pages is in every language, and none stands past the catalogues."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message

from scripts import catalogues
from tests.builders.places import ROOT

DASHBOARD = ROOT / "dashboard"
SAYING = {"text", "plural", "mark", "text_of"}
SAID_PARTS = {
    # Which positional arguments of our own parts are words.
    "badge": (0,),
    "card": range(9),
    "command": (1,),
    "empty": (0, 1),
    "link": (0,),
    "page_head": (0, 1),
    "quiet": range(9),
    "stat": (0, 1, 2),
    "table": (0, 1, 2),
}
SAID_NAMES = {
    "alt",
    "aside",
    "caption",
    "children",
    "description",
    "error",
    "label",
    "lead",
    "note",
    "placeholder",
    "title",
}
NOT_WORDS = {"ClassPulse", "PDF", "CSV", "QR"}


@pytest.fixture(scope="module")
def template() -> Catalog:
    return catalogues.extracted()


@pytest.fixture(scope="module", params=catalogues.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def test_the_catalogue_is_that_of_the_code(language: str, template: Catalog) -> None:
    wanted = catalogues.written(catalogues.updated(language, template))
    assert catalogues.path_of(language).read_bytes() == wanted, "run `make catalogues`"


def test_nothing_is_left_untranslated(language: str) -> None:
    assert [m.id for m in catalogues.lacking(catalogues.read(language))] == []


def test_a_translation_has_the_fields_of_its_sentence(language: str) -> None:
    wrong = []
    for message in messages(catalogues.read(language)):
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        known = set().union(*map(fields, sources))
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        # One may say "one" without its number; what is many must name it.
        for number, string in enumerate(strings):
            lacking = (
                known - fields(string) - ({"n"} if number == 0 and len(strings) > 1 else set())
            )
            if lacking or fields(string) - known:
                wrong.append(string)
    assert wrong == []


def test_plurals_have_as_many_forms_as_the_language(language: str) -> None:
    catalog = catalogues.read(language)
    for message in messages(catalog):
        if isinstance(message.id, tuple):
            assert len(message.string) == catalog.num_plurals


def test_a_translation_ends_as_its_sentence_does(language: str) -> None:
    """A question stays a question, a full sentence a full sentence."""
    ends = {".": ".।", "?": "?", ":": ":", "…": "…"}
    for message in messages(catalogues.read(language)):
        if isinstance(message.id, str) and message.id[-1] in ends:
            assert message.string[-1] in ends[message.id[-1]], message.string


def test_hindi_is_written_in_its_own_script() -> None:
    latin = [
        m.id
        for m in messages(catalogues.read("hi"))
        if isinstance(m.id, str)
        and re.search(r"[a-z]{3}", re.sub(r"\{\w+\}", "", m.id))
        and not re.search(r"[\u0900-\u097f]", m.string)
    ]
    assert latin == []


def test_every_text_is_a_literal_that_the_script_finds(template: Catalog) -> None:
    found = {
        message.id[0] if isinstance(message.id, tuple) else message.id
        for message in messages(template)
    }
    written = set()
    for path, call in saying():
        position = 1 if called(call) == "text_of" else 0
        argument = call.args[position]
        if called(call) == "text" and not isinstance(argument, ast.Constant):
            # A marked text that is looked up once the reader is known.
            assert isinstance(argument, ast.Subscript), f"{path.name}:{call.lineno}"
            continue
        assert isinstance(argument, ast.Constant), f"{path.name}:{call.lineno}"
        written.add(argument.value)
    assert written - found == set(), "inside an f-string the script does not look"


def test_no_page_says_a_word_past_the_catalogues() -> None:
    loose = [
        f"{path.name}:{line}: {word}"
        for path in sorted((DASHBOARD / "pages").glob("*.py"))
        for line, word in loose_words(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert loose == []


def test_the_test_for_loose_words_finds_them() -> None:
    page = "html.P(['Hello there', f'for {span}', text('said')], className='cp-x')\n"
    more = "parts.stat(text('Mood'), '–', 'nobody yet')\ndmc.Button('Go now', id='go')\n"
    assert [word for _, word in loose_words(ast.parse(page + more))] == [
        "Hello there",
        "for ",
        "nobody yet",
        "Go now",
    ]


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def saying() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted(DASHBOARD.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if "dashboard.i18n import" not in path.read_text(encoding="utf-8"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in SAYING:
                yield path, node


def loose_words(tree: ast.AST) -> list[tuple[int, str]]:
    return [
        (node.lineno, node.value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for shown in shown_by(call)
        for node in literals(shown)
        if re.search(r"[A-Za-z]{2}", node.value) and node.value.strip() not in NOT_WORDS
    ]


def shown_by(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a component that people read."""
    function = call.func
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return
    room, name = function.value.id, function.attr
    if room not in {"html", "dmc", "parts", "shell"} or name in {"Code", "aria", "Kbd"}:
        if name == "aria":
            yield from (k.value for k in call.keywords if k.arg in {"label", "description"})
        return
    positions = SAID_PARTS.get(name, (0,)) if room == "parts" else (0,)
    yield from (value for index, value in enumerate(call.args) if index in positions)
    yield from (k.value for k in call.keywords if k.arg in SAID_NAMES)


def literals(node: ast.expr) -> Iterator[ast.Constant]:
    """Strings that stand in an expression itself, not in the calls inside it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from literals(element)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.BoolOp | ast.JoinedStr):
        for value in node.values:
            yield from literals(value)
    elif isinstance(node, ast.BinOp):
        yield from literals(node.left)
        yield from literals(node.right)
