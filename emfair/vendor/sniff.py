"""Which readers to try on a file: by its content first, by its name second."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import h5py
import yaml
from pydantic import BaseModel, ConfigDict

from emfair.vendor.hdf5_files import has_link
from emfair.vendor.plugins import Plugin, plugins

HEAD = 4096
_HDF5 = b"\x89HDF\r\n\x1a\n"


class Signature(BaseModel):
    """One row of ``signatures.yaml``; see the comments there."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    readers: tuple[str, ...]
    at: int = 0
    bytes_: str = ""
    text: str = ""
    hdf5: str = ""
    hint: str = ""
    only: bool = False


@dataclass(frozen=True)
class Sniffed:
    """What content and name say.

    Attributes
    ----------
    candidates : tuple of Plugin
        Readers to try, most likely first. Empty: no reader is known for such a file.
    by_content : bool
        Whether the content itself names the first candidate's format.
    other : str
        What the file is instead (``a ZIP archive``), if the content says so.
    """

    candidates: tuple[Plugin, ...]
    by_content: bool
    other: str = ""


@cache
def signatures() -> tuple[Signature, ...]:
    """Return the table of signatures."""
    text = files("emfair.vendor").joinpath("signatures.yaml").read_text("utf-8")
    rows = yaml.load(text, yaml.CSafeLoader)
    return tuple(Signature(bytes_=row.pop("is", ""), **row) for row in rows)


def names_a_format(path: Path) -> bool:
    """Whether a file's ending is that of a format some reader knows, whatever its content."""
    extension = path.suffix.lower().removeprefix(".")
    return any(extension in plugin.extensions for plugin in plugins().values())


def sniff(path: Path) -> Sniffed:
    """Look at a file's first bytes and its extension.

    A directory (a ``.zspy`` store) is judged by its extension alone.
    """
    extension = path.suffix.lower().removeprefix(".")
    named = [plugin for plugin in plugins().values() if extension in plugin.extensions]
    if path.is_dir():
        return Sniffed(tuple(named), by_content=False)
    told = _told_by_content(path)
    strict = {name for row in signatures() if row.only for name in row.readers}
    strict -= {name for row in told for name in row.readers}
    named = [plugin for plugin in named if plugin.name not in strict]
    known = [plugins()[name] for row in told for name in row.readers if name in plugins()]
    likely = [plugin for plugin in known if plugin in named]
    ordered = dict.fromkeys([*likely, *(named if likely or not known else known), *known, *named])
    other = next((row.hint for row in told if row.hint), "") if not ordered else ""
    return Sniffed(tuple(ordered), by_content=bool(known), other=other)


def _told_by_content(path: Path) -> list[Signature]:
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if head.startswith(_HDF5):
        return [row for row in signatures() if row.hdf5 and _in_hdf5(path, row.hdf5)]
    return [row for row in signatures() if not row.hdf5 and _in_head(head, row)]


def _in_head(head: bytes, row: Signature) -> bool:
    if row.text:
        plain = head.decode("latin-1").replace("\0", "")
        return row.text in plain
    magic = bytes.fromhex(row.bytes_)
    return head[row.at : row.at + len(magic)] == magic


def _in_hdf5(path: Path, name: str) -> bool:
    try:
        with h5py.File(path, "r") as file:
            if name.startswith("@"):
                return name[1:] in file.attrs
            return has_link(file, name)
    except (OSError, RuntimeError, KeyError, AttributeError):  # damaged: the reader will say how
        return False
