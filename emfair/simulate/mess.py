"""What lies in real folders beside good files, each with what emfair shall say to it.

Nothing here changes a good file: whoever tests can still compare all of them with the truth.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from emfair.simulate.acquisition import Acquisition

ANOTHER = "Dora Example"
"""Who used the microscope last week, and forgot to log out."""


@dataclass(frozen=True)
class Mess:
    """Files that are no good: which, of what kind, and the rule of the finding (or none)."""

    kind: str
    files: tuple[Path, ...]
    rule: str


def left_over(acquisition: Acquisition) -> Acquisition:
    """Return it with last week's operator, and a name as people give them."""
    number, _, rest = acquisition.name.partition(" ")
    return replace(acquisition, operator=ANOTHER, name=f"{number} Träger Nº2 – {rest} (gut)")


def around(paths: list[Path], already: set[str]) -> Iterator[Mess]:
    """Yield what happens beside the files of an acquisition; each kind once in a session."""
    for kind, happen in _KINDS.items():
        if kind not in already:
            done = happen(paths)
            if done is not None:
                already.add(kind)
                yield Mess(kind, *done)


Happened = tuple[tuple[Path, ...], str]


def _empty(paths: list[Path]) -> Happened | None:
    """Leave a file without a byte: the disk was full."""
    path = paths[0].with_name("abgebrochen.emd")
    path.touch()
    return (path,), "empty-file"


def _thumbnails(paths: list[Path]) -> Happened | None:
    """Leave what Windows leaves in a folder that somebody has looked at."""
    path = paths[0].with_name("Thumbs.db")
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504))
    return (path,), "skipped"


def _cut(paths: list[Path]) -> Happened | None:
    """Leave a part of a copy: the connection broke."""
    path = paths[0]
    if path.suffix not in _NOTICED:
        return None
    target = path.with_name(f"{path.stem}_transfer{path.suffix}")
    content = path.read_bytes()
    target.write_bytes(content[: len(content) * 6 // 10])
    return (target,), "unreadable-file"


_NOTICED = (".tif", ".mrc")
"""How a cut file is found out: as its pixels are read, or by what its header promises."""


def _twice(paths: list[Path]) -> Happened | None:
    """Copy a file, as people do who want to be sure."""
    path = paths[0]
    if path.suffix not in _NOTICED:
        return None
    target = path.with_name(f"{path.stem} - Kopie{path.suffix}")
    shutil.copyfile(path, target)
    return (target,), "duplicate"


def _renamed(paths: list[Path]) -> Happened | None:
    """Copy a description under a better name, and its array under another."""
    by_suffix = {path.suffix: path for path in paths}
    if ".rpl" not in by_suffix:
        return None
    description, array = by_suffix[".rpl"], by_suffix[".raw"]
    renamed = description.with_name(f"{description.stem}_final.rpl")
    lost = array.with_name(f"{array.stem}-final.raw")
    shutil.copyfile(description, renamed)
    shutil.copyfile(array, lost)
    return (renamed, lost), "missing-companion"


_KINDS: dict[str, Callable[[list[Path]], Happened | None]] = {
    "zero bytes": _empty,
    "thumbnails": _thumbnails,
    "truncated": _cut,
    "duplicate": _twice,
    "renamed companion": _renamed,
}
