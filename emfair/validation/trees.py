"""The definition's tree, kept for the life of the process.

pynxtools builds it anew for every file, which is half of a validation's time. It only grows (a
node a name that files use), and grows to the same nodes whatever file came before: findings are
those of a fresh tree, which a test compares. A node's children are listed once, not for each
question. The tree is thrown away after `LIFE` files, so that odd
names do not pile up for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident
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
    """Let pynxtools use the kept trees; the caller makes sure that one thread is inside.

    Other threads get trees of their own meanwhile, as ever.
    """
    from pynxtools.nexus import schema_resolver
    from pynxtools.nexus.nexus_tree import NexusNode

    build, best_child_for = schema_resolver.generate_tree_from, NexusNode.best_child_for
    thread = get_ident()

    def tree(definition: str) -> Any:
        return _TREES.tree(definition, build) if get_ident() == thread else build(definition)

    schema_resolver.generate_tree_from = tree
    NexusNode.best_child_for = _best_child_for
    try:
        yield
    finally:
        schema_resolver.generate_tree_from = build
        NexusNode.best_child_for = best_child_for


def _best_child_for(
    node: Any,
    name: str,
    node_type: str | None = None,
    nx_class: str | None = None,
    hint: str | None = None,
) -> Any:
    """Choose among a node's children as pynxtools does; what was found is kept in the node."""
    from pynxtools.nexus.nexus_tree import _select_best_namefit

    kept = node.__dict__.setdefault("_emfair_children", {})
    asked = (node_type, nx_class if nx_class is None else f"{nx_class}")
    if asked not in kept:
        names = node.get_all_direct_children_names(nx_class=nx_class, node_type=node_type)
        children = [child for one in names if (child := node.search_add_child_for(one)) is not None]
        fixed: dict[str, Any] = {}
        for child in children:
            if not child.variadic:
                fixed.setdefault(child.name, child)
        kept[asked] = (fixed, [child for child in children if child.variadic], {})
    fixed, variadic, fits = kept[asked]
    if name in fixed:
        return fixed[name]
    if (name, hint) not in fits:
        fits[name, hint] = _select_best_namefit(name, variadic, hint)
    return fits[name, hint]
