"""The SHA-256 of an object whose parts arrive in any order: taken as far as they are in order.

So that an object is proved while the rest of it is still on its way, not read again at its end.
What a process has not seen itself it reads; nothing is kept on disk.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from threading import Lock

from emfair.lake.spool import Hash
from emfair.lake.uploads import Upload
from emfair.model.canonical import BLOCK

REMEMBERED = 1000
"""Uploads whose digest is kept; whichever has been silent longest is read again at its end."""


class _Digest:
    """A digest of the parts before `next`."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.next = 1
        self.sha256 = hashlib.sha256()


class Digests:
    """The digests of the uploads of one process; threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[str, _Digest] = OrderedDict()

    def advance(self, upload: Upload, data: Path, there: Container[int]) -> None:
        """Take in the parts that are `there`, as far as they are in order.

        Where another thread does so already, this returns at once; whatever it leaves, `of` takes.
        """
        digest = self._of(upload)
        if not digest.lock.acquire(blocking=False):
            return
        try:
            with suppress(FileNotFoundError):  # given up, or complete, meanwhile
                _take(digest, upload, data, there)
        finally:
            digest.lock.release()

    def take(self, upload: Upload, sha256: Hash) -> None:
        """Take over the SHA-256 of an upload's only part, computed as it passed."""
        digest = self._of(upload)
        with digest.lock:
            digest.next, digest.sha256 = 2, sha256

    def of(self, upload: Upload, data: Path) -> str:
        """Return the SHA-256 of an upload all of whose parts are there, in hexadecimal."""
        digest = self._of(upload)
        with digest.lock:
            _take(digest, upload, data, range(1, upload.count + 1))
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


def _take(digest: _Digest, upload: Upload, data: Path, there: Container[int]) -> None:
    with data.open("rb") as file:
        while digest.next <= upload.count and digest.next in there:
            file.seek(upload.start_of(digest.next))
            left = upload.size_of(digest.next)
            while left and (block := file.read(min(BLOCK, left))):
                digest.sha256.update(block)
                left -= len(block)
            digest.next += 1
