"""Many files on their way at once, and many parts of a large one, until all are whole.

Memory grows with neither: each thread holds one block. The first error stops all; what has arrived
stays, and is not sent again. What does not belong here: a part (`parts`), and what a deposit is.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Semaphore

from emfair.client.answers import PartSeen, UploadSeen
from emfair.client.depository import Progress
from emfair.client.hands import Hands
from emfair.client.parts import Parts, Proof
from emfair.client.retry import Stopped
from emfair.client.spans import Span, changed, check_size, spans
from emfair.client.wire import Wire
from emfair.errors import Conflict, EmfairError, FixityMismatch, NotFound
from emfair.model.manifest import RawFile

AT_ONCE = 4
"""Files on their way, and parts of large ones: enough to keep a line full while disks answer."""
_AHEAD = 2 * AT_ONCE
"""Parts that are on their way or wait for a thread: whoever waits for one holds up no other."""
_TOGETHER, _TOGETHER_BYTES = 64, 16 << 20
"""Small files that one request takes, and their bytes: what a cut costs at most."""
_TOGETHER_AT_ONCE = 2
"""Such requests at a time: one arrives while the server's disk makes sure of the other."""
ROUNDS = 3
"""How often parts that the store has lost are sent."""
PACE = 50e6
"""Bytes a second that a server reads at least, to prove a whole file."""


@dataclass
class Outgoing:
    """A file on its way; `told` are the parts that somebody has heard of."""

    path: Path
    file: RawFile
    upload: UploadSeen
    told: set[int] = field(default_factory=set)

    @property
    def spans(self) -> list[Span]:
        """Its parts."""
        return spans(self.path, self.file.name, self.file.size, self.upload.part_size)

    def lacks(self, there: dict[int, PartSeen]) -> bool:
        """Whether a part is not there, or not whole."""
        sizes = {number: part.size for number, part in there.items()}
        return any(sizes.get(span.number) != span.size for span in self.spans)

    @property
    def untold(self) -> int:
        """Bytes of the parts that nobody has heard of."""
        return sum(span.size for span in self.spans if span.number not in self.told)


class Transfer:
    """Sends files once, with threads of its own; `stop` ends what they wait for."""

    def __init__(self, wire: Wire, parts: Parts, stop: Event, sent: Progress) -> None:
        self._wire = wire
        self._parts = parts
        self._stop = stop
        self._sent = sent
        self._lock = Lock()
        self._together = Semaphore(_TOGETHER_AT_ONCE)
        self._errors: list[BaseException] = []
        self._files_pool = Hands(AT_ONCE, "emfair-files")
        self._parts_pool = Hands(AT_ONCE, "emfair-parts")

    def run(self, files: Sequence[Outgoing]) -> None:
        """Send `files`; those that are whole already are only told of. Raises the first error."""
        small = deque(one for one in files if _is_small(one))
        large = deque(one for one in files if not _is_small(one))
        try:
            wait([self._files_pool.submit(self._work, small, large) for _ in files[:AT_ONCE]])
        except BaseException:  # a person interrupts: whoever reads an answer is not waited for
            self._end(patiently=False)
            raise
        self._end(patiently=True)
        if self._errors:
            raise self._errors[0]

    def _end(self, *, patiently: bool) -> None:
        self._stop.set()
        for pool in (self._files_pool, self._parts_pool):
            pool.end(patiently=patiently)

    def _work(self, small: deque[Outgoing], large: deque[Outgoing]) -> None:
        """Send one file after the other, small ones together, in one of the threads."""
        with suppress(Stopped):
            try:
                while (small or large) and not self._stop.is_set():
                    for one in self._sent_or_next(small, large):
                        self._send(one)
            except BaseException as error:
                with self._lock:
                    self._errors += [] if isinstance(error, Stopped) else [error]
                self._stop.set()
                raise Stopped from error

    def _sent_or_next(self, small: deque[Outgoing], large: deque[Outgoing]) -> list[Outgoing]:
        """Send small files together, or take the next file; return what is to go by itself.

        Only who has no large file left waits for its turn with the small ones.
        """
        together = bool(small) and self._parts.takes_together
        if not together:
            return self._taken(large) or self._taken(small)
        if not self._together.acquire(blocking=not large):
            return self._taken(large)
        try:
            some = self._gathered(small)
            return [] if self._stop.is_set() or self._sent_together(some) else some
        finally:
            self._together.release()

    def _taken(self, files: deque[Outgoing]) -> list[Outgoing]:
        with self._lock:
            return [files.popleft()] if files else []

    def _gathered(self, small: deque[Outgoing]) -> list[Outgoing]:
        """Take what goes into one request."""
        some, size = list[Outgoing](), 0
        with self._lock:
            while small and len(some) < _TOGETHER:
                size += small[0].file.size
                if size > _TOGETHER_BYTES:
                    break
                some.append(small.popleft())
        return some

    def _sent_together(self, some: list[Outgoing]) -> bool:
        """Send small files in one request; false if parts must tell what is wrong with one."""
        if not some:
            return True
        experiment, files = some[0].upload.experiment, {one.upload.id: one.spans[0] for one in some}
        try:
            for one in some:
                check_size(one.path, one.file.name, one.file.size)
            self._parts.send_together(experiment, files)
        except (Conflict, NotFound, FixityMismatch):
            return False
        for one in some:
            check_size(one.path, one.file.name, one.file.size)
            self._tell(one, one.spans[0])
        return True

    def _send(self, one: Outgoing) -> None:
        """Make a file whole; another sender of the same deposit may have been faster."""
        if one.upload.done_at is None:
            try:
                self._make_whole(one)
            except (Conflict, NotFound) as error:
                try:
                    self._complete(one)
                except EmfairError:
                    raise error from None
        for span in one.spans:
            self._tell(one, span)

    def _make_whole(self, one: Outgoing) -> None:
        there = self._parts.there(one.upload.id) if one.upload.begun else {}
        for tries_left in reversed(range(ROUNDS)):
            self._send_parts(one, there)
            try:
                return self._complete(one)
            except FixityMismatch:
                there = self._parts.there(one.upload.id)
                if not tries_left or not one.lacks(there):
                    raise
        return None

    def _send_parts(self, one: Outgoing, there: dict[int, PartSeen]) -> None:
        check_size(one.path, one.file.name, one.file.size)
        whole, waiting = hashlib.sha256(), deque[Future[None]]()
        try:
            for span in one.spans:
                proof = self._parts.prove(span, whole, there=span.number in there)
                if proof.is_of(there.get(span.number), span.size):
                    self._tell(one, span)
                    continue
                sending = (one, span, proof, there.get(span.number))
                if one.file.size == span.size:  # the only one
                    self._send_part(*sending)
                else:
                    waiting.append(self._parts_pool.submit(self._send_part, *sending))
                if len(waiting) >= _AHEAD:
                    waiting.popleft().result()
            for each in waiting:
                each.result()
        finally:
            for each in waiting:  # `wait` would wait for ever for one that was cancelled
                if not each.cancel():
                    with suppress(CancelledError):
                        each.exception()
        self._check_unchanged(one, whole.hexdigest())

    def _send_part(self, one: Outgoing, span: Span, proof: Proof, there: PartSeen | None) -> None:
        self._parts.send(one.upload.id, span, proof, there)
        self._tell(one, span)

    def _check_unchanged(self, one: Outgoing, found: str) -> None:
        """Refuse a file that is not as described; its bytes, where no server proves them."""
        check_size(one.path, one.file.name, one.file.size)
        if not self._parts.proves_whole and found != one.file.sha256:
            raise changed(one.file.name, f"its bytes hash to {found}, not to {one.file.sha256}")

    def _complete(self, one: Outgoing) -> None:
        self._wire.ask(
            "POST",
            f"/uploads/{one.upload.id}/complete",
            {"sha256": one.file.sha256},
            longer=one.file.size / PACE,
        )

    def _tell(self, one: Outgoing, span: Span) -> None:
        """Count a part, once."""
        with self._lock:
            if span.number not in one.told:
                one.told.add(span.number)
                self._sent(span.size)


def _is_small(one: Outgoing) -> bool:
    """Whether a file may go with others: of one part, of which nothing is there."""
    return (
        one.upload.done_at is None
        and not one.upload.begun
        and one.file.size <= min(one.upload.part_size, _TOGETHER_BYTES)
    )
