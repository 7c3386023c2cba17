"""Files on their way: read once more, sent, noted; never one that is not as it was seen.

What does not belong here: which files may leave (`ready`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emfair.client.collect import LocalFile, describe
from emfair.client.depository import Depository, Progress
from emfair.client.watch.journal import Journal
from emfair.client.watch.look import Stat, stat_of
from emfair.client.watch.pattern import Pattern
from emfair.client.watch.ready import Waiting
from emfair.client.watch.spool import Spool
from emfair.client.watch.standing import Sent, Session
from emfair.errors import (
    BadCall,
    BadData,
    BadName,
    Conflict,
    EmfairError,
    FixityMismatch,
)
from emfair.model.manifest import RawFile
from emfair.model.states import IN_PROGRESS
from emfair.units import human_size

Pair = tuple[Waiting, RawFile]


class Interrupted(Exception):
    """A person ends the watcher: raised between two blocks."""


@dataclass
class Underway:
    """What is being sent now: for people who look."""

    names: list[str] = field(default_factory=list)
    what: str = ""
    size: int = 0
    done: int = 0
    since: float = 0.0
    shipped_files: int = 0
    shipped_bytes: int = 0

    def begin(self, what: str, files: Sequence[Waiting]) -> None:
        """Note what begins."""
        self.what, self.names = what, [one.name for one in files]
        self.size, self.done = sum(one.stat.size for one in files), 0
        self.since = time.time()

    def end(self) -> None:
        """Note that nothing is on its way."""
        self.what, self.names, self.size, self.done = "", [], 0, 0


@dataclass
class Shipping:
    """Sends files of the folder `root`.

    Attributes
    ----------
    present
        What the last look has seen.
    hold_up
        Slows a callback down to what bandwidth there is.
    stopping
        Whether a person wants to end it.
    restless
        Is told of files that are not as they were seen: they must settle again.
    """

    root: Path
    pattern: Pattern
    spool: Spool
    depository: Depository
    journal: Journal
    present: Mapping[str, Stat]
    hold_up: Callable[[Progress], Progress]
    stopping: Callable[[], bool]
    restless: Callable[[str], None]
    underway: Underway = field(default_factory=Underway)

    def ship(self, session: Session, files: Sequence[Waiting]) -> None:
        """Send files to a session's experiment.

        A file that has changed, cannot be read, or is refused by itself stops no other.

        Raises
        ------
        Conflict
            The experiment takes no file at all.
        EmfairError
            Whoever asks may not, or something else is wrong that is no file's fault.
        """
        mine = [one for one in files if self.spool.session_of(one.name) == session.id]
        try:
            self.underway.begin("reading", mine)
            pairs = [pair for one in mine if (pair := self._described(one)) is not None]
            new = [pair for pair in pairs if not self._is_known(*pair)]
            self.underway.begin("sending", [one for one, _ in new])
            self._send(session, new)
        finally:
            self.underway.end()

    def _described(self, one: Waiting) -> Pair | None:
        """Read a file; None if it is not as it was seen."""
        path = self.root / one.name
        try:
            name = deposit_name(one.name, self.pattern)
            if stat_of(self.root, one.name) == one.stat:
                file = describe(LocalFile(path, name, one.stat.size), self._progress)
                if stat_of(self.root, one.name) == one.stat:
                    return one, file
            self._again(one, "is still being written")
        except BadName as error:
            self._refuse(one, error)
        except OSError as error:
            self._again(one, f"cannot be read ({error.strerror})")
        except BadCall as error:
            self._again(one, error.message)
        return None

    def _is_known(self, one: Waiting, file: RawFile) -> bool:
        """Whether a file needs no sending: it was sealed before, under this name or another."""
        for old in self.spool.same(file.sha256, file.size):
            if old.state == "sealed" and (old.name == one.name or self._has_vanished(old)):
                self.spool.settle(one.name, one.stat, "done", f"is {old.name} of {old.experiment}")
                self._well(one.name)
                self.journal.tell(
                    "known", f"{one.name} has the bytes of {old.name}, sealed in {old.experiment}"
                )
                return True
        return False

    def _send(self, session: Session, pairs: Sequence[Pair]) -> None:
        """Send what is left of a portion; one by one if something is wrong with one of them."""
        if not pairs:
            return
        began = time.monotonic()
        try:
            self._add(session, pairs)
        except (BadCall, BadData) as error:
            if not self._is_a_files(session, error):
                raise
            if len(pairs) > 1:
                for pair in pairs:
                    self._send(session, [pair])
            else:
                self._not_sent(pairs[0][0], error)
            return
        self._tell(session, pairs, time.monotonic() - began)

    def _add(self, session: Session, pairs: Sequence[Pair]) -> None:
        experiment = session.experiment or ""
        self._make_room(experiment, pairs)
        self.spool.going(experiment, [(one.name, one.stat, file) for one, file in pairs])
        self.depository.add(
            experiment,
            [(self.root / one.name, file) for one, file in pairs],
            self.hold_up(self._progress),
        )
        self.spool.there(session.id, experiment, [(one.name, one.stat) for one, _ in pairs])
        for one, file in pairs:
            for old in self.spool.same(file.sha256, file.size):
                if old.state == "there" and old.name != one.name and self._has_vanished(old):
                    self.spool.renamed(old)

    def _make_room(self, experiment: str, pairs: Sequence[Pair]) -> None:
        """Take out what was sent of these files before they changed.

        Raises
        ------
        BadName
            Two files that are here would fall on one another.
        """
        paths = [file.path for _, file in pairs]
        for one, file in pairs:
            old = self.spool.found_there(experiment, file)
            is_another = old is not None and old.name != one.name and old.name in self.present
            if is_another or paths.count(file.path) > 1:
                raise BadName(
                    "has the same name as another one on systems that ignore accents' form.",
                    subject=one.name,
                    remedy="Rename one of the two.",
                )
            if old is not None and old.state != "sealed" and old.sha256 != file.sha256:
                self.depository.remove(experiment, old.path)

    def _is_a_files(self, session: Session, error: BadCall | BadData) -> bool:
        """Whether an error is a file's own fault.

        Few are. An ended certificate, a proxy that takes no large bodies, a full project would be
        any file's: taken for this one's, a session would be sealed without it.
        """
        if isinstance(error, Conflict):
            return self.depository.state(session.experiment or "").state in IN_PROGRESS
        return isinstance(error, BadName | FixityMismatch) or _is_of_reading(error)

    def _not_sent(self, one: Waiting, error: BadCall | BadData) -> None:
        """Note why a single file was not sent: it has changed, or is refused."""
        try:
            changed = stat_of(self.root, one.name) != one.stat
        except OSError:
            changed = True
        if changed or isinstance(error, FixityMismatch) or _is_of_reading(error):
            self._again(one, error.message)
        else:
            self._refuse(one, error)

    def _again(self, one: Waiting, why: str) -> None:
        self.restless(one.name)
        self.journal.problem(f"file:{one.name}", f"{one.name} {why}; it must settle again")

    def _refuse(self, one: Waiting, error: EmfairError) -> None:
        self.spool.settle(one.name, one.stat, "refused", str(error))
        self.journal.problem(f"file:{one.name}", f"{one.name} is refused: {error}")

    def _well(self, name: str) -> None:
        self.journal.well(f"file:{name}")

    def _has_vanished(self, old: Sent) -> bool:
        """Whether a file that was sent is not here any more, as it was."""
        return self.present.get(old.name) != (old.size, old.mtime_ns)

    def _progress(self, done: int) -> None:
        if self.stopping():
            raise Interrupted
        self.underway.done += done

    def _tell(self, session: Session, pairs: Sequence[Pair], seconds: float) -> None:
        for one, file in pairs:
            self._well(one.name)
            self.underway.shipped_files += 1
            self.underway.shipped_bytes += file.size
            self.journal.tell(
                "shipped",
                f"{one.name} ({human_size(file.size)}) to {session.experiment}",
            )
        if len(pairs) > 1:
            total = sum(file.size for _, file in pairs)
            rate = human_size(total / max(seconds, 1e-3))
            self.journal.tell("portion", f"{len(pairs)} files, {human_size(total)}, {rate}/s")


def _is_of_reading(error: EmfairError) -> bool:
    """Whether a file here could not be read (`emfair.client.spans`)."""
    return type(error) is BadCall and isinstance(error.__cause__, OSError)


def deposit_name(name: str, pattern: Pattern) -> str:
    """Return what a file is called in its experiment: its group's folder, and its path in it."""
    above = pattern.group(name).folder.rpartition("/")[0]
    return name.removeprefix(f"{above}/") if above else name
