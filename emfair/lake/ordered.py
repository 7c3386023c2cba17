"""The SHA-256 of an object whose parts arrive in any order: taken as far as they are in order.

So that an object is proved while the rest of it is still on its way, not read again at its end.
What a process has not seen itself it reads; nothing is kept on disk.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock

from emfair.lake.spool import Hash
from emfair.lake.uploads import Part, Upload
from emfair.model.canonical import BLOCK

REMEMBERED = 1000
"""Uploads whose digest is kept; whichever has been silent longest is read again at its end."""


class _Digest:
    """A digest of the first parts, whose checksums are `taken`: other bytes make it void."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.taken: list[str] = []
        self.sha256 = hashlib.sha256()


class Digests:
    """The digests of the uploads of one process; threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[str, _Digest] = OrderedDict()

    def advance(self, upload: Upload, data: Path, there: Mapping[int, Part]) -> None:
        """Take in the parts that are `there`, as far as they are in order.

        Where another thread does so already, this returns at once; whatever it leaves, `of` takes,
        which also tells what is wrong with the disk.
        """
        digest = self._of(upload)
        if not digest.lock.acquire(blocking=False):
            return
        try:
            with suppress(OSError):  # given up, or complete, meanwhile; or a sick disk
                _take(digest, upload, data, there)
        finally:
            digest.lock.release()

    def take(self, upload: Upload, checksum: str, sha256: Hash) -> None:
        """Take over the SHA-256 of an upload's only part, computed as it passed."""
        digest = self._of(upload)
        with digest.lock:
            digest.taken, digest.sha256 = [checksum], sha256

    def of(self, upload: Upload, data: Path, there: Mapping[int, Part]) -> str:
        """Return the SHA-256 of an upload all of whose parts are `there`, in hexadecimal."""
        digest = self._of(upload)
        with digest.lock:
            _take(digest, upload, data, there)
            return digest.sha256.hexdigest()

    def forget(self, upload_id: str) -> None:
        """Keep no digest of an upload that has ended."""
        with self._lock:
            self._known.pop(upload_id, None)

    def _of(self, upload: Upload) -> _Digest:
        with self._lock:
            digest = self._known.setdefault(upload.id, _Digest())
            self._known.move_to_end(upload.id)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return digest


def _take(digest: _Digest, upload: Upload, data: Path, there: Mapping[int, Part]) -> None:
    """Take in what is in order; each part wholly, or, after an error, not at all."""
    known = [part.checksum if (part := there.get(n)) else "" for n in range(1, upload.count + 1)]
    if digest.taken != known[: len(digest.taken)]:  # one was replaced, here or by another process
        digest.taken, digest.sha256 = [], hashlib.sha256()
    with data.open("rb") as file:
        for number in range(len(digest.taken) + 1, upload.count + 1):
            if number not in there:
                return
            sha256 = digest.sha256.copy()
            file.seek(upload.start_of(number))
            left = upload.size_of(number)
            while left and (block := file.read(min(BLOCK, left))):
                sha256.update(block)
                left -= len(block)
            digest.sha256 = sha256
            digest.taken.append(there[number].checksum)
