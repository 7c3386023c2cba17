"""Small files that come together: one request, one transaction, and each is whole and proved.

A session of thousands of small files would else cost several of either for each of them. What does
not belong here: files in parts (`uploads`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from emfair.errors import BadCall, Conflict, EmfairError, FixityMismatch, TooMuch
from emfair.lake import layout
from emfair.registry import ExperimentRow, UploadRow
from emfair.service.services import Services
from emfair.service.uploads import discard, parts_of, unknown

FILES = 100
"""Files of one request: their names fit into an address."""
BYTES = 32 << 20
"""Bytes of one request: what a cut costs at most."""


def chosen(services: Services, experiment: str, uploads: Sequence[str]) -> list[UploadRow]:
    """Return uploads that can come together, in their order.

    Raises
    ------
    NotFound
        One is not of this experiment.
    BadCall
        One is named twice, has several parts, or its SHA-256 was not announced.
    TooMuch
        They are more bytes than come together.
    Conflict
        One is on its way in parts.
    """
    found = {row.id: row for row in services.registry.uploads.some(experiment, uploads)}
    rows = [_fit(found.get(upload), upload) for upload in uploads]
    if len(found) < len(rows):
        raise BadCall("names an upload twice.", subject=experiment, remedy="Send each file once.")
    if sum(row.size for row in rows) > BYTES:
        raise TooMuch(
            f"is more than the {BYTES >> 20} MiB that come together.",
            subject=experiment,
            remedy="Send them in portions.",
        )
    return rows


def put(
    services: Services, of: ExperimentRow, rows: Sequence[UploadRow], blocks: Iterable[bytes]
) -> list[UploadRow]:
    """Keep files whose bytes come one after the other; they are safe when this returns.

    What arrived before an error stays. Files that are whole already are passed over.

    Raises
    ------
    FixityMismatch
        The blocks are more or fewer bytes than announced, or others.
    NotFound
        One was taken out meanwhile.
    Conflict
        Other bytes lie in a file's place, left by an upload that was taken out: sent in parts, it
        takes their place.
    """
    pieces = _Pieces(blocks)
    wrong: EmfairError | None = None
    keys = {row.id: layout.raw_file(of.place, row.path) for row in rows if row.done_at is None}
    try:
        with services.lake.several() as store:
            for row in rows:
                content = pieces.next(row)
                if row.id in keys:
                    store(keys[row.id], content, size=row.size, sha256=str(row.sha256))
            pieces.end(of.id)
    except EmfairError as error:
        wrong = error
    arrived = [row for row in rows if keys.get(row.id) in store.kept]
    there = services.registry.uploads.finish_proved(of.id, [row.id for row in arrived])
    found = {row.id: row for row in there}
    discard(services, of, [row for row in arrived if row.id not in found])
    if wrong is not None:
        raise wrong
    return [row if row.done_at else _present(found.get(row.id), row.id) for row in rows]


def _fit(row: UploadRow | None, upload: str) -> UploadRow:
    row = _present(row, upload)
    if row.sha256 is None or row.size > parts_of(row):
        raise BadCall(
            "only files of one part whose SHA-256 was announced come together.",
            subject=row.name,
            remedy="Send its parts, then complete it.",
        )
    if row.store_upload is not None and row.done_at is None:
        raise Conflict(
            "is on its way in parts.", subject=row.name, remedy="Send its part, then complete it."
        )
    return row


def _present(row: UploadRow | None, upload: str) -> UploadRow:
    if row is None:
        raise unknown(upload)
    return row


class _Pieces:
    """Blocks, cut into files."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._held = memoryview(b"")
        self._piece: Iterator[memoryview] = iter(())

    def next(self, row: UploadRow) -> Iterator[memoryview]:
        """Return a file's bytes; what was not taken of the one before is passed over."""
        for _ in self._piece:
            pass
        self._piece = self._cut(row)
        return self._piece

    def end(self, name: str) -> None:
        """Raise `FixityMismatch` if more bytes come than those of all files."""
        for _ in self._piece:
            pass
        if self._held or any(self._blocks):
            raise FixityMismatch(
                "more bytes arrived than its files have.",
                subject=name,
                remedy="Send the bytes of the files that are named, in their order.",
            )

    def _cut(self, row: UploadRow) -> Iterator[memoryview]:
        left = row.size
        while left:
            if not self._held:
                self._held = memoryview(next(self._blocks, b""))
                if not self._held:
                    raise FixityMismatch(
                        f"{left} of its {row.size} bytes are missing.",
                        subject=row.name,
                        remedy="Send it again.",
                    )
            piece, self._held = self._held[:left], self._held[left:]
            left -= len(piece)
            yield piece
