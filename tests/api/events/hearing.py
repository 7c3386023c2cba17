"""Who listens to live events, and a server whose listeners hear quickly."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue

import httpx

from emfair.api.listeners import Listeners
from emfair.client.engine import DepositRequest
from emfair.lake import layout
from emfair.model.states import ExperimentState as S
from emfair.service.services import Services
from tests.service.lab import deposit

SOON = 10  # seconds; a listener that hears nothing for so long is deaf
FAST = {"every": 0.05, "silence": 0.3}


@dataclass
class Event:
    """One event, as it was told."""

    kind: str
    id: str
    data: dict


@dataclass
class Ear:
    """Listens in a thread of its own, and keeps what it hears."""

    events: Queue[Event] = field(default_factory=Queue)
    signs: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    enough: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    refused: httpx.Response | None = None

    def next(self) -> Event:
        """Return the next event."""
        return self.events.get(timeout=SOON)

    def until(self, **wanted: object) -> Event:
        """Return the next event whose data hold this."""
        while True:
            event = self.next()
            if wanted.items() <= event.data.items():
                return event

    def silent(self, seconds: float) -> bool:
        """Whether nothing is told for so long."""
        try:
            self.events.get(timeout=seconds)
        except Empty:
            return True
        return False

    def listen(self, url: str, headers: dict[str, str]) -> None:
        """Listen until the stream ends, or it is enough."""
        try:
            with httpx.stream("GET", url, headers=headers, timeout=30) as answer:
                if answer.status_code != 200:
                    answer.read()
                    self.refused = answer
                    return
                assert answer.headers["content-type"].startswith("text/event-stream")
                assert answer.headers["cache-control"] == "no-store"
                self.begun.set()
                self._read(answer)
        finally:
            self.begun.set()
            self.over.set()

    def _read(self, answer: httpx.Response) -> None:
        kind = mark = ""
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                mark = value
            elif name == "data":
                self.events.put(Event(kind, mark, json.loads(value)))
            elif line.startswith(":"):
                self.signs += 1
            if self.enough.is_set():
                return


@contextmanager
def listening(url: str, **headers: str) -> Iterator[Ear]:
    ear = Ear()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    thread = threading.Thread(target=ear.listen, args=[url, named])
    thread.start()
    try:
        assert ear.begun.wait(SOON)
        yield ear
    finally:
        ear.enough.set()
        thread.join(SOON)
    assert not thread.is_alive()


@dataclass
class Home:
    """A server whose listeners hear quickly."""

    url: str
    services: Services
    listeners: Listeners

    def sealed(self, folder: Path, title: str = "") -> str:
        """Deposit one file; return the experiment."""
        file = folder / "a.dm3"
        file.write_bytes(f"bytes {title}".encode())
        made = deposit(self.services, DepositRequest([file], "P", "Q", "S", title=title))
        return made.place.experiment

    def set_state(self, experiment: str, *states: S, reason: str = "") -> None:
        """Move an experiment on."""
        for state in states:
            self.services.registry.experiments.set_state(experiment, state, reason=reason)

    def record(self, experiment: str, step: str, run: str, at: datetime | None = None) -> None:
        """Put a provenance record into the lake, as far as its name tells."""
        place = self.services.registry.experiments.get(experiment).place
        name = f"{at or datetime.now(UTC):%Y%m%dT%H%M%S%f}-{step}-{run}"
        self.services.lake.put_bytes(layout.provenance(place, name), b"{}")
