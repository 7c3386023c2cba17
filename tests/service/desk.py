"""Looks into files that tests hold up and count, and how they ask what came of them."""

from __future__ import annotations

import time
from threading import Event, Lock

from emfair.service.look_shelf import Wanted


class Desk:
    """What is looked into, and how often; looks wait while it is closed."""

    def __init__(self, **sizes):
        self.sizes, self.begun, self.at_once, self.most = sizes, [], 0, 0
        self.open, self._lock = Event(), Lock()
        self.open.set()

    def wanted(self, *names):
        """Return looks into files of these names."""
        return {name: Wanted(name, lambda name=name: self.look(name)) for name in names}

    def look(self, name):
        """Look into one, once the desk is open."""
        with self._lock:
            self.begun.append(name)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        assert self.open.wait(30)
        with self._lock:
            self.at_once -= 1
        return name + "." * self.sizes.get(name, 0)


def ask(looks, deposit, wanted):
    """Ask what came of looks that are wanted."""
    return looks.found(deposit, lambda: wanted)


def in_the_end(looks, deposit, wanted):
    """Wait until no file is to be looked into any more; return what was found."""
    until = time.monotonic() + 30
    while (found := ask(looks, deposit, wanted)).now:
        assert time.monotonic() < until
        time.sleep(0.005)
    return found


def all_of(looks, deposit, wanted):
    """Wait until no file is to be looked into any more; return what came of them."""
    return in_the_end(looks, deposit, wanted).over


class Seconds:
    """A clock that tests turn."""

    now = 0.0

    def __call__(self):
        """Return the time."""
        return self.now


def until_begun(desk, number):
    until = time.monotonic() + 30
    while len(desk.begun) < number:
        assert time.monotonic() < until
        time.sleep(0.005)
