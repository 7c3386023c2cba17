"""One part on its way: where it goes, the checksum that proves it, and trying again.

Where the server's store has addresses of its own, each part has one, made for its MD5, and bytes
never pass through the server; elsewhere parts go to the server, whose answer tells what arrived,
and which proves the whole file. Which it is, the first answer tells; from then on a server that
takes parts itself is not asked again.
What does not belong here: files as a whole (`transfer`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from emfair.client.answers import PartSeen, PartTarget, UploadState, read_answer
from emfair.client.bandwidth import Bandwidth
from emfair.client.retry import Again, patiently
from emfair.client.spans import Span
from emfair.client.stores import Stores
from emfair.client.wire import Wire
from emfair.errors import Conflict, FixityMismatch, Forbidden
from emfair.model.part_checksum import PartDigest, is_part_checksum

_REFUSALS = 2
"""Tries after which, the last address being refused, one believes the store."""
_DAMAGES = 3
"""Tries after which, each of them damaged on its way, one gives up."""


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
    def takes_together(self) -> bool:
        """Whether small files may go to the server many at a time."""
        return self._way.own is True

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

    def send(self, upload: str, span: Span, proof: Proof, there: PartSeen | None = None) -> None:
        """Send a part, until it is there as it was read.

        Parameters
        ----------
        there
            What is there in its place, with other bytes.

        Raises
        ------
        FixityMismatch
            Other bytes arrived than were read, again and again.
        """
        tries, damaged = 0, 0
        wrong = there.checksum if there else ""

        def once() -> None:
            nonlocal tries, damaged, wrong
            tries += 1
            if tries > 1 and not wrong and (found := self.there(upload).get(span.number)):
                if self._proved(span, proof).is_of(found, span.size):
                    return
                wrong = found.checksum
            try:
                wrong = self._put(upload, span, proof, wrong)
            except Again as again:
                if isinstance(again.error, Forbidden) and tries >= _REFUSALS:
                    raise again.error from again
                raise
            if wrong:
                damaged += 1
                if damaged >= _DAMAGES:
                    raise _spoilt(span)
                raise Again(_spoilt(span))

        patiently(once, self._wire.patience)

    def send_together(self, experiment: str, files: Mapping[str, Span]) -> None:
        """Send files of one part each, by their uploads' names.

        The server proves them by the SHA-256 that were announced.
        """
        path = f"/experiments/{experiment}/contents?{urlencode([('upload', one) for one in files])}"
        headers = _headers(sum(span.size for span in files.values()))

        def body() -> Iterator[bytes]:
            return (block for span in files.values() for block in self._leaving(span))

        patiently(lambda: self._wire.try_once("PUT", path, body, headers), self._wire.patience)

    def put_back(self, experiment: str, path: str, whole: Span, *, longer: float) -> None:
        """Send a whole file that the server's lake has lost or spoilt; the server proves it."""
        query = urlencode({"path": path})
        address = f"/experiments/{experiment}/damaged?{query}"

        tries = 0

        def once() -> None:
            nonlocal tries
            tries += 1
            headers = _headers(whole.size)
            try:
                self._wire.try_once(
                    "PUT", address, lambda: self._leaving(whole), headers, longer=longer
                )
            except Conflict:  # it is there: by the try before, perhaps, whose answer was lost
                if tries == 1:
                    raise

        patiently(once, self._wire.patience)

    def _proved(self, span: Span, proof: Proof) -> Proof:
        """Return the checksums of a part, read anew if it was sent without."""
        return self.prove(span, hashlib.sha256()) if proof == UNPROVED else proof

    def _put(self, upload: str, span: Span, proof: Proof, replaces: str) -> str:
        """Send it once; return the checksum of what arrived if that is not what was read."""
        path = f"/uploads/{upload}/parts/{span.number}"
        if not self._way.own:
            wanted = {"md5": proof.md5}
            target = read_answer(PartTarget, self._wire.ask("POST", path, wanted), path)
            self._way.own = target.url.startswith("/")
            if not self._way.own:
                self._stores.put(target, span.size, self._leaving(span))
                return ""
        digest = PartDigest()

        def body() -> Iterator[bytes]:
            nonlocal digest
            digest = PartDigest()
            return self._leaving(span, digest)

        answer = self._wire.try_once("PUT", path, body, _headers(span.size, replaces))
        found = read_answer(PartSeen, answer, path).checksum
        return "" if found == digest.text else found

    def _leaving(self, span: Span, digest: PartDigest | None = None) -> Iterator[bytes]:
        """Yield a span's blocks, no faster than the bandwidth lets them leave."""
        for block in self._blocks(span):
            if digest is not None:
                digest.update(block)
            if self._bandwidth is None:
                yield block
                continue
            for piece in self._bandwidth.pieces(block):
                self._wire.patience.wait(self._bandwidth.book(len(piece)))
                yield piece

    def _blocks(self, span: Span) -> Iterator[bytes]:
        """Yield a span's blocks, unless nobody wants them any more."""
        for block in span.blocks():
            self._wire.patience.wait(0)
            yield block


def _headers(size: int, replaces: str = "") -> dict[str, str]:
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    return {**headers, "If-Match": f'"{replaces}"'} if replaces else headers


def _spoilt(span: Span) -> FixityMismatch:
    return FixityMismatch(
        "other bytes arrived than were sent.",
        subject=f"{span.name}, part {span.number}",
        remedy="Try again; if it stays so, a proxy or the network on the way damages data.",
    )
