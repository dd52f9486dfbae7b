"""Write what the browser agent has from Python: the contract's types, and engagement's numbers.

python -m scripts.browser_contract           rewrite capture_agent/web/src/contract/*.ts
python -m scripts.browser_contract --check   change nothing; exit 1 where it is out of date
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from capture_agent.perception.engagement import USUAL, VALUES
from capture_agent.perception.pipeline import READABLE
from contract.base import Message
from contract.batches import MAX_BATCH
from contract.events import Event
from contract.exchange import (
    BatchAnswer,
    ConsentAnswer,
    ConsentRequest,
    Deleted,
    JoinAnswer,
    JoinRequest,
    Problem,
    Pulse,
)
from contract.looks import LOOKS
from contract.observations import WHOLE_FACE, Observation

FOLDER: Final = Path(__file__).resolve().parents[1] / "capture_agent" / "web" / "src" / "contract"
SENT: Final[tuple[type[Message], ...]] = (Observation, Event, JoinRequest, ConsentRequest, Pulse)
ANSWERED: Final[tuple[type[Message], ...]] = (
    JoinAnswer,
    ConsentAnswer,
    BatchAnswer,
    Deleted,
    Problem,
)
_HEAD: Final = """\
/** What agent and server say to each other.
 *
 * Written by `python -m scripts.browser_contract` from the contract's JSON Schema. */
"""
_PLAIN: Final = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def written() -> dict[str, str]:
    """Every file that is written, by its name."""
    return {"types.ts": _types(), "engagement.ts": _engagement()}


def _engagement() -> str:
    values = {name: json.dumps(value) for name, value in asdict(VALUES).items()}
    usual = {name: json.dumps(value) for name, value in asdict(USUAL).items()}
    return "\n".join(
        [
            "/** Every number that engagement stands on, and the habit of whom nothing is known.",
            " *",
            " * Written by `python -m scripts.browser_contract` from the program's own. */",
            "",
            "export const VALUES = {",
            *(f"  {name}: {value}," for name, value in values.items()),
            "} as const;",
            "",
            "export const USUAL = {",
            *(f"  {name}: {value}," for name, value in usual.items()),
            "};",
            "",
            f"export const READABLE = {READABLE};",
            f"export const ATTENTIVE_RULE = {WHOLE_FACE};",
            "",
        ]
    )


def _types() -> str:
    # What is sent has what may be left out optional; what is answered always has all of it.
    _, sent = models_json_schema([(kind, "validation") for kind in SENT])
    _, told = models_json_schema([(kind, "serialization") for kind in ANSWERED])
    shapes = told.get("$defs", {}) | sent.get("$defs", {})
    looks = ", ".join(f"'{look.value}'" for look in LOOKS)
    parts = [
        _HEAD,
        f"export const LOOKS = [{looks}] as const;\n",
        f"export const MAX_BATCH = {MAX_BATCH};\n",
        *(_shape(name, shapes[name]) for name in sorted(shapes)),
    ]
    return "\n".join(parts)


def _shape(name: str, schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return f"export type {name} = {' | '.join(_quoted(one) for one in schema['enum'])};\n"
    needed = set(schema.get("required", ()))
    lines = [f"export interface {name} {{"]
    for field, prop in schema["properties"].items():
        if told := prop.get("description"):
            lines.append(f"  /** {told} */")
        lines.append(f"  {field}{'' if field in needed else '?'}: {_type(prop)};")
    return "\n".join([*lines, "}", ""])


def _type(prop: dict[str, Any]) -> str:
    if "$ref" in prop:
        return str(prop["$ref"]).rpartition("/")[2]
    for union in ("anyOf", "allOf"):
        if union in prop:
            return " | ".join(_type(one) for one in prop[union])
    if "const" in prop:
        return _quoted(prop["const"])
    if prop.get("type") == "array":
        if "prefixItems" in prop:
            return f"[{', '.join(_type(one) for one in prop['prefixItems'])}]"
        return f"({_type(prop['items'])})[]"
    return _PLAIN[prop["type"]]


def _quoted(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def main(arguments: list[str]) -> int:
    """Write the files, or see whether they are as they would be written."""
    late = [
        name
        for name, made in written().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != made
    ]
    if "--check" in arguments:
        for name in late:
            print(f"{name} is out of date: run python -m scripts.browser_contract", file=sys.stderr)
        return 1 if late else 0
    for name in late:
        (FOLDER / name).write_text(written()[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
