"""Many files on their way at once, and many parts of a large one, until all are whole.

Memory grows with neither: each thread holds one block. The first error stops all; what has arrived
stays, and is not sent again. What does not belong here: a part (`parts`), and what a deposit is.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock

from emfair.client.answers import PartSeen, UploadSeen
from emfair.client.depository import Progress
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
ROUNDS = 3
"""How often parts that the store has lost are sent."""
_PACE = 50e6
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
        self._errors: list[BaseException] = []
        self._files_pool = ThreadPoolExecutor(AT_ONCE, "emfair-files")
        self._parts_pool = ThreadPoolExecutor(AT_ONCE, "emfair-parts")

    def run(self, files: Sequence[Outgoing]) -> None:
        """Send `files`; those that are whole already are only told of. Raises the first error."""
        left = iter(files)
        try:
            wait([self._files_pool.submit(self._work, left) for _ in files[:AT_ONCE]])
        except BaseException:  # a person interrupts: whoever reads an answer is not waited for
            self._end(patiently=False)
            raise
        self._end(patiently=True)
        if self._errors:
            raise self._errors[0]

    def _end(self, *, patiently: bool) -> None:
        self._stop.set()
        for pool in (self._files_pool, self._parts_pool):
            pool.shutdown(wait=patiently, cancel_futures=True)

    def _work(self, left: Iterator[Outgoing]) -> None:
        """Send one file after the other, in one of the threads."""
        with suppress(Stopped):
            try:
                while (one := self._next(left)) is not None:
                    self._send(one)
            except BaseException as error:
                with self._lock:
                    self._errors += [] if isinstance(error, Stopped) else [error]
                self._stop.set()
                raise Stopped from error

    def _next(self, left: Iterator[Outgoing]) -> Outgoing | None:
        with self._lock:
            return None if self._stop.is_set() else next(left, None)

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
            longer=one.file.size / _PACE,
        )

    def _tell(self, one: Outgoing, span: Span) -> None:
        """Count a part, once."""
        with self._lock:
            if span.number not in one.told:
                one.told.add(span.number)
                self._sent(span.size)
