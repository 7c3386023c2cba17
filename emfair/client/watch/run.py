"""The watcher: looks, notes, decides, acts, tells, waits; and never gives up.

What goes wrong with one session holds up that session, what goes wrong with the server holds up
sending, what goes wrong with the folder or the disk holds up all: each with growing delays, each
told once. What does not belong here: what is decided (`decide`), and the process around it
(``emfair.cli.watch``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from emfair.client.depository import Depository, Progress
from emfair.client.watch.act import Actor, NotYet, told
from emfair.client.watch.actions import Action, Remove, Said
from emfair.client.watch.decide import Moment, View, decide
from emfair.client.watch.journal import Journal
from emfair.client.watch.look import Look, Stat, look
from emfair.client.watch.patience import SELDOM, SOON, Patience
from emfair.client.watch.ready import Waiting
from emfair.client.watch.rules import Rules
from emfair.client.watch.said import Sayings
from emfair.client.watch.seen import changes, note
from emfair.client.watch.ship import Interrupted, Shipping
from emfair.client.watch.spool import Spool
from emfair.client.watch.standing import Session
from emfair.errors import EmfairError, Unauthenticated, Unavailable

INTERVAL = 10.0
"""Seconds between two looks."""
SHARE, RAREST = 0.02, 60.0
"""Looks take at most this part of the time, unless that makes them rarer than every so many s."""


@dataclass(frozen=True)
class Clock:
    """The time: in seconds since 1970, and on a clock that only grows."""

    now: Callable[[], float] = time.time
    ticks: Callable[[], float] = time.monotonic

    @property
    def moment(self) -> Moment:
        """Now."""
        return Moment(self.now(), self.ticks())


@dataclass
class Hold:
    """What holds up a session, until when; `text` is for people.

    `said` is what they had said of it then: if they say something else, it need not wait.
    """

    patience: Patience = field(default_factory=Patience)
    text: str = ""
    said: object = None


def _as_it_is(progress: Progress) -> Progress:
    return progress


class Watcher:
    """Watches one folder.

    Parameters
    ----------
    leave_out
        Folders below it that are emfair's own.
    stopping
        Whether a person wants to end it: asked between blocks.
    hold_up
        Slows a callback down to what bandwidth there is.
    """

    def __init__(
        self,
        root: Path,
        spool: Spool,
        depository: Depository,
        journal: Journal,
        *,
        rules: Rules,
        interval: float = INTERVAL,
        leave_out: frozenset[str] = frozenset(),
        clock: Clock | None = None,
        stopping: Callable[[], bool] = lambda: False,
        hold_up: Callable[[Progress], Progress] = _as_it_is,
    ) -> None:
        self.root = root
        self.spool = spool
        self.journal = journal
        self.rules = rules
        self.sayings = Sayings(root, rules)
        self.holds: dict[int, Hold] = {}
        self.looked: float | None = None
        self._clock = clock or Clock()
        self._interval = interval
        self._leave_out = leave_out
        self._stopping = stopping
        self._patience = {"folder": Patience(), "spool": Patience(), "depository": Patience()}
        self._look = Look()
        self._look_took = 0.0
        self._next_look = 0.0
        spool.retry_refused()
        self.present: dict[str, Stat] = spool.seen()
        self._since: dict[str, float] = {}
        self.shipping = Shipping(
            root, rules.pattern, spool, depository, journal, self.present, hold_up, stopping,
            self._is_restless,
        )  # fmt: skip
        self._actor = Actor(root.name, spool, depository, journal, self.shipping)

    def turn(self) -> None:
        """Look, and do all that can be done now."""
        if self._patience["spool"].waits(self._clock.ticks()):
            return
        try:
            self._look_if_due()
            before: list[Action] = []
            while (actions := self._decide()) and actions != before:
                before = actions
                if not self._act(actions):
                    return
        except Unavailable as error:  # the spool: without it nothing may be done
            self._failed("spool", error)
        except Interrupted:
            return
        else:
            self._worked("spool")

    def pause(self) -> float:
        """Return for how many seconds there is nothing to do."""
        ticks = self._clock.ticks()
        due = max(self._next_look, self._patience["spool"].until)
        return max(0.0, due - ticks)

    def _look_if_due(self) -> None:
        """Look at the folder and note what has changed, unless it is too early."""
        ticks = self._clock.ticks()
        if ticks < self._next_look:
            return
        began = time.monotonic()
        try:
            self._look = look(self.root, self._leave_out)
        except Unavailable as error:
            self._next_look = ticks + min(RAREST, self._failed("folder", error))
            return
        self._worked("folder")
        found = changes(self.present, self._look)
        if found:
            note(self.spool, found, self.rules, self._clock.now())
        self._keep(found.new, found.gone, ticks)
        self.sayings.note(self._look.notes, ticks)
        self.looked = self._clock.now()
        self._look_took = time.monotonic() - began
        self._next_look = ticks + max(self._interval, min(RAREST, self._look_took / SHARE))

    def _keep(self, new: dict[str, Stat], gone: tuple[str, ...], ticks: float) -> None:
        self.present.update(new)
        self._since.update(dict.fromkeys(new, ticks))
        for name in gone:
            del self.present[name]
            self._since.pop(name, None)
            self.journal.well(f"file:{name}")
        for name, why in self._look.problems.items():
            self.journal.problem(f"look:{name}", f"{name} {why}")
        self.journal.only("look:", {f"look:{name}" for name in self._look.problems})

    def _decide(self) -> list[Action]:
        ticks = self._clock.ticks()
        if self._patience["depository"].waits(ticks):
            return []
        waiting: dict[int, list[Waiting]] = {}
        for name, size, mtime_ns, number in self.spool.waiting():
            since = self._since.setdefault(name, ticks)
            one = Waiting(name, Stat(size, mtime_ns), number, since)
            waiting.setdefault(number, []).append(one)
        active = self.spool.sessions()
        self._drop_others({one.id for one in active})
        sessions = [one for one in active if not self._is_held(one, ticks)]
        view = View(sessions, waiting, self.spool.strays(), self._said, self._beside())
        return decide(view, self._clock.moment, self.rules)

    def _act(self, actions: list[Action]) -> bool:
        """Do what was decided; return whether to decide again, False if it must wait."""
        for action in actions:
            if self._stopping() or self._patience["depository"].waits(self._clock.ticks()):
                return False
            if self._clock.ticks() >= self._next_look:  # what is there may be another by now
                self._look_if_due()
                return True
            number = _session_of(action)
            if number is None or number not in self.holds or not self.holds[number].text:
                self._do(action)
        return True

    def _do(self, action: Action) -> None:
        number = _session_of(action)
        try:
            self._actor.do(action, self._clock.now())
        except NotYet as reason:
            self._hold(action, str(reason), (60.0, 900.0))
        except EmfairError as error:
            if error.subject == str(self.spool.path):
                raise
            if number is None or isinstance(error, Unavailable | Unauthenticated):
                self._failed("depository", error)
            else:
                self._hold(action, str(error), SELDOM)
                self.journal.problem(f"session:{number}", f"session {number} waits: {error}")
        else:
            self._worked("depository")
            if number is not None and self.holds.pop(number, None) is not None:
                self.journal.well(f"session:{number}", f"session {number}")

    def _said(self, session: Session) -> Said:
        """Return what is said of a session; what keeps it from being sent is told."""
        said, key = self.sayings.of(session), f"said:{session.id}"
        if said.problem:
            where = session.folder or self.root.name
            self.journal.problem(key, f"{told(session)} in {where} waits: {said.problem}")
        else:
            self.journal.well(key)
        return said

    def _beside(self) -> Callable[[str], list[str]]:
        """Return what lists the names in a folder, from the last look."""
        folders: dict[str, list[str]] = {}

        def beside(folder: str) -> list[str]:
            if not folders:
                for name in self.present:
                    above, _, last = name.rpartition("/")
                    folders.setdefault(above, []).append(last)
            return folders.get(folder, [])

        return beside

    def _drop_others(self, active: set[int]) -> None:
        """Let go of what held up sessions that are at rest by now."""
        self.holds = {number: hold for number, hold in self.holds.items() if number in active}
        for prefix in ("said:", "session:"):
            self.journal.only(prefix, {f"{prefix}{number}" for number in active})

    def _is_held(self, session: Session, ticks: float) -> bool:
        """Whether a session must wait; if its time has come, it is tried again."""
        hold = self.holds.get(session.id)
        if hold is None:
            return False
        if hold.patience.waits(ticks) and hold.said == self._words_on(session):
            return True
        hold.text = ""
        return False

    def _hold(self, action: Action, text: str, delays: tuple[float, float]) -> None:
        if not isinstance(action, Remove):
            hold = self.holds.setdefault(action.session.id, Hold())
            hold.text, hold.said = text, self._words_on(action.session)
            hold.patience.failed(self._clock.ticks(), delays)

    def _words_on(self, session: Session) -> object:
        """Return all that people have said of a session."""
        return session.edits, session.asked, self.sayings.of(session)

    def _is_restless(self, name: str) -> None:
        self._since[name] = self._clock.ticks()

    def _failed(self, what: str, error: EmfairError) -> float:
        delays = SOON if isinstance(error, Unavailable) else SELDOM
        seconds = self._patience[what].failed(self._clock.ticks(), delays)
        self.journal.problem(what, str(error))
        return seconds

    def _worked(self, what: str) -> None:
        self._patience[what].worked()
        self.journal.well(what, f"{what} answers again")


def _session_of(action: Action) -> int | None:
    return None if isinstance(action, Remove) else action.session.id
