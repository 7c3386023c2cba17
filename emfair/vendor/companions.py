"""Files that a file cannot be read without, and files that it must not lead to.

Readers notice late what is not there, or take it for damage: a person is told the name of what is
missing. And they go wherever a file leads, which may only be to what belongs to it: any other file
of this machine is nobody's measurement. What does not belong here: which files of a deposit are
read together (`emfair.vendor.bundles`).
"""

from __future__ import annotations

import re
from pathlib import Path

from emfair.errors import MissingCompanion, UnreadableFile
from emfair.vendor import empad
from emfair.vendor.bundles import belongs, lacks
from emfair.vendor.hdf5_files import Contents, Way, contents_of, is_hdf5
from emfair.vendor.hdf5_paths import refuse_endless
from emfair.vendor.sniff import Sniffed


def refuse_lone(path: Path, sniffed: Sniffed) -> None:
    """Raise `MissingCompanion` for a file whose companions are not in its folder.

    Raises
    ------
    MissingCompanion
        One is not there.
    UnreadableFile
        It names one of another folder.
    """
    first = sniffed.candidates[0] if sniffed.candidates else None
    extension = path.suffix.lower().removeprefix(".")
    if path.is_file() and (first is None or extension in first.extensions):
        name = lacks(path.name, (one.name for one in path.parent.iterdir()))
        if name:
            raise missing(name, path)
    described = empad.description_of(path) if first and first.name == "EMPAD" else None
    if described is not None:
        _refuse_stranger(path, described.raw, "its raw array")
        if not (path.parent / described.raw).exists():
            raise missing(described.raw, path)


def missing(name: str, path: Path) -> MissingCompanion:
    """Return the error that says that `path` needs the file `name`."""
    return MissingCompanion(
        f"cannot be read without {name}, which is not beside it.",
        subject=path.name,
        remedy=f"Deposit {name} together with it, under the name that it had.",
    )


def reach_of_hdf5(path: Path) -> list[tuple[Path, Contents]]:
    """Return an HDF5 file and those that it leads to, each with what it holds.

    Raises
    ------
    MissingCompanion
        One that belongs to it is not there.
    UnreadableFile
        It leads to a file that does not belong to it, or one of those does; or their paths have
        no end.
    """
    waiting, seen = [path], {path.name}
    found: list[tuple[Path, Contents]] = []
    while waiting:
        here = waiting.pop(0)
        contents = contents_of(here)
        found.append((here, contents))
        for way in contents.ways:
            _refuse_way(path, way)
            if way.file not in seen:
                seen.add(way.file)
                waiting.append(path.parent / way.file)
    refuse_endless({one.name: contents for one, contents in found})
    return found


def _refuse_way(path: Path, way: Way) -> None:
    what = _shown(way.place)
    if way.raw or not (way.file == path.name or belongs(path.name, way.file)):
        raise _stranger(path, way.file, what)
    _refuse_stranger(path, way.file, what)
    there = path.parent / way.file
    if not there.exists():
        raise missing(way.file, path)
    if not is_hdf5(there):  # HDF5 would look for another one of this name, elsewhere
        raise UnreadableFile(
            f"leads to {way.file}, which is no HDF5 file.",
            subject=path.name,
            remedy=f"Check that {way.file} was transferred whole; deposit both again.",
        )


def _refuse_stranger(path: Path, name: str, what: str) -> None:
    """Raise `UnreadableFile` unless `name` is a plain name: a file in the same folder."""
    if name in {".", ".."} or any(one in name for one in "/\\\0"):
        raise _stranger(path, name, what)


def _stranger(path: Path, name: str, what: str) -> UnreadableFile:
    return UnreadableFile(
        f"{what} lies in another file ({_shown(name)}) that does not belong to it, and is not "
        "opened.",
        subject=path.name,
        remedy="Save it again with all its data inside, or with those files beside it under the "
        "names that the instrument gave them, and deposit that.",
    )


def _shown(name: str) -> str:
    """Return the last name of a path, which may be one of this machine, and any length."""
    last = re.split(r"[/\\]", name)[-1] or "a folder"
    return last if len(last) <= _LONG else f"{last[:_LONG]}…"


_LONG = 80
