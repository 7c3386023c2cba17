"""pynxtools' validator with a memory: what it finds is its own, but it works out nothing twice.

It asks at each object what all groups above are, and compares it with all that is missing so far.
Here what was found out of a group is kept, and what is missing is looked up by its place; each
answer still comes from pynxtools' code, which is called on the few that matter. A test compares
the findings with those of the validator as it is. What does not belong here: the way through the
file (``walk``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import h5py
from pynxtools.dataconverter.helpers import RESERVED_SUFFIXES, check_reserved_suffix
from pynxtools.dataconverter.validation import ValidationVisitor
from pynxtools.nexus.schema_resolver import NexusSchemaResolver

from emfair.validation.rules import Breach

MANY = 100
"""Groups without end that are told: links can make more of them than anyone reads."""
_UNITS = "/@units"


class Resolver(NexusSchemaResolver):  # type: ignore[misc]  # pynxtools ships no types
    """Finds a place's node from its parent's, if that is known, and not from the entry's."""

    def node_for_path(
        self, tree: Any, path: str, node_type: Any = None, nx_class: Any = None, hint: Any = None
    ) -> Any:
        """Return the node of the definition that stands for `path`, if any."""
        above, _, name = path.rpartition("/")
        parent = self._node_cache.get(above)
        if parent is None or path in self._node_cache:
            return super().node_for_path(tree, path, node_type, nx_class, hint)
        node = parent.best_child_for(name, node_type=node_type, nx_class=nx_class, hint=hint)
        self._node_cache[path] = node
        return node


class Missing(set[str]):
    """What is required and was not met yet, by place."""

    def __init__(self) -> None:
        super().__init__()
        self._beside: dict[str, set[str]] = {}

    def update(self, *more: Iterable[str]) -> None:
        """Add concepts' paths."""
        for path in set().union(*more) - self:
            self.add(path)
            for place in _places(path):
                self._beside.setdefault(place, set()).add(path)

    def beside(self, path: str) -> set[str]:
        """Return `path` if it is here, and all that pynxtools may take for it."""
        near = set[str]().union(*(self._beside.get(place, ()) for place in _places(path)))
        return near & self

    def keep(self, near: set[str], kept: set[str]) -> None:
        """Drop of what was `near` all that is not `kept`."""
        self.difference_update(near - kept)


class Siblings:
    """The names beside a field, for ``check_reserved_suffix``.

    It also looks for names that begin with an absolute path: none does.
    """

    def __init__(self, field: h5py.Dataset) -> None:
        self._group = field.parent

    def __contains__(self, name: str) -> bool:
        return name in self._group

    def __iter__(self) -> Iterator[str]:
        return iter(())


class Visitor(ValidationVisitor):  # type: ignore[misc]
    """Validates one entry.

    Attributes
    ----------
    closed
        Breaches for groups that the walk did not enter, the first `MANY` of them.
    """

    _required_groups: Any
    _required_entities: Any

    def __init__(self, definition: str, entry: str) -> None:
        super().__init__(definition, entry)
        self.closed: list[Breach] = []
        self._resolver = Resolver()
        self._breaks: dict[str, bool] = {"": False}
        self._canonical: dict[str, bool] = {"": True}
        for name in ("_required_groups", "_required_entities"):
            found, missing = getattr(self, name), Missing()
            missing.update(found)
            setattr(self, name, missing)

    def on_closed(self, path: str, rule: str) -> None:
        """Note a group that the walk does not enter."""
        if len(self.closed) < MANY:
            self.closed.append(Breach(rule, f"/{path}"))

    def on_field(self, hdf_path: str, hdf_node: h5py.Dataset) -> None:
        """Validate a field; look for its siblings only if its name may claim one."""
        rel = self._entry_relative(hdf_path)
        if not rel:
            return
        self._check_soft_link(rel, hdf_node)
        self._handle_field(rel, hdf_node)
        if any(suffix in rel for suffix in RESERVED_SUFFIXES):
            check_reserved_suffix(f"{self._entry_name}/{rel}", Siblings(hdf_node))
        self._handle_attributes(rel, hdf_node.attrs, hdf_node)

    def _check_soft_link(self, rel_path: str, hdf_node: Any) -> None:
        if hdf_node.linked:
            super()._check_soft_link(rel_path, hdf_node)

    def _has_breakpoint_at(self, rel_path: str, include_self: bool = False) -> bool:
        path = rel_path if include_self else rel_path.rpartition("/")[0]
        if path not in self._breaks:
            self._breaks[path] = self._has_breakpoint_at(path) or super()._has_breakpoint_at(
                path, include_self=True
            )
        return self._breaks[path]

    def _is_canonical_path(self, rel_path: str) -> bool:
        if rel_path not in self._canonical:
            above = rel_path.rpartition("/")[0]
            self._canonical[rel_path] = self._is_canonical_path(
                above
            ) and super()._is_canonical_path(rel_path)
        return self._canonical[rel_path]

    def _remove_from_req_groups(self, path: str) -> None:
        everything, near = self._required_groups, self._required_groups.beside(path)
        self._required_groups = set(near)
        super()._remove_from_req_groups(path)
        everything.keep(near, self._required_groups)
        self._required_groups = everything

    def _remove_from_req_entities(self, path: str) -> None:
        everything, near = self._required_entities, self._required_entities.beside(path)
        self._required_entities = set(near)
        super()._remove_from_req_entities(path)
        everything.keep(near, self._required_entities)
        self._required_entities = everything

    def _report_missing(self) -> None:
        """Report the groups, then what is missing elsewhere: a missing group stands for its own."""
        groups, entities = self._required_groups, self._required_entities
        self._required_entities = set()
        super()._report_missing()
        self._required_entities = {one for one in entities if groups.isdisjoint(_above(one))}
        self._required_groups = set()
        super()._report_missing()


def _places(path: str) -> tuple[str, ...]:
    """Return where pynxtools thinks `path` stands: it also takes the letters of units off."""
    places = (path.rpartition("/")[0],)
    return (*places, path.rstrip(_UNITS).rpartition("/")[0]) if path.endswith(_UNITS) else places


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
