"""What an HDF5 file holds and where it leads, known without reading an array.

HDF5 goes wherever a file tells it to: links, virtual arrays and raw storage can each name any file
of the machine that reads. So no reader may have a file before this has looked at it. What does not
belong here: where a file may lead (`emfair.vendor.companions`), how much it may promise
(`emfair.vendor.promises`, `emfair.vendor.bounds`), and whether its paths have an end
(`emfair.vendor.hdf5_paths`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import h5py

from emfair.errors import UnreadableFile

SAME = "."
"""How a virtual array names the file that it stands in."""
MOST = 250_000
"""Links of a file that are looked at, in half a minute; readers take many times as long."""
DEEPEST = 1000
"""Groups within groups that are looked at; readers go down by recursion, and never get so far."""


@dataclass(frozen=True)
class Way:
    """A place in a file from which HDF5 goes on in another one, under the name that stands there.

    `raw` says that it would read that file's plain bytes, of whatever format.
    """

    place: str
    file: str
    raw: bool = False


@dataclass(frozen=True)
class Link:
    """A name that stands for a path: in its own file, or `away` in the one that is named."""

    path: bytes
    file: str = ""
    away: bool = False


@dataclass
class Group:
    """A group by one of its places: groups in it by where these begin, links, and how much else."""

    place: str
    groups: dict[bytes, int] = field(default_factory=dict)
    links: dict[bytes, Link] = field(default_factory=dict)
    others: int = 0

    @property
    def size(self) -> int:
        """How many names there are in it, and one for itself."""
        return 1 + len(self.groups) + len(self.links) + self.others


@dataclass
class Contents:
    """What a file holds.

    Attributes
    ----------
    stored
        Bytes of the arrays in it, unpacked.
    virtual
        Bytes of the arrays that are made of others.
    ways
        Where it leads into other files.
    groups
        Its groups, by where they begin; those that cannot be opened are none.
    root
        Where the first of them begins.
    """

    stored: int = 0
    virtual: int = 0
    ways: list[Way] = field(default_factory=list)
    groups: dict[int, Group] = field(default_factory=dict)
    root: int = 0


def is_hdf5(path: Path) -> bool:
    """Whether a reader could open `path` as HDF5."""
    return path.is_file() and bool(h5py.is_hdf5(path))


def has_link(file: h5py.File, name: str) -> bool:
    """Whether a ``/``-path leads to a link (its target need not be there); stays in this file."""
    *above, last = name.split("/")
    group: h5py.Group = file
    for part in above:
        if not isinstance(group.get(part, getlink=True), h5py.HardLink):
            return False
        group = group[part]
    return group.get(last, getlink=True) is not None


def contents_of(path: Path, most: int = MOST) -> Contents:
    """Return what an HDF5 file holds; nothing of one that cannot be opened at all.

    A damaged object is passed over, because whoever reads cannot open it either.

    Parameters
    ----------
    path
        The file.
    most
        How many links it may have.

    Raises
    ------
    UnreadableFile
        A group cannot be listed, so that nobody knows where it leads, or there is no end of them.
    """
    found = Contents()
    try:
        file = h5py.File(path, "r")
    except (OSError, RuntimeError):
        return found
    with file:
        for place, item in _arrays(file, found, most):
            _add(found, place, item)
    return found


def _arrays(file: h5py.File, found: Contents, most: int) -> Iterator[tuple[str, h5py.Dataset]]:
    """Yield each array that lies in the file once, and note its groups and links."""
    found.root = _address(file)
    found.groups[found.root] = Group("/")
    waiting: list[tuple[str, h5py.Group]] = [("", file)]
    seen, links = {found.root}, 0
    while waiting:
        above, group = waiting.pop()
        noted = found.groups[_address(group)]
        members = _links(above, group, most)
        links += len(members)
        _refuse_endless(above, links, most)
        for name, link in members:
            place = f"{above}/{_text(name)}"
            item = _opened(group, name) if link is None else None
            if link is not None:
                noted.links[name] = link
                found.ways += [Way(place, link.file)] if link.away else []
            elif isinstance(item, h5py.Group):
                noted.groups[name] = _address(item)
            else:
                noted.others += 1
            if item is None or (address := _address(item)) in seen:
                continue
            seen.add(address)
            if isinstance(item, h5py.Group):
                found.groups[address] = Group(place)
                waiting.append((place, item))
            else:
                yield place, item


def _refuse_endless(above: str, links: int, most: int) -> None:
    """Raise `UnreadableFile` for a group that lies too deep, or with which links are too many."""
    if links > most:
        raise UnreadableFile(f"it holds more than {most:,} groups and arrays, more than are read")
    if above.count("/") > DEEPEST:
        raise UnreadableFile(f"its groups lie more than {DEEPEST:,} deep in one another")


def _links(above: str, group: h5py.Group, most: int) -> list[tuple[bytes, Link | None]]:
    """Return a group's members by name, of whatever bytes; None for what lies in it itself."""
    try:
        return [(name, _link(group, name)) for name in islice(group.id, most + 1)]
    except Exception as error:  # h5py raises whatever its parts trip over
        raise UnreadableFile(f"its group {shown(above or '/')} cannot be listed") from error


def _link(group: h5py.Group, name: bytes) -> Link | None:
    kind = group.id.links.get_info(name).type
    if kind == h5py.h5l.TYPE_SOFT:
        return Link(group.id.links.get_val(name))
    if kind == h5py.h5l.TYPE_EXTERNAL:
        file, path = group.id.links.get_val(name)
        return Link(path, _text(file), away=True)
    return None


def shown(place: str) -> str:
    """Return a place in a file as a person is told of it: the end of one that is long."""
    return place if len(place) <= _LONG else f"…{place[-_LONG:]}"


_LONG = 80


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _opened(group: h5py.Group, name: bytes) -> h5py.Group | h5py.Dataset | None:
    try:
        item = group[name]
        _address(item)
    except Exception:  # noqa: BLE001  the same
        return None
    return item if isinstance(item, h5py.Group | h5py.Dataset) else None


def _address(item: h5py.Group | h5py.Dataset) -> int:
    """Return where an object begins: it can have several names, and groups can go in circles."""
    return int(h5py.h5g.get_objinfo(item.id, b".").objno[0])


def _add(found: Contents, place: str, array: h5py.Dataset) -> None:
    try:
        if array.is_virtual:
            sources = {one.file_name for one in array.virtual_sources()} - {SAME}
            found.ways += [Way(place, name) for name in sorted(sources)]
            if _are_beside(sources, Path(array.file.filename)):  # its size may lie in them
                found.virtual += array.nbytes
            return
        found.ways += [Way(place, name, raw=True) for name, *_ in array.external or ()]
        found.stored += array.nbytes
    except Exception as error:
        raise UnreadableFile(f"its array {place} cannot be looked at") from error


def _are_beside(names: Iterable[str], path: Path) -> bool:
    return all("/" not in name and (path.parent / name).is_file() for name in names)
