"""What a watcher is doing, for people and programs beside it: one document, also in a file.

The document is put together between two actions; what is on its way is looked up when somebody
asks. What does not belong here: the page (`page`).
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import Any

from emfair.client.watch.journal import Event as Happened
from emfair.client.watch.run import Watcher
from emfair.client.watch.shown import moment, shown
from emfair.errors import Unavailable

FILE = "status.json"
OFTEN, SELDOM = 2.0, 60.0
"""Seconds between two looks whether the file must be written, and after which it is anyway."""
SESSIONS = 30
EVENTS = 40


@dataclass
class Status:
    """Tells what `watcher` does; threads may ask.

    Attributes
    ----------
    about
        What stays the same: where files are sent, and so on.
    """

    watcher: Watcher
    about: dict[str, Any]
    _known: dict[str, Any] = field(default_factory=dict)

    def gather(self) -> None:
        """Put together what the spool knows, if it can be read; for the watcher's own thread."""
        with suppress(Unavailable):  # the watcher's next turn tells of it
            self._gather()

    def _gather(self) -> None:
        watcher, now = self.watcher, time.time()
        sessions = {one.id: one for one in watcher.spool.newest(SESSIONS)}
        sessions |= {one.id: one for one in watcher.spool.sessions()}
        self._known = {
            "looked": moment(watcher.looked),
            "files": len(watcher.present),
            "waiting": sum(one.waiting for one in sessions.values()),
            "refused": sum(one.refused for one in sessions.values()),
            "sessions": [
                shown(
                    one, watcher.sayings.of(one), root=watcher.root.name, rules=watcher.rules,
                    now=now, held=hold.text if (hold := watcher.holds.get(one.id)) else "",
                )
                for one in sorted(sessions.values(), key=lambda one: -one.id)
            ],
        }  # fmt: skip

    def document(self) -> dict[str, Any]:
        """Return what is known now."""
        underway, journal = self.watcher.shipping.underway, self.watcher.journal
        sent = {"files": underway.shipped_files, "bytes": underway.shipped_bytes}
        return {
            **self.about,
            "written": moment(time.time()),
            **self._known,
            "shipped": sent,
            "underway": {
                "what": underway.what,
                "files": len(underway.names),
                "first": next(iter(underway.names), ""),
                "size": underway.size,
                "done": min(underway.done, underway.size),
                "since": moment(underway.since) if underway.what else None,
            },
            "problems": [_event(one) for one in list(journal.problems.values())],
            "events": [_event(one) for one in islice(reversed(list(journal.last)), EVENTS)],
        }


class Writer:
    """Keeps the file in the state folder up to date, in a thread of its own."""

    def __init__(self, status: Status, state: Path) -> None:
        self._status = status
        self._path = state / FILE
        self._stop = Event()
        self._thread = Thread(target=self._run, name="status", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._write(self._status.document() | {"ended": moment(time.time())})

    def _run(self) -> None:
        last: dict[str, Any] = {}
        written = time.monotonic()
        while True:
            new = self._status.document()
            unchanged = new | {"written": ""} == last | {"written": ""}
            if not unchanged or time.monotonic() - written >= SELDOM:
                self._write(new)
                last, written = new, time.monotonic()
            if self._stop.wait(OFTEN):
                return

    def _write(self, document: dict[str, Any]) -> None:
        """Replace the file; a disk that is full is told by whoever keeps the spool on it."""
        new = self._path.with_suffix(".new")
        with suppress(OSError):
            new.write_text(json.dumps(document, indent=2, ensure_ascii=False), "utf-8")
            new.replace(self._path)


def read_status(state: Path) -> dict[str, Any] | None:
    """Return what a watcher has written last; None if none has, or it cannot be read."""
    try:
        found = json.loads((state / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _event(one: Happened) -> dict[str, Any]:
    return asdict(one) | {"time": moment(one.time)}
