"""First looks into files that have arrived: one a file, whoever asks; what came of it is kept.

Looks go on in threads, so that nobody waits for one, and deposits take turns, so that a large one
holds up no other. A failure is kept as well: it is not tried again by itself. Who may see what came
of a look is asked before. What does not belong here: looking, and what is looked into (`arrivals`).
"""

from __future__ import annotations

import logging
import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from threading import Lock, Thread
from typing import Generic, TypeVar

from emfair.errors import EmfairError

T = TypeVar("T")
ROOM = 64 << 20
"""Bytes that are kept of all deposits; those that nobody has asked for the longest go first."""
OF_ONE = 16 << 20
"""Bytes that are kept of one deposit: none of its files is looked into beyond."""
AT_ONCE = 2
"""Files that are looked into at once, whoever deposits them."""
ENTRY = 2 << 10
"""Bytes that the name of a look and what is noted of it take."""
_TIMES = 3
"""Bytes in memory for each when it is pickled; up to 2.3 were measured."""
_DEFECT = "It could not be looked into; that is a defect in emfair. The log of the app says why."
_TOO_MUCH = "There is too much in it to be shown before the seal; it is read after it."
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failed:
    """A look that came to nothing: its file, and why."""

    file: str
    why: str


@dataclass(frozen=True)
class Wanted(Generic[T]):
    """A file that is to be looked into, and how."""

    file: str
    look: Callable[[], T]


@dataclass(frozen=True)
class Found(Generic[T]):
    """What came of the looks of a deposit so far, in the order in which they are wanted.

    `now` is the file that is looked into, or is next; empty where none is to be looked into any
    more.
    """

    over: tuple[T | Failed, ...]
    now: str


@dataclass
class _Deposit(Generic[T]):
    """One deposit: what is to be looked into, what is, and what came of the others."""

    todo: dict[str, Wanted[T]] = field(default_factory=dict)
    busy: tuple[str, Wanted[T]] | None = None
    over: dict[str, tuple[T | Failed, int]] = field(default_factory=dict)
    turn: int = 0

    @property
    def taken(self) -> int:
        return sum(size for _, size in self.over.values())

    def want(self, wanted: Mapping[str, Wanted[T]], room: int) -> None:
        """Forget what is wanted no longer; note what is to be looked into."""
        self.over = {name: one for name, one in self.over.items() if name in wanted}
        known = {*self.over, *([self.busy[0]] if self.busy else [])}
        left = {} if self.taken >= room else wanted
        self.todo = {name: one for name, one in left.items() if name not in known}

    def found(self, wanted: Mapping[str, Wanted[T]]) -> Found[T]:
        going_on = self.busy if self.busy and self.busy[0] in wanted else None
        now = going_on[1] if going_on else next(iter(self.todo.values()), None)
        over = tuple(self.over[name][0] for name in wanted if name in self.over)
        return Found(over, now.file if now else "")


class FirstLooks(Generic[T]):
    """Looks of all deposits, by names that never stand for another file.

    Parameters
    ----------
    room, of_one
        Bytes that are kept of all deposits, and of one.
    at_once
        How many files are looked into at the same time.
    """

    def __init__(self, room: int = ROOM, of_one: int = OF_ONE, at_once: int = AT_ONCE) -> None:
        self._room, self._of_one, self._at_once = room, of_one, at_once
        self._lock = Lock()
        self._deposits: OrderedDict[str, _Deposit[T]] = OrderedDict()
        self._turns = count(1)
        self._threads = 0

    def found(self, deposit: str, wanted: Mapping[str, Wanted[T]]) -> Found[T]:
        """Return what came of the looks that are wanted; begin those that nobody has begun."""
        if not wanted:
            self.forget(deposit)
            return Found((), "")
        with self._lock:
            one = self._deposits.setdefault(deposit, _Deposit())
            self._deposits.move_to_end(deposit)
            one.want(wanted, self._of_one)
            self._begin()
            return one.found(wanted)

    def look_again(self, deposit: str) -> None:
        """Forget which looks came to nothing: they are tried again once someone asks."""
        with self._lock:
            if one := self._deposits.get(deposit):
                over = one.over.items()
                one.over = {name: it for name, it in over if not isinstance(it[0], Failed)}

    def forget(self, deposit: str) -> None:
        """Keep nothing of a deposit, and look into no file of it any more."""
        with self._lock:
            self._deposits.pop(deposit, None)

    def close(self) -> None:
        """Keep nothing any more; what is being looked into comes to nothing."""
        with self._lock:
            self._deposits.clear()

    def _begin(self) -> None:
        """Begin threads, which the process does not wait for at its end. Call with the lock."""
        waiting = sum(bool(one.todo) and one.busy is None for one in self._deposits.values())
        for _ in range(min(waiting, self._at_once - self._threads)):
            self._threads += 1
            Thread(target=self._work, name="first-look", daemon=True).start()

    def _work(self) -> None:
        while turn := self._next():
            deposit, one, name, wanted = turn
            came = self._came_of(deposit, one, wanted)
            with self._lock:
                one.busy = None
                if self._deposits.get(deposit) is one:
                    one.over[name] = came
                    if one.taken >= self._of_one:
                        one.todo.clear()
                    self._make_room(deposit)

    def _came_of(self, deposit: str, one: _Deposit[T], wanted: Wanted[T]) -> tuple[T | Failed, int]:
        """Look; return what came of it, and the bytes it takes."""
        try:
            found = wanted.look()
            size = _TIMES * len(pickle.dumps(found)) + ENTRY
        except EmfairError as error:
            return Failed(wanted.file, str(error)), ENTRY
        except Exception:  # noqa: BLE001  told to whoever asks for it
            if self._deposits.get(deposit) is one:  # else its files may be gone: no defect
                _log.exception("%s was not looked into", wanted.file)
            return Failed(wanted.file, _DEFECT), ENTRY
        return (found, size) if size <= self._of_one else (Failed(wanted.file, _TOO_MUCH), ENTRY)

    def _next(self) -> tuple[str, _Deposit[T], str, Wanted[T]] | None:
        """Return whose turn it is, and the look that is to be done; None ends the thread."""
        with self._lock:
            waiting = [it for it in self._deposits.items() if it[1].todo and it[1].busy is None]
            if not waiting:
                self._threads -= 1
                return None
            deposit, one = min(waiting, key=lambda it: it[1].turn)
            name = next(iter(one.todo))
            one.busy, one.turn = (name, one.todo.pop(name)), next(self._turns)
            return deposit, one, *one.busy

    def _make_room(self, for_one: str) -> None:
        """Let those go that nobody has asked for the longest. Call with the lock."""
        taken = sum(one.taken for one in self._deposits.values())
        for deposit in [name for name in self._deposits if name != for_one]:
            if taken <= self._room:
                return
            taken -= self._deposits.pop(deposit).taken
