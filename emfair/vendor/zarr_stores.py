"""What a Zarr store says of how its arrays are packed, known without unpacking one.

What does not belong here: reading it (`emfair.vendor.hyperspy_files`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from emfair.errors import UnreadableFile


def refuse_code(path: Path) -> None:
    """Raise `UnreadableFile` for a store, a folder or an archive, of which an array is pickled.

    Unpacking it would run whatever program is in it. `numcodecs` does not do so either, and tells
    how it can be made to.
    """
    if any(_PICKLED.search(text) for text in _descriptions(path)):
        raise UnreadableFile(
            "holds an array of Python objects (pickle). To read it is to run a program that is in "
            "it, so it is not read.",
            subject=path.name,
            remedy="Save it again without object arrays: with numbers and texts only.",
        )


def _descriptions(path: Path) -> Iterator[bytes]:
    """Yield what stands in a store of each array, and of all of them together."""
    if path.is_dir():
        for one in path.rglob("*"):
            if one.name in _NAMES and one.is_file():
                with one.open("rb") as file:
                    yield file.read(_LONGEST)
        return
    try:
        archive = ZipFile(path)
    except BadZipFile:
        return  # the reader will say so
    with archive:
        for name in archive.namelist():
            if name.rsplit("/", 1)[-1] in _NAMES:
                with archive.open(name) as member:
                    yield member.read(_LONGEST)


_NAMES = (".zarray", ".zmetadata")
_PICKLED = re.compile(rb'"id"\s*:\s*"pickle"')
_LONGEST = 16 << 20
"""Bytes of a description that are looked at; that of an array has a few hundred."""
