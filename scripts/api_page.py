"""Writes docs/api.md from the API's own OpenAPI document; a test keeps the page as it is."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
HEAD = """# The API

Generated from the OpenAPI document by `python -m scripts.api_page`; a running server has the same
at `/api/openapi.json`, for tools that read it.

Everything is JSON in UTF-8. Times are RFC 3339 with their offset, ids are UUIDs. A student's device
sends a bearer token that it got when the student agreed; people in a browser have a session. What
was refused is `application/problem+json` (RFC 9457): a `title`, a `status`, a sentence in `detail`,
and perhaps the `errors` by field. 429 and 503 say in `Retry-After` when to ask again. Unknown
fields are refused, so that no picture and no text can travel.

Besides what is listed with each, every request may be answered 403, 413, 415, 421, 422 and 429.
"""
_EVERYWHERE = {"403", "413", "415", "421", "422", "429"}


def page() -> str:
    """The whole page as Markdown."""
    document = _document()
    parts = [HEAD]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts += _operation(method.upper(), path, operation)
    parts.append("## Schemas\n")
    for name, schema in sorted(document["components"]["schemas"].items()):
        parts += _schema(name, schema)
    return "\n".join(parts).rstrip() + "\n"


def _document() -> Mapping[str, Any]:
    from dashboard.api.openapi import describe
    from dashboard.app import ModelAssets, create_app
    from dashboard.settings import Settings
    from db.engine import migrate
    from models.cards import load_card

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(folder=Path(folder))
        migrate.upgrade(settings.database_url)
        app = create_app(settings, None, ModelAssets(load_card()))
        try:
            return describe(app.flask)
        finally:
            app.close()


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"## `{method} {path}`\n"
    asks = {"agent": "a student's token", "session": "a signed-in user"}
    who = [asks[name] for one in operation.get("security", ()) for name in one]
    yield f"{operation['summary']}. Asks for {who[0]}.\n" if who else f"{operation['summary']}.\n"
    if parameters := operation.get("parameters"):
        yield "| parameter | in | meaning |\n| --- | --- | --- |"
        for one in parameters:
            yield f"| `{one['name']}` | {one['in']} | {one.get('description', '')} |"
        yield ""
    if "requestBody" in operation:
        (content,) = operation["requestBody"]["content"].values()
        yield f"Body: {_kind(content['schema'])}.\n"
    for status, answer in operation["responses"].items():
        if status in _EVERYWHERE:
            continue
        kinds = [f"{_kind(one['schema'])} ({media})" for media, one in _media(answer)]
        yield f"- {status}: {answer['description']}" + "".join(f" {kind}" for kind in kinds)
    yield ""


def _media(answer: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = answer.get("content", {}).items()
    return [(media, one) for media, one in found if media != "application/problem+json"]


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}\n"
    if words := schema.get("description"):
        yield f"{_line(words)}\n"
    if "enum" in schema:
        yield f"One of {', '.join(f'`{one}`' for one in schema['enum'])}.\n"
    needed = schema.get("required", ())
    if properties := schema.get("properties"):
        yield "| field | kind | needed | meaning |\n| --- | --- | --- | --- |"
        for field, one in properties.items():
            must = "yes" if field in needed else ""
            yield f"| `{field}` | {_kind(one)} | {must} | {_line(one.get('description', ''))} |"
        yield ""


def _kind(schema: Mapping[str, Any]) -> str:
    """What a value may be, in a few words; schemas are links within the page."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = str(schema.get("format") or schema.get("type") or "anything")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    low, high = schema.get("minimum"), schema.get("maximum")
    return kind if low is None or high is None else f"{kind}, {low} to {high}"


def _line(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
