"""Ways through an entry: pynxtools' own, which leaves nothing out, and that of our checks.

Neither enters a group that stands within itself, or goes on for ever. pynxtools opens all ancestors
of each object again to see whether it is one of them; here they are remembered. What does not
belong here: what is said of an object (``visitor``, ``own_checks``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import h5py

from emfair.validation.container import class_of
from emfair.validation.rules import Breach
from emfair.validation.views import FieldView, GroupView, View

MOST = 20_000
"""Places that are gone to: links can make more of them than there are objects.

The richest container of 513 real files has 2,570; as many as this take 6 to 14 s to judge.
"""
DEEPEST = 100
"""Groups within groups that are entered: NXem nests ten, a vendor's tags perhaps twenty."""
_SOFT = h5py.SoftLink | h5py.ExternalLink


class TooMany(Exception):
    """There are more places than `MOST`; `breach` says so."""

    breach = Breach("too-many-objects", "", (("most", f"{MOST:,}"),))


def inside(entry: GroupView) -> Iterator[tuple[GroupView, View]]:
    """Yield all that is in an entry, each with its group, but no vendor's collection, and no link.

    What several hard links lead to comes once for each.

    Raises
    ------
    TooMany
        The way has no end that can be waited for.
    """
    for number, found in enumerate(_inside(entry, frozenset({entry["/"].id}))):
        if number >= MOST:
            raise TooMany
        yield found


def _inside(group: GroupView, above: frozenset[Any]) -> Iterator[tuple[GroupView, View]]:
    above |= {group.id}
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        child = group[name]
        if child.id in above or class_of(child) == "NXcollection":
            continue
        yield group, child
        if isinstance(child, GroupView) and len(above) <= DEEPEST:
            yield from _inside(child, above)


class Place(NamedTuple):
    """Where the walk is.

    Attributes
    ----------
    path
        Without the leading slash, as pynxtools names places; empty at the root.
    above
        The groups that it is within, but for the root, by their addresses in the file.
    hard
        Whether hard links alone lead here.
    """

    path: str = ""
    above: frozenset[Any] = frozenset()
    hard: bool = True

    def below(self, node: View, name: str | bytes, *, hard: bool) -> Place:
        """Return the place of a child of `node`, which is here."""
        if not self.path:
            return Place(f"{name!s}", frozenset(), hard)
        return Place(f"{self.path}/{name!s}", self.above | {node.id}, self.hard and hard)


class Walk:
    """One walk from a file's root through one of its entries.

    Parameters
    ----------
    root
        The file.
    entry
        The entry's path; what stands beside it is passed over, for pynxtools judges no more.
    visitor
        A ``NexusVisitor`` that also has ``on_closed(path, rule)``, called for a group that is not
        entered; the rule says why.
    """

    def __init__(self, root: GroupView, entry: str, visitor: Any) -> None:
        self._root, self._entry, self._visitor = root, entry.strip("/"), visitor
        self._left = MOST

    def go(self) -> None:
        """Tell the visitor of each object, its attributes, then what is below it.

        Raises
        ------
        TooMany
            The way has no end that can be waited for.
        """
        self._visit(self._root, Place())
        self._visitor.on_complete(self._root)

    def _visit(self, node: View, here: Place) -> None:
        self._left -= 1
        if self._left < 0:
            raise TooMany
        if isinstance(node, FieldView):
            self._visitor.on_field(here.path, node)
        else:
            self._visitor.on_group(here.path, node)
        for name in node.attrs:
            self._visitor.on_attribute(here.path, name, node.attrs.get(name), node)
        if isinstance(node, GroupView):
            for name in node:
                link = node.get(name, getlink=True)
                place = here.below(node, name, hard=not isinstance(link, _SOFT))
                if self._concerned(place.path):
                    self._follow(node, name, link, place)

    def _concerned(self, path: str) -> bool:
        entry = self._entry
        return f"{path}/".startswith(f"{entry}/") or entry.startswith(f"{path}/")

    def _follow(self, node: GroupView, name: str, link: Any, place: Place) -> None:
        if isinstance(link, h5py.ExternalLink):  # pynxtools would open any file of this machine
            self._visitor.on_external_link(place.path, link)
            self._visitor.on_broken_link(place.path, link)
            return
        child = node.get(name) if isinstance(link, h5py.SoftLink) else node[name]
        if child is None:
            self._visitor.on_broken_link(place.path, link)
        elif child.id in place.above or (place.hard and child.id == self._root.id):
            if place.hard:
                self._visitor.on_closed(place.path, "contains-itself")
        elif len(place.above) >= DEEPEST and isinstance(child, GroupView):
            self._visitor.on_closed(place.path, "too-deep")
        else:
            self._visit(child, place)
