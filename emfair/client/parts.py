"""One part on its way: where it goes, the checksum that proves it, and trying again.

Where the server's store has addresses of its own, each part has one, made for its MD5, and bytes
never pass through the server; elsewhere parts go to the server, which proves the whole file. Which
it is, the first answer tells; from then on a server that takes parts itself is not asked again.
What does not belong here: files as a whole (`transfer`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from emfair.client.answers import PartSeen, PartTarget, UploadState, read_answer
from emfair.client.bandwidth import Bandwidth
from emfair.client.retry import Again, patiently
from emfair.client.spans import Span
from emfair.client.stores import Stores
from emfair.client.wire import Wire
from emfair.errors import Forbidden
from emfair.model.part_checksum import PartDigest, is_part_checksum

_REFUSALS = 2
"""Addresses that a store may refuse in a row before one believes it."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


@dataclass
class Way:
    """Where parts go: straight to a store, or to the server (`own`); None until it is known."""

    own: bool | None = None


@dataclass(frozen=True)
class Proof:
    """The checksums of a part: a store's and a server's; one that nobody asks for is empty."""

    md5: str
    own: str

    def is_of(self, part: PartSeen | None, size: int) -> bool:
        """Whether `part`, which is there, has these bytes."""
        return part is not None and part.size == size and part.checksum in (self.md5, self.own)


UNPROVED = Proof("", "")


class Parts:
    """Sends parts; threads may share it."""

    def __init__(self, wire: Wire, stores: Stores, way: Way, bandwidth: Bandwidth | None) -> None:
        self._wire = wire
        self._stores = stores
        self._way = way
        self._bandwidth = bandwidth

    @property
    def proves_whole(self) -> bool:
        """Whether the server proves a whole file itself: else whoever sends it must."""
        return self._way.own is True

    def there(self, upload: str) -> dict[int, PartSeen]:
        """Return the parts that are there, by number."""
        state = read_answer(UploadState, self._wire.ask("GET", f"/uploads/{upload}"), upload)
        for part in state.parts:
            self._way.own = is_part_checksum(part.checksum)
        return {part.number: part for part in state.parts}

    def prove(self, span: Span, whole: _Hash, *, there: bool = True) -> Proof:
        """Read a part once, for the checksums that it is sent with; `whole` gets its bytes too.

        A server that takes parts itself proves the whole file in the end. What is not `there` yet
        goes to it without a checksum of its own: reading it twice would take half of the time.
        """
        if self._way.own is True and not there:
            return UNPROVED
        md5, own = hashlib.md5(usedforsecurity=False), PartDigest()
        for_store, for_server = self._way.own is not True, self._way.own is not False
        digests: list[_Hash] = [own] if for_server else []
        digests += [md5, whole] if for_store else []
        for block in self._blocks(span):
            for digest in digests:
                digest.update(block)
        return Proof(md5.hexdigest() if for_store else "", own.text if for_server else "")

    def send(self, upload: str, span: Span, proof: Proof) -> None:
        """Send a part, until it is there.

        Raises
        ------
        FixityMismatch
            Other bytes arrived than `proof` is of: the file has changed.
        """
        tries = 0

        def once() -> None:
            nonlocal tries
            tries += 1
            if tries > 1 and self._arrived(upload, span, proof):
                return
            try:
                self._put(upload, span, proof)
            except Again as again:
                if isinstance(again.error, Forbidden) and tries >= _REFUSALS:
                    raise again.error from again
                raise

        patiently(once, self._wire.patience)

    def _arrived(self, upload: str, span: Span, proof: Proof) -> bool:
        """Whether a part is there of which no answer was heard; one sent unproved is proved now."""
        part = self.there(upload).get(span.number)
        if part is not None and proof == UNPROVED:
            proof = self.prove(span, hashlib.sha256())
        return proof.is_of(part, span.size)

    def _put(self, upload: str, span: Span, proof: Proof) -> None:
        """Send it once."""
        path = f"/uploads/{upload}/parts/{span.number}"
        if not self._way.own:
            wanted = {"md5": proof.md5}
            target = read_answer(PartTarget, self._wire.ask("POST", path, wanted), path)
            self._way.own = target.url.startswith("/")
            if not self._way.own:
                self._stores.put(target, span.size, self._leaving(span))
                return
        self._wire.try_once("PUT", path, lambda: self._leaving(span), _headers(span))

    def _leaving(self, span: Span) -> Iterator[bytes]:
        """Yield a span's blocks, no faster than the bandwidth lets them leave."""
        for block in self._blocks(span):
            if self._bandwidth is not None:
                self._wire.patience.wait(self._bandwidth.book(len(block)))
            yield block

    def _blocks(self, span: Span) -> Iterator[bytes]:
        """Yield a span's blocks, unless nobody wants them any more."""
        for block in span.blocks():
            self._wire.patience.wait(0)
            yield block


def _headers(span: Span) -> dict[str, str]:
    return {"Content-Type": "application/octet-stream", "Content-Length": str(span.size)}
