"""Find the files that a person names for a deposit, and how each shall be called."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from emfair.errors import BadCall, BadName, NotFound
from emfair.model.canonical import BLOCK
from emfair.model.manifest import RawFile
from emfair.model.paths import check_no_collisions, lake_path
from emfair.vendor.bundles import in_a_store

SKIPPED = frozenset({"thumbs.db", "desktop.ini"})
"""What operating systems leave behind; hidden files are skipped as well."""


@dataclass(frozen=True)
class LocalFile:
    """A file on this machine, its name in the deposit (relative, with ``/``), its size at first."""

    path: Path
    name: str
    size: int


def collect(paths: Iterable[Path]) -> list[LocalFile]:
    """Return the files of a deposit: those named, and all in the folders named.

    A file is called by its name; a file in a folder by the folder's name and its path in it. What
    is named twice is meant once, and as part of the larger folder.

    Raises
    ------
    NotFound
        A path does not exist, or is a broken link.
    BadCall
        There is no file at all, one is neither file nor folder, a folder cannot be read or holds
        a link to another folder.
    BadName
        Two files would have one name, or a name is refused.
    """
    found = _once([file for path in paths for file in _below(path)])
    if not found:
        raise BadCall(
            "there is no file.",
            remedy="Name files, or folders with files (hidden ones are left out).",
        )
    names = [file.name for file in found]
    twice = [name for name, number in Counter(names).items() if number > 1]
    if twice:
        raise BadName(
            "two of the files have this name.",
            subject=repr(twice[0]),
            remedy="Name their folder instead, or rename one.",
        )
    check_no_collisions(names)
    return sorted(found, key=lambda file: file.name)


def _once(found: list[LocalFile]) -> list[LocalFile]:
    """Return each file once, by its longest name: the one from the folder furthest up."""
    folders = {folder: folder.resolve() for folder in {file.path.parent for file in found}}
    once: dict[Path, LocalFile] = {}
    for file in sorted(found, key=lambda one: len(one.name)):
        once[folders[file.path.parent] / file.path.name] = file
    return list(once.values())


def _below(path: Path) -> Iterator[LocalFile]:
    found = _look_at(path)
    if stat.S_ISREG(found.st_mode):
        yield LocalFile(path, _printable(path.name), found.st_size)
        return
    if not stat.S_ISDIR(found.st_mode):
        raise BadCall(
            "is neither a file nor a folder.",
            subject=printable(path),
            remedy="Name regular files.",
        )
    root = path.resolve()
    for folder, folders, files in os.walk(root, onerror=_refused):
        inside = "/".join((root.name, *Path(folder).relative_to(root).parts))
        whole = in_a_store(inside)
        folders[:] = sorted(name for name in folders if whole or not name.startswith("."))
        _refuse_links(folder, folders)
        for name in sorted(files):
            if not whole and (name.startswith(".") or name.lower() in SKIPPED):
                continue
            file = Path(folder, name)
            found = _look_at(file)
            if not stat.S_ISREG(found.st_mode):
                raise BadCall(
                    "is no regular file.",
                    subject=printable(file),
                    remedy="Remove it from the folder, or name the other files one by one.",
                )
            named = f"{inside}/{name}".removeprefix("/")
            yield LocalFile(file, _printable(named), found.st_size)


def _look_at(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(
            "is a link that leads nowhere." if path.is_symlink() else "does not exist.",
            subject=printable(path),
            remedy="Mend the link or remove it." if path.is_symlink() else "Check the path.",
        ) from error
    except OSError as error:  # no permission, a name longer than any can be, a loop of links
        raise BadCall(
            f"cannot be looked at ({error.strerror}).",
            subject=printable(path),
            remedy="Check the path and its permissions.",
        ) from error


def _refuse_links(folder: str, folders: list[str]) -> None:
    """Refuse a link to a folder: followed it could go in circles, left out it would lose data."""
    for name in folders:
        if (linked := Path(folder, name)).is_symlink():
            raise BadCall(
                "is a link to another folder.",
                subject=printable(linked),
                remedy="Name that folder itself as well, and remove the link from this one.",
            )


def _refused(error: OSError) -> None:
    raise BadCall(
        f"cannot be read ({error.strerror}).",
        subject=printable(Path(error.filename)),
        remedy="Ask for permission to read this folder, or leave it out.",
    ) from error


def printable(path: Path) -> str:
    """Return a path as text, whatever bytes are in it."""
    return _printable(str(path))


def _printable(name: str) -> str:
    r"""Return a name that is text: bytes that are no UTF-8 become ``\xNN``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def describe(file: LocalFile, progress: Callable[[int], None]) -> RawFile:
    """Read a file once, for its size and SHA-256.

    Raises
    ------
    BadCall
        It cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with file.path.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
                progress(len(block))
            modified = datetime.fromtimestamp(os.fstat(stream.fileno()).st_mtime, UTC)
    except OSError as error:
        raise BadCall(
            f"cannot be read ({error.strerror}).",
            subject=printable(file.path),
            remedy="Check the permissions, or leave it out.",
        ) from error
    return RawFile(
        name=file.name,
        path=lake_path(file.name),
        size=size,
        sha256=digest.hexdigest(),
        modified_at=modified.replace(microsecond=0),
    )
