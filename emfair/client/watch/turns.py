"""The great changes of a session: it ends without a seal, goes elsewhere, or is taken up again.

What does not belong here: what happens to a file (`spool`), and what people ask for (`edits`).
"""

from __future__ import annotations

import sqlite3

from emfair.client.watch.spool import Spool
from emfair.client.watch.standing import Session


def forget(spool: Spool, one: Session, now: float) -> None:
    """Let go of a session that nothing new is in; one that was sealed before is so again."""
    with spool.writing() as db:
        db.execute(
            "UPDATE sent SET state = 'stray' WHERE experiment = ? AND state = 'going'",
            (one.experiment,),
        )
        if one.deposits:
            db.execute("UPDATE session SET sealed = ?, asked = 0 WHERE id = ?", (now, one.id))
        else:
            db.execute("DELETE FROM session WHERE id = ?", (one.id,))


def move(spool: Spool, one: Session) -> None:
    """Let a session's files be sent to another experiment, and be taken out of the present one."""
    with spool.writing() as db:
        db.execute(
            "UPDATE sent SET state = 'stray' WHERE experiment = ? AND state != 'sealed'",
            (one.experiment,),
        )
        _begin_again(db, one)


def lost(spool: Spool, one: Session) -> None:
    """Let a session's files be sent again: its experiment was given up, and they with it."""
    with spool.writing() as db:
        db.execute("DELETE FROM sent WHERE experiment = ? AND state != 'sealed'", (one.experiment,))
        _begin_again(db, one)


def _begin_again(db: sqlite3.Connection, one: Session) -> None:
    db.execute(
        "UPDATE file SET state = 'waiting', why = '' "
        "WHERE session = ? AND gone = 0 AND state != 'waiting'",
        (one.id,),
    )
    db.execute(
        "UPDATE session SET experiment = NULL, place = NULL, noted = '', sealed = NULL "
        "WHERE id = ?",
        (one.id,),
    )


def reopen(spool: Spool, one: Session) -> None:
    """Let a sealed session take its late files."""
    with spool.writing() as db:
        db.execute("UPDATE session SET sealed = NULL WHERE id = ?", (one.id,))


def part(spool: Spool, one: Session) -> int:
    """Give the files that came late a session of their own; return it.

    The experiment of the one they belong to takes no more: it is published, or withdrawn.
    """
    with spool.writing() as db:
        made = db.execute(
            "INSERT INTO session (folder, words, whole, first, last, touched, edits) "
            "SELECT folder, words, whole, first, last, touched, edits FROM session WHERE id = ?",
            (one.id,),
        ).lastrowid
        db.execute(
            "UPDATE file SET session = ? WHERE session = ? AND state = 'waiting'", (made, one.id)
        )
    return int(made or 0)
