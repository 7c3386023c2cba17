"""The signals that ask a process to stop, noted instead of obeyed at once."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_BEAT = 0.05
_STOP = [signal.SIGINT, signal.SIGTERM]
if sys.platform != "win32":
    _STOP.append(signal.SIGHUP)  # a closed terminal


class Stop:
    """Whether a signal asked to stop: a plain flag, as a handler must not wait for a lock.

    It was a ``threading.Event`` once. Its handler runs in the main thread, and one that came while
    this thread held the Event's own lock waited for that lock for ever.
    """

    def __init__(self) -> None:
        self._asked = False

    @property
    def asked(self) -> bool:
        """Whether one has."""
        return self._asked

    def note(self, *_: object) -> None:
        """Handle a signal."""
        self._asked = True

    def within(self, seconds: float) -> bool:
        """Wait until a signal asked to stop, or `seconds` are over; return whether one asked."""
        deadline = time.monotonic() + seconds
        while not self._asked and time.monotonic() < deadline:
            time.sleep(_BEAT)  # a signal alone does not end a sleep
        return self._asked


@contextmanager
def stop_signals() -> Iterator[Stop]:
    """Yield what the signals that ask to stop are noted in, in the main thread."""
    stop = Stop()
    before = {number: signal.signal(number, stop.note) for number in _STOP}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
