"""What an HDF5 file holds and where it leads, known without reading an array.

HDF5 goes wherever a file tells it to: links, virtual arrays and raw storage can each name any file
of the machine that reads. So no reader may have a file before this has looked at it. What does not
belong here: where a file may lead (`emfair.vendor.companions`), and how much it may promise
(`emfair.vendor.promises`, `emfair.vendor.bounds`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import h5py

from emfair.errors import UnreadableFile

SAME = "."
"""How a virtual array names the file that it stands in."""


@dataclass(frozen=True)
class Way:
    """A place in a file from which HDF5 goes on in another one, under the name that stands there.

    `raw` says that it would read that file's plain bytes, of whatever format.
    """

    place: str
    file: str
    raw: bool = False


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
    """

    stored: int = 0
    virtual: int = 0
    ways: list[Way] = field(default_factory=list)


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


def contents_of(path: Path) -> Contents:
    """Return what an HDF5 file holds; nothing of one that cannot be opened at all.

    A damaged object is passed over, because whoever reads cannot open it either.

    Raises
    ------
    UnreadableFile
        A group cannot be listed: nobody knows where it leads.
    """
    found = Contents()
    try:
        file = h5py.File(path, "r")
    except (OSError, RuntimeError):
        return found
    with file:
        for place, item in _objects(file, found.ways):
            if isinstance(item, h5py.Dataset):
                _add(found, place, item)
    return found


def _objects(file: h5py.File, ways: list[Way]) -> Iterator[tuple[str, h5py.Group | h5py.Dataset]]:
    """Yield each object that lies in the file once, and note the links that lead out of it."""
    waiting: list[tuple[str, h5py.Group]] = [("", file)]
    seen: set[int] = set()
    while waiting:
        above, group = waiting.pop()
        for name, kind in _links(above, group):
            place = f"{above}/{_text(name)}"
            if kind == h5py.h5l.TYPE_EXTERNAL:
                ways.append(Way(place, _text(group.id.links.get_val(name)[0])))
            item = _opened(group, name) if kind == h5py.h5l.TYPE_HARD else None
            if item is None or (address := _address(item)) in seen:
                continue
            seen.add(address)
            yield place, item
            if isinstance(item, h5py.Group):
                waiting.append((place, item))


def _links(above: str, group: h5py.Group) -> list[tuple[bytes, int]]:
    """Return a group's links by name and kind; names as they are, of whatever bytes."""
    try:
        return [(name, group.id.links.get_info(name).type) for name in group.id]
    except Exception as error:  # h5py raises whatever its parts trip over
        raise UnreadableFile(f"its group {above or '/'} cannot be listed") from error


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
