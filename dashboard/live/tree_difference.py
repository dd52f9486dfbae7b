"""The difference of two JSON trees, as few small steps that lead from one to the other.

A step ``[path, value]`` puts ``value`` where ``path`` leads; ``[path, start, count, values]``
replaces ``count`` elements of the list there, from ``start`` on, by ``values``. They hold in the
order given; ``assets/delta_feed.js`` takes them in the browser, :func:`applied` here.
"""

from collections.abc import Sequence
from typing import Any

Tree = Any
"""What JSON can say: dicts with text for keys, lists, text, numbers, booleans, None.

Equal is what Python calls so: a 1 that becomes 1.0 or true is no difference.
"""

Step = list[Any]


def difference(old: Tree, new: Tree) -> list[Step]:
    """The steps from ``old`` to ``new``; none where they are equal. Neither is changed."""
    steps: list[Step] = []
    _compare(old, new, [], steps)
    return steps


def applied(tree: Tree, steps: Sequence[Step]) -> Tree:
    """``tree`` after ``steps``; what a step touches is copied, the rest shared."""
    for path, *change in steps:
        tree = _changed(tree, path, change)
    return tree


def _compare(old: Tree, new: Tree, path: list[Any], steps: list[Step]) -> None:
    if old is new or (type(old) is type(new) and old == new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and _alike(old, new):
        for name, value in new.items():
            _compare(old[name], value, [*path, name], steps)
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        _compare_lists(old, new, path, steps)
    else:
        steps.append([path, new])


def _alike(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether both have the same names, and, as components, are of the same kind."""
    return old.keys() == new.keys() and old.get("type") == new.get("type")


def _compare_lists(old: list[Any], new: list[Any], path: list[Any], steps: list[Step]) -> None:
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    room = shorter - head
    tail = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    if len(old) == len(new):
        for at in range(head, len(new) - tail):
            _compare(old[at], new[at], [*path, at], steps)
    else:
        steps.append([path, head, len(old) - head - tail, new[head : len(new) - tail]])


def _changed(tree: Tree, path: Sequence[Any], change: Sequence[Any]) -> Tree:
    if path:
        first, *rest = path
        copy = dict(tree) if isinstance(tree, dict) else list(tree)
        copy[first] = _changed(tree[first], rest, change)
        return copy
    if len(change) == 1:
        return change[0]
    start, count, values = change
    return [*tree[:start], *values, *tree[start + count :]]
