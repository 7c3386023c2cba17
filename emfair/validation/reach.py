"""How far a container reaches, known before anything that stands in it is read.

HDF5 goes wherever a file tells it to: links, virtual arrays and raw storage can name any file of
the machine that judges, a pipe that never ends among them. And a small file can hold more places
than anyone can wait for. Links and creation properties tell both; no array is asked even for its
size, which alone would open what a virtual one is made of. What does not belong here: whether a
vendor's file leads to its companions (`emfair.vendor.companions`), and the ways through an entry
(``walk``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import h5py
from h5py import h5d, h5g, h5l

from emfair.validation.judge import crash
from emfair.validation.rules import Breach
from emfair.validation.walk import DEEPEST, MOST, TooMany

TOLD = 10
"""Places that lead outside and are told: one is enough to refuse the file."""
_LONG = 80  # characters of a file's name in a message
_SAME = "."  # how a virtual array names the file that it stands in


@dataclass
class _Seen:
    """What was seen of a file, its groups by their addresses in it."""

    ways: list[Breach] = field(default_factory=list)
    links: dict[int, int] = field(default_factory=dict)
    groups: dict[int, list[int]] = field(default_factory=dict)


def hindrances(file: h5py.File) -> list[Breach]:
    """Return why an open file is not to be judged: it leads outside, or has no end.

    An object that cannot be opened is passed over, because whoever judges cannot open it either.
    """
    seen = _Seen()
    try:
        root = _address(file.id)
        _see(file.id, root, seen)
        _count(seen, root, frozenset({root}), MOST)
    except TooMany as error:
        seen.ways.append(error.breach)
    except Exception as error:  # noqa: BLE001  a damaged group; h5py raises many kinds
        seen.ways.append(crash("truncated-file", "", error))
    return seen.ways


def _see(root_group: h5g.GroupID, root: int, seen: _Seen) -> None:
    """Look at each object once; raise `TooMany` if more than `MOST` links lead to them."""
    waiting, left = [("", root_group, root)], MOST
    seen.groups[root] = []
    while waiting:
        place, group, here = waiting.pop()
        seen.links[here] = group.get_num_objs()
        left -= seen.links[here]
        if left < 0:
            raise TooMany
        for name in group:
            child = f"{place}/{_text(name)}"
            address = _look_at(group, name, child, seen)
            if address is None:
                continue
            seen.groups[here].append(address)
            if address not in seen.groups:
                seen.groups[address] = []
                waiting.append((child, h5g.open(group, name), address))


def _count(seen: _Seen, here: int, above: frozenset[int], left: int) -> int:
    """Return how many places are left of `MOST` after all below a group, on each of their ways."""
    left -= seen.links.get(here, 0)
    if left < 0:
        raise TooMany
    if len(above) <= DEEPEST:
        for below in seen.groups[here]:
            if below not in above:
                left = _count(seen, below, above | {below}, left)
    return left


def _look_at(group: h5g.GroupID, name: bytes, place: str, seen: _Seen) -> int | None:
    """Note where an object leads outside; return its address if it is a group."""
    try:
        kind = h5g.get_objinfo(group, name, follow_link=False)
        if kind.type == h5g.GROUP:
            return int(kind.objno[0])
        outside = list(_files_of(group, name, kind.type))
    except Exception:  # noqa: BLE001  damage of any kind
        return None
    seen.ways += [
        Breach("leads-outside", place, (("file", _last(file)),))
        for file in outside[: TOLD - len(seen.ways)]
    ]
    return None


def _files_of(group: h5g.GroupID, name: bytes, kind: int) -> Iterator[bytes]:
    """Yield the other files in which HDF5 would go on from an object."""
    if kind == h5g.DATASET:
        made = h5d.open(group, name).get_create_plist()
        if made.get_layout() == h5d.VIRTUAL:
            sources = (made.get_virtual_filename(one) for one in range(made.get_virtual_count()))
            yield from (os.fsencode(source) for source in sorted(set(sources) - {_SAME}))
        for one in range(made.get_external_count()):
            yield made.get_external(one)[0]
    elif group.links.get_info(name).type == h5l.TYPE_EXTERNAL:
        yield group.links.get_val(name)[0]


def _address(group: h5g.GroupID) -> int:
    return int(h5g.get_objinfo(group, b".").objno[0])


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _last(file: bytes) -> str:
    """Return the last part of a path: the folders of the machine that wrote it are its own."""
    name = _text(re.split(rb"[/\\]", file.rstrip(b"/"))[-1])
    return name if len(name) <= _LONG else f"{name[:_LONG]}…"
