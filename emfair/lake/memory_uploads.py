"""Uploads into a lake in memory, under the same contract as the real ones."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol

from emfair.errors import Conflict, FixityMismatch
from emfair.lake.base import ObjectInfo
from emfair.lake.keys import check_key
from emfair.lake.spool import spooled
from emfair.lake.uploads import (
    CHANGED,
    Abandoned,
    Part,
    Upload,
    check_complete,
    part_size,
    unknown_upload,
)
from emfair.model.canonical import sha256_bytes


class Store(Protocol):
    """Keeps an object."""

    def __call__(self, key: str, content: bytes, *, replace: bool = False) -> ObjectInfo:
        """See `Lake.put_bytes`."""
        ...


@dataclass
class _State:
    key: str
    touched: datetime
    parts: dict[int, tuple[Part, bytes]] = field(default_factory=dict)
    complete: bool = False


class MemoryUploads:
    """See `Uploads`.

    Parameters
    ----------
    store
        Keeps an object, or accepts the one that is there if it is the same or to be replaced.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._states: dict[str, _State] = {}
        self._lock = Lock()

    def begin(self, key: str, size: int) -> Upload:
        """See `Uploads.begin`."""
        upload = Upload(check_key(key), secrets.token_hex(16), size, part_size(size))
        self._states[upload.id] = _State(key, datetime.now(UTC))
        return upload

    def part_target(self, upload: Upload, number: int, md5: str) -> None:
        """See `Uploads.part_target`: there is none."""

    def put_part(
        self,
        upload: Upload,
        number: int,
        blocks: Iterable[bytes],
        *,
        sha256: str | None = None,
        replaces: str = "",
    ) -> Part:
        """See `Uploads.put_part`."""
        self._state(upload)
        with spooled(upload, number, blocks, sha256) as spool:
            part = Part(number, spool.passed.size, spool.passed.checksum)
            content = spool.file.read()
        with self._lock:
            state = self._state(upload)
            state.touched = datetime.now(UTC)
            present = state.parts.get(number)
            if not state.complete and (present is None or present[0].checksum == replaces):
                state.parts[number] = part, content
            if state.parts[number][0] != part:
                raise Conflict(
                    "this part is there already, with other bytes.",
                    subject=upload.key,
                    remedy=CHANGED,
                )
        return part

    def parts(self, upload: Upload) -> list[Part]:
        """See `Uploads.parts`."""
        found = self._state(upload).parts
        return [found[number][0] for number in sorted(found)]

    def complete(
        self, upload: Upload, *, sha256: str | None = None, replace: bool = False
    ) -> ObjectInfo:
        """See `Uploads.complete`."""
        state = self._state(upload)
        check_complete(upload, self.parts(upload))
        if state.complete:
            return ObjectInfo(upload.key, upload.size)
        content = b"".join(state.parts[number][1] for number in sorted(state.parts))
        if sha256 not in (None, sha256_bytes(content)):
            raise FixityMismatch(
                f"the parts together do not hash to {sha256}.",
                subject=upload.key,
                remedy=CHANGED,
            )
        stored = self._store(upload.key, content, replace=replace)
        state.complete = True
        return stored

    def abort(self, key: str, upload_id: str) -> None:  # noqa: ARG002  the port's
        """See `Uploads.abort`."""
        self._states.pop(upload_id, None)

    def stale(self, before: datetime) -> Iterator[Abandoned]:
        """See `Uploads.stale`; complete ones are named too."""
        for name, state in list(self._states.items()):
            if state.touched < before:
                yield Abandoned(state.key, name, state.touched, state.complete)

    def _state(self, upload: Upload) -> _State:
        if (state := self._states.get(upload.id)) is None:
            raise unknown_upload(upload.key)
        return state
