"""The definition's tree, kept for the life of the process.

pynxtools builds it anew for every file, which is half of a validation's time. It only grows (a
node a name that files use), and grows to the same nodes whatever file came before: findings are
those of a fresh tree, which a test compares. It is thrown away after `LIFE` files, so that odd
names do not pile up for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LIFE = 200
"""Validations that one tree serves."""


class Trees:
    """Trees by definition, each built by `build` and handed out `LIFE` times."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Any, int]] = {}

    def tree(self, definition: str, build: Callable[[str], Any]) -> Any:
        """Return the tree of `definition`, built if there is none or it is too old."""
        tree, uses = self._kept.get(definition, (None, LIFE))
        if uses >= LIFE:
            tree, uses = build(definition), 0
        self._kept[definition] = (tree, uses + 1)
        return tree


_TREES = Trees()


@contextmanager
def kept_trees() -> Iterator[None]:
    """Let pynxtools use the kept trees; the caller makes sure that one thread is inside."""
    from pynxtools.nexus import schema_resolver

    build = schema_resolver.generate_tree_from
    schema_resolver.generate_tree_from = lambda definition: _TREES.tree(definition, build)
    try:
        yield
    finally:
        schema_resolver.generate_tree_from = build
