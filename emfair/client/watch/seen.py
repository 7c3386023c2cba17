"""From one look to the next: what is new, changed or gone, and which session it belongs to.

What does not belong here: looking (`look`), and the rule that sorts files into sessions
(`sessions`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from emfair.client.watch.look import Look, Stat
from emfair.client.watch.pattern import Group
from emfair.client.watch.rules import Rules
from emfair.client.watch.sessions import Span, session_of
from emfair.client.watch.spool import Spool
from emfair.vendor.bundles import bundle


@dataclass(frozen=True)
class Changes:
    """What two looks differ in."""

    new: dict[str, Stat]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


def changes(before: Mapping[str, Stat], now: Look) -> Changes:
    """Return what is new, changed or gone; what could not be looked at is as before."""
    new = {name: stat for name, stat in now.files.items() if before.get(name) != stat}
    if len(now.files) - len(new) == len(before):
        return Changes(new, ())
    gone = before.keys() - now.files.keys()
    return Changes(new, tuple(sorted(name for name in gone if not now.hides(name))))


def note(spool: Spool, found: Changes, rules: Rules, now: float) -> None:
    """Note changes, all or none: files get a session, and sessions grow."""
    written = sorted(found.new.items(), key=lambda one: (one[1].mtime_ns, one[0]))
    with spool.writing() as db:
        for name in found.gone:
            _note_gone(db, name)
        noting = _Noting(db, rules, now)
        noting.look_for_mates(found.new)
        for name, stat in written:
            noting.note(name, stat)
        noting.keep()


def _note_gone(db: sqlite3.Connection, name: str) -> None:
    """Note that a file is gone: what was sent stays, what was on its way is taken back."""
    db.execute("UPDATE file SET gone = 1 WHERE name = ? AND state = 'done'", (name,))
    db.execute("DELETE FROM file WHERE name = ? AND gone = 0", (name,))
    db.execute("UPDATE sent SET state = 'stray' WHERE name = ? AND state = 'going'", (name,))


@dataclass
class _Open:
    """A session while files are added to it."""

    id: int
    group: Group
    first: float
    last: float
    sealed: bool
    experiment: str | None
    grown: bool = False


class _Noting:
    """Notes new and changed files, in one transaction."""

    def __init__(self, db: sqlite3.Connection, rules: Rules, now: float) -> None:
        self._db = db
        self._rules = rules
        self._now = now
        self._folders: dict[str, dict[int, _Open]] = {}
        self._mates: dict[str, set[int]] = {}

    def note(self, name: str, stat: Stat) -> None:
        """Note a file as it is now."""
        row = self._db.execute(
            "SELECT size, mtime_ns, session, state FROM file WHERE name = ?", (name,)
        ).fetchone()
        if row and (row["size"], row["mtime_ns"]) == stat:  # it was gone, and is back
            self._db.execute("UPDATE file SET gone = 0 WHERE name = ?", (name,))
            return
        group = self._rules.pattern.group(name)
        moment = min(stat.mtime_ns / 1e9, self._now)
        number = self._present(row) or session_of(
            moment, group, self._spans(group.folder, name), self._rules.gap
        )
        one = self._find(number, group) or self._begin(group, moment)
        one.first, one.last = min(one.first, moment), max(one.last, moment)
        one.grown = True
        self._db.execute(
            "INSERT INTO file (name, size, mtime_ns, session) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, "
            "session = excluded.session, state = 'waiting', why = '', gone = 0",
            (name, *stat, one.id),
        )

    def look_for_mates(self, new: Iterable[str]) -> None:
        """Find out which files are read together with one of a session that is sealed."""
        for folder in {name.rpartition("/")[0] for name in new}:
            beside = {name for name in new if name.rpartition("/")[0] == folder}
            for number in self._sealed_lately(folder):
                rows = self._db.execute(
                    "SELECT name FROM file WHERE session = ? AND name >= ? AND name < ?",
                    (
                        number,
                        f"{folder}/" if folder else "",
                        f"{folder}0" if folder else "\U0010ffff",
                    ),
                )
                there = {name for (name,) in rows} - beside
                for each in bundle(there | beside) if there else ():
                    if there & {*each.members}:
                        for name in beside & {*each.members}:
                            self._mates.setdefault(name, set()).add(number)

    def keep(self) -> None:
        """Write down how the sessions have grown."""
        for sessions in self._folders.values():
            for one in sessions.values():
                if one.grown:
                    self._db.execute(
                        "UPDATE session SET first = ?, last = ?, touched = ? WHERE id = ?",
                        (one.first, one.last, self._now, one.id),
                    )

    def _sealed_lately(self, folder: str) -> list[int]:
        """Return sessions that ended less than a gap ago; a companion comes soon or never."""
        rows = self._db.execute(
            "SELECT id FROM session WHERE sealed IS NOT NULL AND touched > ? "
            "AND (folder = '' OR folder = ? OR ? LIKE folder || '/%')",
            (self._now - 2 * self._rules.gap, folder, folder),
        )
        return [number for (number,) in rows]

    def _present(self, row: sqlite3.Row | None) -> int | None:
        """Return the session that a changed file stays in; None if it lies sealed there."""
        if row is None:
            return None
        found = self._db.execute(
            "SELECT 1 FROM session WHERE id = ? AND (sealed IS NULL OR ? != 'done')",
            (row["session"], row["state"]),
        ).fetchone()
        return row["session"] if found else None

    def _spans(self, folder: str, name: str) -> Iterator[Span]:
        has = None
        for one in self._in(folder).values():
            if one.experiment and has is None:
                has = {row[0] for row in self._db.execute(_HAS, (name,))}
            yield Span(
                one.id, one.first, one.last, one.sealed, one.group.whole,
                has=bool(has) and one.experiment in (has or ()),
                mate=one.id in self._mates.get(name, ()),
            )  # fmt: skip

    def _in(self, folder: str) -> dict[int, _Open]:
        if folder not in self._folders:
            rows = self._db.execute("SELECT * FROM session WHERE folder = ?", (folder,))
            self._folders[folder] = {row["id"]: _open(row) for row in rows}
        return self._folders[folder]

    def _find(self, number: int | None, group: Group) -> _Open | None:
        """Return a session; a person may have put a file into one of another folder."""
        if number is None:
            return None
        sessions = self._in(group.folder)
        if number not in sessions:
            row = self._db.execute("SELECT * FROM session WHERE id = ?", (number,)).fetchone()
            sessions = self._in(row["folder"])
        return sessions[number]

    def _begin(self, group: Group, moment: float) -> _Open:
        values = (group.folder, json.dumps(group.words), group.whole, moment, moment, self._now)
        made = self._db.execute(
            "INSERT INTO session (folder, words, whole, first, last, touched) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            values,
        )
        one = _Open(int(made.lastrowid or 0), group, moment, moment, sealed=False, experiment=None)
        self._in(group.folder)[one.id] = one
        return one


_HAS = "SELECT experiment FROM sent WHERE name = ? AND state = 'sealed'"


def _open(row: sqlite3.Row) -> _Open:
    group = Group(row["folder"], json.loads(row["words"]), bool(row["whole"]))
    return _Open(
        row["id"], group, row["first"], row["last"], row["sealed"] is not None, row["experiment"]
    )
