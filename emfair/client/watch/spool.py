"""The small database that survives everything: files seen, sessions, and what was sent where.

One SQLite file in the state folder. Each method is one transaction, on the disk before it returns:
what a watcher has done is known to the one that comes after it. The command line changes sessions
beside a running watcher (`edits`). What does not belong here: what is decided from it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from emfair.client.watch.look import Stat
from emfair.client.watch.rules import Where
from emfair.client.watch.standing import Sent, Session
from emfair.errors import BadData, NotFound, Unavailable
from emfair.model.manifest import RawFile

FILE = "spool.db"
BUSY = 30
"""Seconds that one process waits for another one's change."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SESSION = """
SELECT s.*,
  (SELECT count(*) FROM file WHERE session = s.id AND state = 'waiting') AS waiting,
  (SELECT count(*) FROM sent WHERE experiment = s.experiment AND state = 'there') AS shipped,
  (SELECT count(*) FROM file WHERE session = s.id AND state = 'refused') AS refused,
  (SELECT count(*) FROM sent WHERE experiment = s.experiment AND state = 'there' AND NOT EXISTS
    (SELECT 1 FROM file WHERE file.name = sent.name AND gone = 0)) AS only_there
FROM session AS s
"""
_ACTIVE = """
WHERE s.sealed IS NULL OR s.id IN (SELECT session FROM file WHERE state = 'waiting')
"""


class Spool:
    """The spool of one watched folder; for one thread.

    Every method raises `Unavailable` where the file cannot be used now, and `BadData` where it is
    damaged: no waiting mends that.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with _in_our_words(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=BUSY, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            text = files("emfair.client.watch").joinpath("spool.sql").read_text("utf-8")
            with self.writing():
                for statement in text.split(";\n"):
                    self._db.execute(statement)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection; all that is written is kept, or nothing. Raises `Unavailable`."""
        with _in_our_words(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Return what a query finds. Raises `Unavailable`."""
        with _in_our_words(self.path):
            return self._db.execute(query, values).fetchall()

    def seen(self) -> dict[str, Stat]:
        """Return the files that were there at the last look."""
        with _in_our_words(self.path):
            rows = self._db.execute("SELECT name, size, mtime_ns FROM file WHERE gone = 0")
            return {name: Stat(size, mtime_ns) for name, size, mtime_ns in rows}

    def keep(self, name: str, value: Any) -> None:
        """Keep what the watcher was started with."""
        with self.writing() as db:
            db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))

    def kept(self, name: str) -> Any:
        """Return what was kept; None if nothing was."""
        found = self.rows("SELECT value FROM setting WHERE name = ?", name)
        return json.loads(found[0][0]) if found else None

    def retry_refused(self) -> None:
        """Let what was refused be tried again: a new watcher may know better."""
        with self.writing() as db:
            db.execute("UPDATE file SET state = 'waiting', why = '' WHERE state = 'refused'")

    def waiting(self) -> list[sqlite3.Row]:
        """Return name, size, mtime_ns and session of the files that wait."""
        return self.rows("SELECT name, size, mtime_ns, session FROM file WHERE state = 'waiting'")

    def sessions(self, *, every: bool = False) -> list[Session]:
        """Return the sessions that are not sealed or that files wait for, or all; newest last."""
        return list(map(session, self.rows(_SESSION + ("" if every else _ACTIVE) + "ORDER BY id")))

    def newest(self, most: int) -> list[Session]:
        """Return the sessions that have begun last, the newest first."""
        rows = self.rows(f"{_SESSION} ORDER BY id DESC LIMIT ?", most)
        return list(map(session, rows))

    def session(self, identifier: int) -> Session:
        """Return one session. Raises `NotFound`."""
        found = self.rows(f"{_SESSION} WHERE s.id = ?", identifier)
        if not found:
            raise NotFound(
                "there is no such session.",
                subject=str(identifier),
                remedy="Look at them with `emfair watch sessions`.",
            )
        return session(found[0])

    def session_of(self, name: str) -> int | None:
        """Return which session a file belongs to."""
        found = self.rows("SELECT session FROM file WHERE name = ?", name)
        return found[0][0] if found else None

    def strays(self) -> list[Sent]:
        """Return what is to be taken out of experiments."""
        return list(map(sent, self.rows("SELECT * FROM sent WHERE state = 'stray'")))

    def drafted(self, identifier: int, experiment: str, place: dict[str, str]) -> None:
        """Note which experiment a session's files go to, and where it was made."""
        with self.writing() as db:
            db.execute(
                "UPDATE session SET experiment = ?, place = ?, noted = '' WHERE id = ?",
                (experiment, json.dumps(place), identifier),
            )

    def annotated(self, identifier: int, notes: str) -> None:
        """Note which annotations were sent."""
        with self.writing() as db:
            db.execute("UPDATE session SET noted = ? WHERE id = ?", (notes, identifier))

    def found_there(self, experiment: str, file: RawFile) -> Sent | None:
        """Return what was sent to a path before."""
        rows = self.rows(
            "SELECT * FROM sent WHERE experiment = ? AND path = ?", experiment, file.path
        )
        return sent(rows[0]) if rows else None

    def going(self, experiment: str, files: Iterable[tuple[str, Stat, RawFile]]) -> None:
        """Note what is about to be sent: name here, how it is, and as what."""
        rows = [
            (experiment, file.path, name, *stat, file.sha256, "going") for name, stat, file in files
        ]
        with self.writing() as db:
            db.executemany("INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def there(self, identifier: int, experiment: str, files: Sequence[tuple[str, Stat]]) -> None:
        """Note what has arrived; what belongs elsewhere by now is a stray."""
        with self.writing() as db:
            for name, stat in files:
                db.execute(
                    "UPDATE sent SET state = 'there' "
                    "WHERE experiment = ? AND name = ? AND state = 'going'",
                    (experiment, name),
                )
                db.execute(
                    "UPDATE file SET state = 'done', why = '' "
                    "WHERE name = ? AND size = ? AND mtime_ns = ? AND session = ?",
                    (name, *stat, identifier),
                )
                db.execute(
                    "UPDATE sent SET state = 'stray' WHERE experiment = ? AND name = ? AND "
                    "NOT EXISTS (SELECT 1 FROM file JOIN session ON session.id = file.session "
                    "WHERE file.name = sent.name AND session.experiment = sent.experiment) AND "
                    "EXISTS (SELECT 1 FROM file WHERE file.name = sent.name)",
                    (experiment, name),
                )

    def same(self, digest: str, size: int) -> list[Sent]:
        """Return what was sent with these bytes; an empty file is like no other."""
        query = "SELECT * FROM sent WHERE sha256 = ? AND size > 0 AND size = ? AND state IN (?, ?)"
        return list(map(sent, self.rows(query, digest, size, "there", "sealed")))

    def renamed(self, old: Sent) -> None:
        """Note that a file lies under another name by now: the old one is to be taken out."""
        with self.writing() as db:
            db.execute(
                "UPDATE sent SET state = 'stray' WHERE experiment = ? AND path = ?",
                (old.experiment, old.path),
            )
            db.execute("DELETE FROM file WHERE name = ? AND gone = 1", (old.name,))

    def settle(self, name: str, stat: Stat, state: str, why: str) -> None:
        """Note that a file, as it is, is ``done`` without being sent, or ``refused``, and why."""
        with self.writing() as db:
            db.execute(
                "UPDATE file SET state = ?, why = ? WHERE name = ? AND size = ? AND mtime_ns = ?",
                (state, why, name, *stat),
            )
            db.execute(
                "UPDATE sent SET state = 'stray' WHERE name = ? AND state = 'going'", (name,)
            )

    def removed(self, old: Sent) -> None:
        """Note that a stray was taken out."""
        with self.writing() as db:
            db.execute(
                "DELETE FROM sent WHERE experiment = ? AND path = ? AND state = 'stray'",
                (old.experiment, old.path),
            )

    def sealed(self, identifier: int, now: float) -> None:
        """Note that a session is sealed, with what has arrived."""
        with self.writing() as db:
            new = db.execute(
                "UPDATE sent SET state = 'sealed' WHERE state = 'there' "
                "AND experiment = (SELECT experiment FROM session WHERE id = ?)",
                (identifier,),
            ).rowcount
            db.execute(
                "UPDATE session SET sealed = ?, asked = 0, deposits = deposits + 1, "
                "files = files + ? WHERE id = ?",
                (now, new, identifier),
            )


@contextmanager
def _in_our_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
            raise BadData(
                f"the watcher's own notes are damaged ({error}).",
                subject=str(path),
                remedy=f"Restore {path.parent} from a backup; or move it away and start again. "
                "The watcher then knows nothing: all that is in the watched folder is sent again, "
                "and what is sealed already is refused as the same files under the same title.",
            ) from error
        raise Unavailable(
            f"the watcher's own notes cannot be kept ({error}).",
            subject=str(path),
            remedy="Is the disk full, or the folder not writable? It is tried again by itself.",
        ) from error


def session(row: sqlite3.Row) -> Session:
    """Return a session from its row."""
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 -- a row is no mapping
    return Session(
        **values
        | {
            "words": json.loads(row["words"]),
            "whole": bool(row["whole"]),
            "asked": bool(row["asked"]),
            "place": json.loads(row["place"]) if row["place"] else None,
            "edits": Where(**json.loads(row["edits"])),
        }
    )


def sent(row: sqlite3.Row) -> Sent:
    """Return what was sent from its row."""
    return Sent(*row)
