"""Opening a container: which of its entries can be judged, or why none can.

What does not belong here: what stands in the entries (``judge``, ``own_checks``).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from emfair.errors import NotFound
from emfair.validation.judge import crash
from emfair.validation.rules import Breach

DEFINITION = "NXem"


def open_container(path: Path) -> h5py.File | Breach:
    """Open `path` for reading, or say why it is no container.

    Raises
    ------
    NotFound
        There is no such file.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _no_such_file(path) from error
    except OSError as error:
        return _unreadable(error)
    if not stat.S_ISREG(found.st_mode):
        raise _no_such_file(path)
    return Breach("empty-file") if found.st_size == 0 else _opened(path)


def _opened(path: Path) -> h5py.File | Breach:
    try:
        return h5py.File(path, "r")
    except OSError as error:
        if error.errno is not None:  # the system's error, not HDF5's
            return _unreadable(error)
        return crash("truncated-file", "", error) if h5py.is_hdf5(path) else Breach("not-hdf5")


def _no_such_file(path: Path) -> NotFound:
    return NotFound(
        "there is no such file.", subject=str(path), remedy="Check the spelling of the path."
    )


def _unreadable(error: OSError) -> Breach:
    """Return the breach that says why, in the system's words; h5py's repeat the whole path."""
    return Breach("unreadable", "", (("detail", os.strerror(error.errno or 0)),))


def entries_of(container: h5py.File) -> tuple[list[str], list[Breach]]:
    """Return the paths of the entries that follow NXem, and what is to be said of the others.

    Raises
    ------
    Exception
        The file is damaged; h5py raises many kinds, and a name that is no text is a ValueError.
    """
    definitions = dict(_definitions(container))
    ours = [name for name, definition in definitions.items() if definition == DEFINITION]
    if not definitions:
        return [], [Breach("no-entry")]
    others = [
        Breach("other-entry", name) if ours else _refusal(name, definition)
        for name, definition in definitions.items()
        if definition != DEFINITION
    ]
    return ours, others


def text_of(value: object) -> str:
    """Return text as h5py reads it (``bytes``, ``str`` or an array of one) without outer blanks."""
    if isinstance(value, np.ndarray):  # NumPy's scalars are left: their ``flat`` is of scalars
        value = value.item() if value.size == 1 else ""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.strip() if isinstance(value, str) else ""


def class_of(item: h5py.Group | h5py.Dataset | None) -> str:
    """Return an object's ``NX_class``, or nothing."""
    return "" if item is None else text_of(item.attrs.get("NX_class", ""))


def _definitions(container: h5py.File) -> Iterator[tuple[str, str]]:
    for name in container:
        entry = container.get(name)
        if isinstance(entry, h5py.Group) and class_of(entry) == "NXentry":
            if not isinstance(name, str):  # h5py leaves what is no UTF-8 as bytes
                raise ValueError(f"an entry's name is no text: {name!r}")
            stated = entry.get("definition")
            yield f"/{name}", text_of(stated[()]) if isinstance(stated, h5py.Dataset) else ""


def _refusal(name: str, definition: str) -> Breach:
    if not definition:
        return Breach("no-definition", f"{name}/definition")
    return Breach("other-definition", f"{name}/definition", (("definition", definition),))
