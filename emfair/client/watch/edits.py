"""What people change about sessions that are not sealed: words, which files, and their end.

Each is one transaction in the spool; the watcher, if one is at work, does what follows from it at
its next turn. What does not belong here: how a command is written (``emfair.cli.watch``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from fnmatch import fnmatchcase

from emfair.client.watch.rules import Where
from emfair.client.watch.spool import Spool
from emfair.client.watch.standing import Session
from emfair.errors import BadCall, Conflict
from emfair.vendor.bundles import bundle


def edit(spool: Spool, number: int, words: Where) -> Session:
    """Give a session other words; what `words` does not say stays.

    Raises
    ------
    NotFound
        There is no such session.
    Conflict
        It is sealed, or would go to another place with files that are not here any more.
    """
    one = _open(spool, number)
    edits = words.over(one.edits)
    if edits.place != one.edits.place and one.experiment is not None:
        _check_movable(one)
    with spool.writing() as db:
        said = json.dumps(edits.said())
        db.execute("UPDATE session SET edits = ? WHERE id = ?", (said, number))
    return spool.session(number)


def split(spool: Spool, number: int, names: Iterable[str]) -> Session:
    """Let files, and what is read together with them, be a session of their own; return it.

    Parameters
    ----------
    names
        Below the watched folder, or patterns (``ada/b_*``).

    Raises
    ------
    NotFound, Conflict
        As in `edit`.
    BadCall
        No file fits, or nothing would be left.
    """
    one = _open(spool, number)
    _check_movable(one)
    query = "SELECT name FROM file WHERE session = ? AND gone = 0"
    there = [name for (name,) in spool.rows(query, number)]
    wanted = _fitting(there, list(names))
    with spool.writing() as db:
        made = db.execute(
            "INSERT INTO session (folder, words, whole, first, last, touched, edits) "
            "SELECT folder, words, whole, first, last, touched, edits FROM session WHERE id = ?",
            (number,),
        ).lastrowid
        _give(db, wanted, one, int(made or 0))
        _measure(db, number)
        _measure(db, int(made or 0))
    return spool.session(int(made or 0))


def merge(spool: Spool, number: int, other: int) -> Session:
    """Let another session's files belong to this one; the other one is no more.

    Raises
    ------
    NotFound, Conflict
        As in `edit`, of either.
    BadCall
        They are the same one.
    """
    one, gone = _open(spool, number), _open(spool, other)
    if number == other:
        raise BadCall("is merged with itself.", subject=str(number), remedy="Name two sessions.")
    _check_movable(gone)
    names = [name for (name,) in spool.rows("SELECT name FROM file WHERE session = ?", other)]
    with spool.writing() as db:
        _give(db, names, gone, one.id)
        db.execute(
            "UPDATE session SET touched = max(touched, ?) WHERE id = ?", (gone.touched, number)
        )
        _measure(db, number)
        db.execute("DELETE FROM session WHERE id = ?", (other,))
    return spool.session(number)


def ask_to_seal(spool: Spool, number: int) -> Session:
    """Let a session end now: it is sealed as soon as all of its files have been sent.

    Raises
    ------
    NotFound, Conflict
        As in `edit`.
    """
    one = spool.session(number)
    if one.sealed is not None and not one.waiting:
        raise _sealed(one)
    with spool.writing() as db:
        db.execute("UPDATE session SET asked = 1 WHERE id = ?", (number,))
    return spool.session(number)


def _open(spool: Spool, number: int) -> Session:
    one = spool.session(number)
    if one.sealed is not None or one.deposits:
        raise _sealed(one)
    return one


def _sealed(one: Session) -> Conflict:
    return Conflict(
        f"is sealed, as {one.experiment}.",
        subject=f"session {one.id}",
        remedy="Change the experiment's annotations where you see its data.",
    )


def _check_movable(one: Session) -> None:
    """Refuse to send files elsewhere of which only the depository has a copy."""
    if not one.movable:
        raise Conflict(
            f"{one.only_there} of its files were sent and have been deleted here: they cannot be "
            "sent elsewhere.",
            subject=f"session {one.id}",
            remedy="Put them back, or seal it as it is.",
        )


def _fitting(there: list[str], patterns: list[str]) -> list[str]:
    fitting = {name for name in there if any(_fits(name, each) for each in patterns)}
    for each in bundle(there):
        if fitting & {*each.members}:
            fitting.update(each.members)
    if not fitting or len(fitting) == len(there):
        raise BadCall(
            "no file of the session fits." if not fitting else "nothing would be left.",
            subject=", ".join(patterns),
            remedy="Name files below the watched folder, or patterns: 'ada/scan_1*'.",
        )
    return sorted(fitting)


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)


def _give(db: sqlite3.Connection, names: Iterable[str], before: Session, number: int) -> None:
    """Give files to another session: what was sent of them is to be taken out, and sent anew."""
    for name in names:
        db.execute(
            "UPDATE file SET session = ?, state = iif(gone = 0, 'waiting', state) WHERE name = ?",
            (number, name),
        )
        db.execute(
            "UPDATE sent SET state = 'stray' "
            "WHERE experiment = ? AND name = ? AND state != 'sealed'",
            (before.experiment, name),
        )


def _measure(db: sqlite3.Connection, number: int) -> None:
    """Write down again when a session's files were written."""
    db.execute(
        "UPDATE session SET (first, last) = (SELECT min(mtime_ns) / 1e9, max(mtime_ns) / 1e9 "
        "FROM file WHERE file.session = session.id) "
        "WHERE id = ? AND EXISTS (SELECT 1 FROM file WHERE file.session = session.id)",
        (number,),
    )
