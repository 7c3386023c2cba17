"""On how many paths the groups of HDF5 files are reached, and files whose paths have no end.

An object can have any number of names. Readers go down every path, so that groups in a circle, or
two names for each of forty groups within one another, keep them busy for ever. Arrays and groups
with a second name are common in NeXus, and fine. What does not belong here: where a file leads
(`emfair.vendor.companions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from emfair.errors import UnreadableFile
from emfair.vendor.hdf5_files import Contents, Group, Link, shown

CROWD = 10
"""How many paths there may be for each link; what an instrument writes has hardly more than one."""
FEW = 10_000
"""Paths that any file may have: readers follow them in seconds."""
HOPS = 16
"""Links that lead from one to the next; HDF5 itself follows no more."""

Node = tuple[str, int]
"""A group: the name of its file, and where it begins there."""


def refuse_endless(files: Mapping[str, Contents]) -> None:
    """Raise `UnreadableFile` if what is read together, by file name, has paths without an end."""
    groups = {(name, at): one for name, it in files.items() for at, one in it.groups.items()}
    links = _Links(groups, {name: (name, it.root) for name, it in files.items() if it.groups})
    below = {node: list(links.below(node)) for node in groups}
    most = max(FEW, CROWD * sum(one.size for one in groups.values()))
    paths: dict[Node, int] = {}
    try:
        for node in TopologicalSorter(below).static_order():  # what is below comes first
            paths[node] = groups[node].size + sum(paths[one] for one in below[node])
            if paths[node] > most:
                raise UnreadableFile("its groups lead to one another on more paths than are read")
    except CycleError as error:
        place = groups[error.args[1][0]].place
        raise UnreadableFile(f"its group {shown(place)} leads back to itself") from error


class _Links:
    """Groups, and those that they lead to; each link is followed once, however many need it."""

    def __init__(self, groups: Mapping[Node, Group], roots: Mapping[str, Node]) -> None:
        self._groups, self._roots = groups, roots
        self._known: dict[tuple[Node, bytes], Node | None] = {}

    def below(self, node: Node) -> Iterator[Node]:
        """Yield the groups that one leads to; twice what has two names in it."""
        group = self._groups[node]
        yield from ((node[0], at) for at in group.groups.values())
        targets = (self._target(node, name, 0) for name in group.links)
        yield from (one for one in targets if one is not None)

    def _target(self, node: Node, name: bytes, hops: int) -> Node | None:
        """Return the group that link `name` in a group leads to; None if that is none."""
        if hops > HOPS:
            raise UnreadableFile("its links lead from one to the next without an end")
        if (node, name) not in self._known:
            self._known[node, name] = self._followed(node, self._groups[node].links[name], hops)
        return self._known[node, name]

    def _followed(self, node: Node, link: Link, hops: int) -> Node | None:
        name = link.file if link.away else node[0]
        here = self._roots.get(name) if link.away or link.path.startswith(b"/") else node
        for part in link.path.split(b"/"):
            if here is None:
                return None
            if part in (b"", b"."):
                continue
            group = self._groups[here]
            if part in group.links:
                here = self._target(here, part, hops + 1)
            else:
                here = (here[0], group.groups[part]) if part in group.groups else None
        return here
