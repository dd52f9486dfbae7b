"""Changing what is valid a little, and making what never was: JSON and bytes."""

import copy
from random import Random
from typing import Any, Final

TEXTS: Final = (
    "", " ", "\0", "a\0b", "\ud800", "\ufffe", "A\u202ena", "\u200d", "é" * 300, "x" * 5000,
    "क्\u200dष", "=HYPERLINK(1)", "<script>alert(1)</script>", "'; DROP TABLE users; --",
    "../../etc", "%00", "{}", "[[", "{x}", "{0}", "%s", "null", "NaN", "-1", "1e999",
    "2026-02-30T25:61:61Z",
    "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00-23:59",
    "00000000-0000-0000-0000-000000000000",
    "01a1fd55-7a80-7f77-9e1b-09f6e96e02b9", "individual", "self_report", "admin",
)  # fmt: skip
NUMBERS: Final = (
    0, -1, 1, 2, 7, 600, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**40, 0.5, -0.0,
    1e-300, 1e308, float("inf"), float("-inf"), float("nan"), True, False,
)  # fmt: skip
_DEEPEST: Final = 40
_ENDS: Final = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff")
"""Sizes and places in files, where they are none."""


def value(random: Random, depth: int = 0) -> Any:
    """Any JSON value, mostly a small and nasty one."""
    match random.randrange(8 if depth < 3 else 5):
        case 0:
            return random.choice(NUMBERS)
        case 1 | 2:
            return random.choice(TEXTS)
        case 3:
            return None
        case 4:
            return "".join(chr(random.randrange(1, 0x3000)) for _ in range(random.randrange(12)))
        case 5:
            return [value(random, depth + 1) for _ in range(random.randrange(4))]
        case 6:
            return {random.choice(TEXTS): value(random, depth + 1) for _ in range(2)}
    nested: Any = 1
    for _ in range(random.choice((5, _DEEPEST))):
        nested = [nested]
    return nested


def mutated(random: Random, given: Any) -> Any:
    """``given`` with one to three places of it changed, left out, doubled or added to."""
    tree = copy.deepcopy(given)
    for _ in range(random.randint(1, 3)):
        tree = _changed(random, tree)
    return tree


def _changed(random: Random, tree: Any) -> Any:
    if isinstance(tree, dict) and tree and random.random() < 0.85:
        key = random.choice(list(tree))
        match random.randrange(8):
            case 0:
                del tree[key]
            case 1:
                tree[random.choice(TEXTS)] = value(random)
            case _:
                tree[key] = _changed(random, tree[key])
        return tree
    if isinstance(tree, list) and tree and random.random() < 0.85:
        at = random.randrange(len(tree))
        match random.randrange(8):
            case 0:
                del tree[at]
            case 1:
                tree.append(copy.deepcopy(tree[at]))
            case _:
                tree[at] = _changed(random, tree[at])
        return tree
    if isinstance(tree, str) and random.random() < 0.4:
        at = random.randrange(len(tree) + 1)
        return tree[:at] + random.choice(TEXTS)[:8] + tree[at + random.randrange(3) :]
    if isinstance(tree, int | float) and not isinstance(tree, bool) and random.random() < 0.4:
        return tree + random.choice((-1, 1, 1e-3, 1e9))
    return value(random)


def mutated_bytes(random: Random, given: bytes) -> bytes:
    """``given`` with a few of its bytes changed, cut off, doubled or put in."""
    data = bytearray(given)
    for _ in range(random.randint(0, 4)):
        at = random.randrange(len(data) + 1)
        match random.randrange(6):
            case 0 | 1:
                data[at : at + 1] = bytes([random.randrange(256)])
            case 2:
                del data[at : at + random.randrange(1, 40)]
            case 3:
                data[at:at] = random.randbytes(random.randrange(1, 9))
            case 4:
                data[at:at] = data[at : at + random.randrange(1, 60)]
            case 5:
                data[at : at + 4] = random.choice(
                    (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff")
                )
    return bytes(data)
