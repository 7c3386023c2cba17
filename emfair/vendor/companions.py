"""Files that a file cannot be read without, and that are not beside it.

Readers notice late, or take it for damage: a person is told the name of what is missing. What does
not belong here: which files of a deposit are read together (`emfair.vendor.bundles`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py

from emfair.errors import MissingCompanion
from emfair.vendor.bundles import lacks
from emfair.vendor.sniff import Sniffed

HEAD = 1 << 20
"""Bytes of a description in which it names its raw file."""


def refuse_lone(path: Path, sniffed: Sniffed) -> None:
    """Raise `MissingCompanion` for a file whose companions are not in its folder."""
    first = sniffed.candidates[0] if sniffed.candidates else None
    extension = path.suffix.lower().removeprefix(".")
    if path.is_file() and (first is None or extension in first.extensions):
        name = lacks(path.name, (one.name for one in path.parent.iterdir()))
        if name:
            raise missing(name, path)
    for name in _NAMED[first.name](path) if first and first.name in _NAMED else ():
        if not (path.parent / name).exists():
            raise missing(name, path)


def missing(name: str, path: Path) -> MissingCompanion:
    """Return the error that says that `path` needs the file `name`."""
    return MissingCompanion(
        f"cannot be read without {name}, which is not beside it.",
        subject=path.name,
        remedy=f"Deposit {name} together with it, under the name that it had.",
    )


def _raw_of_empad(path: Path) -> Iterator[str]:
    """Yield the raw array that an EMPAD description names."""
    with path.open("rb") as stream:
        text = stream.read(HEAD).decode("utf-8", "replace")
    named = re.search(r"<raw_file\b[^>]*\bfilename\s*=\s*(['\"])([^'\"/\\]+)\1", text)
    if named:
        yield named[2]


def _frames_of_arina(path: Path) -> Iterator[str]:
    """Yield the files that an Arina master file links to."""
    with h5py.File(path, "r") as file:
        data = file.get("entry/data", {})
        links = [data.get(name, getlink=True) for name in data]
    yield from (link.filename for link in links if isinstance(link, h5py.ExternalLink))


_NAMED: dict[str, Callable[[Path], Iterator[str]]] = {
    "EMPAD": _raw_of_empad,
    "Arina": _frames_of_arina,
}
"""Readers whose files name their companions, by how."""
