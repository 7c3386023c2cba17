"""First looks into files that have arrived: one a file in this process; what came of it is kept.

Looks go on in threads, so that nobody waits for one, and deposits take turns, so that a large one
holds up no other. A failure is kept as well: it is not tried again by itself. Who may see what came
of a look is asked before. What does not belong here: looking, what is looked into (`arrivals`), and
what is kept of each deposit (`look_shelf`).
"""

from __future__ import annotations

import logging
import pickle
import time
from collections.abc import Callable, Mapping
from itertools import count
from threading import Lock, Thread
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from emfair.errors import EmfairError
from emfair.service.look_shelf import ENTRY, Failed, Found, OfDeposit, Shelf, Wanted
from emfair.worker import StoppedError

T = TypeVar("T")
ROOM = 64 << 20
"""Bytes that are kept of all deposits."""
OF_ONE = 16 << 20
"""Bytes that are kept of one deposit."""
AT_ONCE = 2
"""Files that are looked into at once, whoever deposits them."""
MOST = 24
"""Files of a deposit that are looked into."""
_TIMES = 3
"""Bytes in memory for each when it is pickled; up to 2.3 were measured."""
_DEFECT = "It could not be looked into; that is a defect in emfair. The log of the app says why."
_TOO_MUCH = "There is too much in it to be shown before the seal; it is read after it."
_log = logging.getLogger(__name__)


class FirstLooks(Generic[T]):
    """Looks of all deposits in this process, by names that never stand for another file.

    Parameters
    ----------
    room, of_one
        Bytes that are kept of all deposits, and of one: no more is looked into beyond.
    at_once, most
        How many files are looked into at the same time, and of one deposit in all.
    clock
        Seconds, which never go back.
    """

    def __init__(
        self,
        room: int = ROOM,
        of_one: int = OF_ONE,
        at_once: int = AT_ONCE,
        most: int = MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._of_one, self._at_once, self._most, self._clock = of_one, at_once, most, clock
        self._asking: WeakValueDictionary[str, Lock] = WeakValueDictionary()
        self._lock = Lock()
        self._shelf: Shelf[T] = Shelf(room, of_one)
        self._turns = count(1)
        self._threads = 0

    def found(self, deposit: str, ask: Callable[[], Mapping[str, Wanted[T]] | None]) -> Found[T]:
        """Return what came of the looks that are wanted; begin those that nobody has begun.

        Parameters
        ----------
        ask
            Returns all files that can be looked into now; nothing once none is to be any more, and
            what came of them goes; None where no more is to be begun, and what came of others
            stays. It is called while nobody else asks for this deposit or ends it, so that what it
            says is never the past.
        """
        with self._alone(deposit):
            wanted = ask()
            with self._lock:
                if wanted is None:
                    return self._shelf.rest(deposit)
                if not wanted:
                    self._shelf.end(deposit)
                    return Found((), "", full=False)
                one = self._shelf.of(deposit, self._clock())
                one.want(wanted, self._most)
                self._begin()
                return one.found(wanted, has_room=self._shelf.has_room(one, self._clock()))

    def look_again(self, deposit: str) -> None:
        """Forget which looks came to nothing: they are tried again once someone asks."""
        with self._lock:
            if one := self._shelf.deposits.get(deposit):
                one.forget_failures()

    def rest(self, deposit: str) -> None:
        """Look into no file of a deposit any more, nor to an end; keep what came of the others."""
        with self._alone(deposit), self._lock:
            self._shelf.rest(deposit)

    def forget(self, deposit: str) -> None:
        """Keep nothing of a deposit, and look into no file of it any more, nor to an end."""
        with self._alone(deposit), self._lock:
            self._shelf.end(deposit)

    def close(self) -> None:
        """Keep nothing any more; what is being looked into comes to nothing."""
        with self._lock:
            for deposit in list(self._shelf.deposits):
                self._shelf.end(deposit)

    def _alone(self, deposit: str) -> Lock:
        """Return what lets one at a time ask for a deposit; it goes with the last who holds it."""
        with self._lock:
            return self._asking.setdefault(deposit, Lock())

    def _begin(self) -> None:
        """Begin threads, which the process does not wait for at its end. Call with the lock."""
        for _ in range(min(len(self._shelf.waiting(self._clock())), self._at_once - self._threads)):
            try:
                Thread(target=self._work, name="first-look", daemon=True).start()
            except (RuntimeError, MemoryError) as error:  # whoever asks next tries again
                _log.warning("No thread for looks into files could be started: %s", error)
                return
            self._threads += 1

    def _work(self) -> None:
        try:
            while turn := self._next():
                self._look(*turn)
        finally:
            with self._lock:
                self._threads -= 1
                self._begin()  # for who asked after this thread had found nothing to do

    def _next(self) -> tuple[str, OfDeposit[T], str, Wanted[T]] | None:
        """Return whose turn it is, and the look that is to be done; None ends the thread."""
        with self._lock:
            waiting = self._shelf.waiting(self._clock())
            if not waiting:
                return None
            deposit, one = min(waiting, key=lambda it: it[1].turn)
            one.turn = next(self._turns)
            return deposit, one, *self._shelf.begin(one)

    def _look(self, deposit: str, one: OfDeposit[T], name: str, wanted: Wanted[T]) -> None:
        """Look into a file; whatever ends the look, others of its deposit can go on."""
        came: tuple[T | Failed, int] = Failed(wanted.file, _DEFECT), ENTRY
        try:
            came = self._came_of(one, wanted)
        except StoppedError:  # for who wants it all the same by now it is begun again
            with self._lock:
                one.busy_counts = False
        finally:
            with self._lock:
                self._shelf.put(deposit, name, *came, now=self._clock())

    def _came_of(self, one: OfDeposit[T], wanted: Wanted[T]) -> tuple[T | Failed, int]:
        """Look; return what came of it, and the bytes it takes."""
        try:
            found = wanted.look()
            size = _TIMES * len(pickle.dumps(found)) + ENTRY
        except StoppedError:
            raise
        except EmfairError as error:
            return Failed(wanted.file, str(error)), ENTRY
        except Exception:  # noqa: BLE001  told to whoever asks for it
            if one.busy_counts:  # else its files may be gone: no defect
                _log.exception("%s was not looked into", wanted.file)
            return Failed(wanted.file, _DEFECT), ENTRY
        return (found, size) if size <= self._of_one else (Failed(wanted.file, _TOO_MUCH), ENTRY)
