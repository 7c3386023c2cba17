"""How a file gets its name in a folder's lake: at once, safely, and never over another.

What does not belong here: how the file was written (`emfair.lake.local`, `local_several`,
`local_uploads`).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from emfair.errors import BadName, Conflict, Unavailable
from emfair.lake.disk import sync_folder
from emfair.lake.keys import check_key

_TRIES = 50  # a folder can be pruned between its making and its use; not that often


def path_of(root: Path, key: str) -> Path:
    """Return where the object `key` lies below `root`.

    Raises
    ------
    BadName
        It is no key, or leads through a symbolic link.
    """
    path = root / check_key(key)
    if os.path.realpath(path) != str(path):
        raise BadName(
            "the key leads through a symbolic link.",
            subject=repr(key),
            remedy="Replace the link in the lake's folder by a real folder or file.",
        )
    return path


def make_folder(folder: Path, root: Path) -> None:
    """Make `folder`, at or below `root`, and see to it that it survives a power cut."""
    if folder.is_dir():
        return
    if folder != root:
        make_folder(folder.parent, root)
    folder.mkdir(parents=folder == root, exist_ok=True)
    sync_folder(folder.parent)


def taken(key: str) -> Conflict:
    """Return the error for a name that is held by what is no object."""
    return Conflict(
        "a folder or another writer holds this name.",
        subject=key,
        remedy="Store the object under another name, or retry.",
    )


def publish(temporary: Path, path: Path, root: Path, *, replace: bool, force: bool = True) -> bool:
    """Give `temporary` the name `path`; false if it is taken.

    Without `force` the name survives a power cut once the caller has forced the folder to disk.
    """
    for _ in range(_TRIES):
        try:
            make_folder(path.parent, root)
            if replace:
                temporary.replace(path)
            else:
                path.hardlink_to(temporary)
        except FileNotFoundError:  # another writer's delete pruned the folder meanwhile
            continue
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            return False
        if force:
            with suppress(FileNotFoundError):
                sync_folder(path.parent)
        return True
    raise Unavailable(
        "its folder vanished again and again.",
        subject=str(path),
        remedy="See who else deletes in the lake, then retry.",
    )
