"""A watched folder, a clock that tests turn, a depository in memory, and kills anywhere."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emfair.client.depository import Progress
from emfair.client.memory import MemoryDepository
from emfair.client.watch.journal import Journal
from emfair.client.watch.rules import Rules, Where
from emfair.client.watch.run import Clock, Watcher
from emfair.client.watch.spool import Spool
from emfair.errors import Unavailable
from emfair.model.annotations import Annotations
from emfair.model.deposits import Standing, Whereto
from emfair.model.manifest import RawFile
from emfair.model.states import ExperimentState

START = 1_770_000_000.0
PLACE = Where("Minerals", "2026-A", "Quartz")
RULES = Rules(settle=60, gap=7200, companion=600, default=PLACE)


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Frail:
    """A depository that fails as a network and a process do; the real one is inside.

    Attributes
    ----------
    kill_in
        Calls until the process is killed: before the call is done if odd, after it if even; files
        are announced then, and one of them has arrived.
    error
        What every call raises.
    meanwhile
        Called before a call is done.
    """

    inside: MemoryDepository = field(default_factory=MemoryDepository)
    kill_in: int = -1
    error: Exception | None = None
    meanwhile: Callable[[str], None] = lambda _: None
    calls: list[str] = field(default_factory=list)

    def _pass(self, name: str, *arguments: Any, **named: Any) -> Any:
        self.calls.append(name)
        self.meanwhile(name)
        if self.error is not None:
            raise self.error
        if self.kill_in >= 0:
            self.kill_in -= 2
            if self.kill_in == -1:
                raise Killed
        answer = getattr(self.inside, name)(*arguments, **named)
        if self.kill_in == -2:
            self.kill_in = -1
            raise Killed
        return answer

    def draft(self, whereto: Whereto, *, instrument: str | None = None) -> str:
        """See `Depository.draft`."""
        return self._pass("draft", whereto, instrument=instrument)

    def add(self, experiment: str, files: Sequence[tuple[Path, RawFile]], sent: Progress) -> None:
        """See `Depository.add`."""
        if self.kill_in == 0:
            sent = _killing
        self._pass("add", experiment, files, sent)

    def remove(self, experiment: str, path: str) -> None:
        """See `Depository.remove`."""
        self._pass("remove", experiment, path)

    def seal(self, experiment: str) -> None:
        """See `Depository.seal`."""
        self._pass("seal", experiment)

    def state(self, experiment: str) -> Standing:
        """See `Depository.state`."""
        return self._pass("state", experiment)

    def annotations(self, experiment: str) -> tuple[Annotations, int]:
        """See `Depository.annotations`."""
        return self._pass("annotations", experiment)

    def annotate(self, experiment: str, annotations: Annotations, **named: Any) -> None:
        """See `Depository.annotate`."""
        self._pass("annotate", experiment, annotations, **named)


def _killing(_: int) -> None:
    raise Killed


class Bench:
    """A folder with a watcher."""

    def __init__(self, folder: Path, rules: Rules = RULES) -> None:
        self.root = folder / "data"
        self.state = folder / "state"
        self.root.mkdir(parents=True)
        self.rules = rules
        self.time = START
        self.depository = Frail()
        self.stopped = False
        self.start()

    def start(self) -> None:
        """Start a watcher, as after a reboot."""
        self.journal = Journal(logging.getLogger("emfair.tests.silent"))
        self.spool = Spool(self.state / "spool.db")
        self.watcher = Watcher(
            self.root, self.spool, self.depository, self.journal, rules=self.rules,
            clock=Clock(lambda: self.time, lambda: self.time - START),
            stopping=lambda: self.stopped,
        )  # fmt: skip

    def kill(self) -> None:
        """Kill the watcher; start another one."""
        self.spool.close()
        self.start()

    def write(self, name: str, content: bytes, *, ago: float = 0.0) -> Path:
        """Write a file, as a program does now, or as one that keeps the time of its original."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.touch(name, ago=ago)
        return path

    def touch(self, name: str, *, ago: float = 0.0) -> None:
        """Set a file's time."""
        moment = int((self.time - ago) * 1e9)
        os.utime(self.root / name, ns=(moment, moment))

    def turn(self) -> None:
        """Let the watcher work; it may be killed."""
        try:
            self.watcher.turn()
        except Killed:
            self.kill()

    def live(self, seconds: float, step: float = 30.0) -> None:
        """Let time pass, the watcher working."""
        end = self.time + seconds
        while self.time < end:
            self.time = min(end, self.time + step)
            self.turn()

    def process(self) -> None:
        """Let the chain process what is sealed."""
        for held in self.depository.inside.held.values():
            if held.state is ExperimentState.SEALED:
                held.state = ExperimentState.VALID

    @property
    def sealed(self) -> list[dict[str, bytes]]:
        """What lies sealed, by name, in the order of the experiments."""
        return [
            {held.files[path].name: held.content[path] for path in held.sealed}
            for held in self.depository.inside.held.values()
            if held.sealed
        ]

    @property
    def drafts(self) -> list[dict[str, bytes]]:
        """What has arrived and is not sealed."""
        return [
            {held.files[path].name: held.content[path] for path in held.content}
            for held in self.depository.inside.held.values()
            if held.content.keys() - held.sealed
        ]

    def told(self, what: str) -> list[str]:
        """Return what was told by a word."""
        return [event.text for event in self.journal.last if event.what == what]


NO_NETWORK = Unavailable("the server does not answer.", subject="https://emfair", remedy="Wait.")
