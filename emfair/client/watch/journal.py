"""The log: one line an event, for people; a problem is told once, and once more when it is over.

Nothing secret is ever told: emfair's errors hold no tokens. What does not belong here: what a page
shows beside (`status`).
"""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path

from emfair.errors import BadSetting

FILE = "watch.log"
LARGEST, KEPT = 5_000_000, 4
"""Bytes of a log file, and how many older ones are kept."""
LAST = 100
"""Events that are shown."""


@dataclass(frozen=True)
class Event:
    """Something that has happened: when (seconds since 1970), a word, and the rest of the line."""

    time: float
    what: str
    text: str


class Journal:
    """Tells what happens, to a log and to whoever asks for the last events."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self.last: deque[Event] = deque(maxlen=LAST)
        self.problems: dict[str, Event] = {}

    def tell(self, what: str, text: str, *, level: int = logging.INFO) -> None:
        """Tell an event: a word like ``shipped``, and what it happened to."""
        event = Event(time.time(), what, one_line(text))
        self.last.append(event)
        self._log.log(level, "%-10s %s", what, event.text)

    def problem(self, key: str, text: str) -> None:
        """Tell what does not work, unless it has been told; `key` names what it happens to."""
        known = self.problems.get(key)
        if known is None or known.text != one_line(text):
            self.problems[key] = Event(time.time(), "problem", one_line(text))
            self.tell("problem", text, level=logging.WARNING)

    def well(self, key: str, text: str = "") -> None:
        """Tell that a problem is over, if there was one."""
        if self.problems.pop(key, None) is not None and text:
            self.tell("well again", text)

    def only(self, prefix: str, keys: set[str]) -> None:
        """Drop the problems that begin with `prefix` and are not among `keys`."""
        for key in [key for key in self.problems if key.startswith(prefix) and key not in keys]:
            del self.problems[key]


def one_line(text: str) -> str:
    """Return `text` with what is no visible character, or would begin a line, escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def open_log(state: Path) -> logging.Logger:
    """Return a log that goes to a file which never grows too large, and to standard error.

    Raises
    ------
    BadSetting
        The file cannot be written.
    """
    log = logging.getLogger("emfair.watch")
    log.setLevel(logging.INFO)
    log.propagate = False
    form = logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%dT%H:%M:%S%z")
    try:
        state.mkdir(parents=True, exist_ok=True)
        kept = RotatingFileHandler(
            state / FILE, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8"
        )
    except OSError as error:
        raise BadSetting(
            f"the log cannot be written ({error.strerror}).",
            subject=str(state / FILE),
            remedy="Name another folder for the watcher's notes with --state.",
        ) from error
    for handler in (kept, logging.StreamHandler(sys.stderr)):
        handler.setFormatter(form)
        log.addHandler(handler)
    return log


def close_log(log: logging.Logger) -> None:
    """Close the files of a log."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
