"""Find the files that a person names for a deposit, and how each shall be called."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from emfair.errors import BadCall, BadName, NotFound
from emfair.model.canonical import BLOCK
from emfair.model.manifest import RawFile
from emfair.model.paths import check_no_collisions, lake_path

SKIPPED = frozenset({"thumbs.db", "desktop.ini"})
"""What operating systems leave behind; hidden files are skipped as well."""


@dataclass(frozen=True)
class LocalFile:
    """A file on this machine and its name in the deposit (relative, with ``/``)."""

    path: Path
    name: str


def collect(paths: Iterable[Path]) -> list[LocalFile]:
    """Return the files of a deposit: those named, and all in the folders named.

    A file is called by its name; a file in a folder by the folder's name and its path in it.

    Raises
    ------
    NotFound
        A path does not exist, or is a broken link.
    BadCall
        There is no file at all, or one is neither file nor folder.
    BadName
        Two files would have one name, or a name is refused.
    """
    found = [file for path in paths for file in _below(path)]
    if not found:
        raise BadCall(
            "there is no file to deposit.",
            remedy="Name files, or folders with files (hidden ones are left out).",
        )
    names = [file.name for file in found]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadName(
            "two of the files have this name.",
            subject=repr(twice),
            remedy="Deposit their folder instead, or rename one.",
        )
    check_no_collisions(names)
    return sorted(found, key=lambda file: file.name)


def _below(path: Path) -> Iterator[LocalFile]:
    if not path.exists():
        raise NotFound("does not exist.", subject=str(path), remedy="Check the path.")
    if path.is_file():
        yield LocalFile(path, _printable(path.name))
        return
    if not path.is_dir():
        raise BadCall(
            "is neither a file nor a folder.", subject=str(path), remedy="Name regular files."
        )
    root = path.resolve()
    for folder, folders, files in os.walk(root, onerror=_refused):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = Path(folder, name)
            if name.startswith(".") or name.lower() in SKIPPED:
                continue
            if not file.is_file():
                raise NotFound(
                    "is a broken link or no regular file.",
                    subject=str(file),
                    remedy="Remove it from the folder, or mend the link.",
                )
            inner = "/".join(file.relative_to(root).parts)
            yield LocalFile(file, _printable(f"{root.name}/{inner}" if root.name else inner))


def _refused(error: OSError) -> None:
    raise BadCall(
        f"cannot be read ({error.strerror}).",
        subject=str(error.filename),
        remedy="Ask for permission to read this folder, or leave it out.",
    ) from error


def _printable(name: str) -> str:
    """Return a name that is text: bytes that are no UTF-8 become ``\\xNN``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def describe(file: LocalFile, progress: Callable[[int], None]) -> RawFile:
    """Read a file once, for its size and SHA-256.

    Raises
    ------
    BadCall
        It cannot be read.
    """
    import hashlib

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
            subject=str(file.path),
            remedy="Check the permissions, or leave it out.",
        ) from error
    return RawFile(
        name=file.name,
        path=lake_path(file.name),
        size=size,
        sha256=digest.hexdigest(),
        modified_at=modified.replace(microsecond=0),
    )
