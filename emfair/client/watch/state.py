"""Where a watcher keeps its notes, and that only one watches a folder.

What does not belong here: what stands in the notes (`spool`).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from emfair.client.watch.spool import Spool
from emfair.errors import BadCall, BadName, BadSetting, Conflict, NotFound
from emfair.model.canonical import sha256_bytes
from emfair.model.identifiers import slug

LOCK = "watch.lock"


def folder_of(text: str) -> Path:
    """Return the folder to watch, absolute.

    Raises
    ------
    NotFound, BadCall
        It is not there, or is no folder.
    """
    path = Path(text).expanduser().absolute()
    if not text or (path.exists() and not path.is_dir()):
        raise BadCall("is no folder.", subject=text, remedy="Name the folder with the sessions.")
    return path


def check_there(folder: Path) -> None:
    """Refuse a folder that is not there. Raises `NotFound`."""
    if not folder.is_dir():
        raise NotFound(
            "does not exist.",
            subject=str(folder),
            remedy="Check the path; a share must be mounted when the watcher starts first.",
        )


def check_destination(spool: Spool, to: str, *, moved: bool) -> None:
    """Keep where files are sent; refuse another place than that of sessions there are.

    Sealed ones count, too: what comes late belongs to them.

    Parameters
    ----------
    moved
        Whether a person says that it is the same emfair at another address.

    Raises
    ------
    BadSetting
        Files of this folder were sent elsewhere until now.
    """
    before = spool.kept("to")
    begun = spool.rows("SELECT 1 FROM session WHERE experiment IS NOT NULL LIMIT 1")
    if begun and before not in (None, to) and not moved:
        raise BadSetting(
            f"what it sent until now went to {before}, and would now go to {to}.",
            subject="--server",
            remedy="Name the same one as before; say --moved if it is the same emfair at another "
            "address; to begin anew, name another --state.",
        )
    spool.keep("to", to)


def state_folder(watched: Path, given: Path | None) -> Path:
    """Return where the notes on `watched` lie: as given, or in the user's folder for such things.

    Raises
    ------
    BadSetting
        This account has no such folder.
    """
    if given is not None:
        return given.expanduser().absolute()
    try:
        name = slug(watched.name, 20)
    except BadName:
        name = "folder"
    key = sha256_bytes(os.fsencode(os.path.normcase(watched)))[:12]
    return _user_state() / "emfair" / "watch" / f"{name}-{key}"


def _user_state() -> Path:
    windows, unix = os.environ.get("LOCALAPPDATA"), os.environ.get("XDG_STATE_HOME")
    if found := windows if sys.platform == "win32" else unix:
        return Path(found)
    try:
        home = Path.home()
    except RuntimeError as error:
        raise BadSetting(
            "this account has no home folder.", remedy="Name a folder with --state."
        ) from error
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    return home / ("AppData/Local" if sys.platform == "win32" else ".local/state")


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Hold the lock of a state folder; whatever ends the process gives it back.

    Raises
    ------
    Conflict
        Another watcher holds it.
    BadSetting
        The folder cannot be written.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        stream = (state / LOCK).open("a+b")
    except OSError as error:
        raise BadSetting(
            f"cannot be written ({error.strerror}).",
            subject=str(state),
            remedy="Name another folder for the watcher's notes with --state.",
        ) from error
    with stream:
        if not _locked_soon(stream):
            raise Conflict(
                "another watcher is at work on this folder.",
                subject=str(state),
                remedy="Look at it with `emfair watch status`; stop it first.",
            )
        yield


def is_watched(state: Path) -> bool:
    """Whether a watcher is at work."""
    try:
        with (state / LOCK).open("r+b") as stream:
            return not _locked(stream)
    except OSError:
        return False


def _locked_soon(stream: IO[bytes]) -> bool:
    """Lock a file; somebody who only asks whether a watcher is at work holds it for a moment."""
    for _ in range(10):
        if _locked(stream):
            return True
        time.sleep(0.05)
    return False


def _locked(stream: IO[bytes]) -> bool:
    """Lock a file until it is closed; return whether nobody else has."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
