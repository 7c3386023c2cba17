"""A look at the watched folder: which files are there, how large, and since when.

By asking again and again: no watching service of an operating system works on every network share.
A look never changes a file, and what it cannot see it does not take for gone. What does not belong
here: what the changes mean (`seen`), and what may be shipped (`ready`).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from emfair.client.collect import SKIPPED, printable
from emfair.errors import Unavailable
from emfair.vendor.bundles import in_a_store

NOTES = "emfair.yaml"
"""What people put into a session's folder to say where its files belong."""
UNFINISHED = (
    "downloading", ".part", ".partial", ".filepart", ".crdownload", ".tmp", ".temp", ".swp", "~",
    ".lock",
)  # fmt: skip
"""Ends of names that programs give to files they have not finished."""
_HIDDEN = 2  # Windows: FILE_ATTRIBUTE_HIDDEN
_JUNCTION = 0xA0000003  # Windows: IO_REPARSE_TAG_MOUNT_POINT


class Stat(NamedTuple):
    """What tells that a file has changed: bytes, and nanoseconds since 1970."""

    size: int
    mtime_ns: int


@dataclass
class Look:
    """What a look has seen.

    Attributes
    ----------
    files
        By name below the watched folder, with ``/``.
    notes
        The `NOTES` that lie there, by the folder's name.
    problems
        What was left out, and why.
    unseen
        Folders that could not be looked into, and files that could not be looked at.
    """

    files: dict[str, Stat] = field(default_factory=dict)
    notes: dict[str, Stat] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)

    def hides(self, name: str) -> bool:
        """Whether a file could be there unseen."""
        return any(name == one or name.startswith(f"{one}/") for one in self.unseen)


def look(root: Path, leave_out: frozenset[str] = frozenset()) -> Look:
    """Look at every file below `root`.

    Parameters
    ----------
    leave_out
        Absolute paths of folders that are somebody else's: emfair's own.

    Raises
    ------
    Unavailable
        The folder itself is not there, or does not answer.
    """
    seen, folders = Look(), [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}" if folder else entry.name
                    folders.extend(_see(seen, entry, folder, name, leave_out))
        except OSError as error:
            if not folder:
                raise _gone(root, error) from error
            seen.unseen.append(folder)
            seen.problems[folder] = f"cannot be looked into ({error.strerror})"
    return seen


def stat_of(root: Path, name: str) -> Stat:
    """Return how a file below `root` is now.

    Raises
    ------
    OSError
        It is not there, or has become a link, or lies behind one: what lies outside of the
        watched folder is never read.
    """
    base, folder = str(root), name.rpartition("/")[0]
    while folder:
        if _leads_elsewhere(os.lstat(f"{base}/{folder}")):
            raise OSError(errno.ELOOP, "lies behind a link", name)
        folder = folder.rpartition("/")[0]
    found = os.lstat(f"{base}/{name}")
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.ELOOP, "is a link, or no regular file", name)
    return Stat(found.st_size, found.st_mtime_ns)


def _see(
    seen: Look, entry: os.DirEntry[str], folder: str, name: str, leave_out: frozenset[str]
) -> Iterator[str]:
    """Note an entry; yield it if it is a folder to go into."""
    if _is_passed_over(entry.name, folder):
        return
    try:
        if _leads_elsewhere(entry.stat(follow_symlinks=False)):
            seen.problems[name] = (
                "is a link: what lies outside of the watched folder is never read; put the files "
                "themselves here, or watch their folder"
            )
        elif not entry.is_dir(follow_symlinks=False):
            _see_file(seen, folder, name, entry.stat(follow_symlinks=False))
        elif entry.path not in leave_out:
            yield name
    except FileNotFoundError:  # gone since it was listed
        return
    except OSError as error:
        seen.unseen.append(name)
        seen.problems[name] = f"cannot be looked at ({error.strerror})"


def _leads_elsewhere(found: os.stat_result) -> bool:
    """Whether an entry is a link, or Windows' junction."""
    tag = getattr(found, "st_reparse_tag", 0)
    return stat.S_ISLNK(found.st_mode) or (tag != 0 and tag == _JUNCTION)


def _see_file(seen: Look, folder: str, name: str, found: os.stat_result) -> None:
    if getattr(found, "st_file_attributes", 0) & _HIDDEN:
        return
    how = Stat(found.st_size, found.st_mtime_ns)
    if not stat.S_ISREG(found.st_mode):
        seen.problems[name] = "is no regular file"
    elif not _is_text(name):
        seen.problems[printable(Path(name))] = "has a name that is no text: rename it"
    elif name == (f"{folder}/{NOTES}" if folder else NOTES):
        seen.notes[folder] = how
    else:
        seen.files[name] = how


def _is_passed_over(name: str, folder: str) -> bool:
    lower = name.lower()
    if lower.endswith(UNFINISHED) or lower.startswith("~$"):
        return True
    return (name.startswith(".") or lower in SKIPPED) and not in_a_store(folder)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _gone(root: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"the watched folder does not answer ({error.strerror}).",
        subject=printable(root),
        remedy="Is the share mounted, the disk plugged in? It is looked for again by itself.",
    )
