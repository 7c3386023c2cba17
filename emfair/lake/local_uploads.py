"""Uploads into a lake in a folder.

Each upload has two files below ``.tmp/uploads``: one of the object's size, into which every part is
written at its place, and a journal with one line of JSON per part (and one per part that was found
damaged). A part is forced to disk before its line is, so whatever the journal names is there, after
a crash too. The journal outlives the upload until it is cleaned away: it tells one that is complete
from one that never was.

A lock on the journal orders its writers, also those of several processes (one machine, or NFS 4).
Parts are written side by side, each straight to its place: what the journal does not name may be
overwritten. Whoever sends a part that is there, or on its way, has it gathered beside and compared.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from io import BufferedRandom
from pathlib import Path
from typing import IO, BinaryIO

from emfair.errors import Conflict, FixityMismatch, Unavailable
from emfair.lake.base import ObjectInfo
from emfair.lake.claims import Claims
from emfair.lake.disk import disk_errors, sync_folder
from emfair.lake.journal import ENDING, Known, journal_of, read_journal, write_line
from emfair.lake.keys import SCRATCH
from emfair.lake.ordered import Digests
from emfair.lake.publish import make_folder, path_of, publish
from emfair.lake.spool import Passed, Spooled, closing_told, copy, passed, spooled
from emfair.lake.uploads import (
    CHANGED,
    Abandoned,
    Part,
    Upload,
    check_complete,
    part_size,
    unknown_upload,
)
from emfair.model.canonical import BLOCK

_ID = re.compile(r"[0-9a-f]{32}")
_READ_ONLY = 0o444


class LocalUploads:
    """See `Uploads`; parts come through `put_part` alone."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / SCRATCH / "uploads"
        self._digests = Digests()
        self._claims = Claims(root / SCRATCH / "locks")

    def begin(self, key: str, size: int) -> Upload:
        """See `Uploads.begin`."""
        path_of(self._root, key)
        upload = Upload(key, secrets.token_hex(16), size, part_size(size))
        with disk_errors(key):
            make_folder(self._folder, self._root)
            with self._data(upload.id).open("xb") as data:
                os.truncate(data.fileno(), size)
            with self._journal(upload.id).open("xb") as journal:
                write_line(journal, {"key": key})
            sync_folder(self._folder)
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
        upload.start_of(number)  # refuses a number that there is not
        with disk_errors(upload.key):  # an unknown upload is refused before its bytes are read
            self._opened(upload, "rb").close()
        done = self._straight(upload, number, blocks, sha256, replaces)
        if done is None:
            with (
                spooled(upload, number, blocks, sha256, self._folder) as part,
                self._claims.held(upload, number),
            ):
                done = self._keep(upload, number, part, replaces)
        kept, there = done
        if upload.count > 1:
            self._digests.advance(upload, self._data(upload.id), there)
        return kept

    def parts(self, upload: Upload) -> list[Part]:
        """See `Uploads.parts`."""
        with disk_errors(upload.key), self._opened(upload, "rb") as journal:
            known = read_journal(journal)
        return [known.parts[number] for number in sorted(known.parts)]

    def complete(
        self, upload: Upload, *, sha256: str | None = None, replace: bool = False
    ) -> ObjectInfo:
        """See `Uploads.complete`. With `sha256` every byte is read, most of them before."""
        path, data = path_of(self._root, upload.key), self._data(upload.id)
        with self._locked(upload) as (journal, known):
            check_complete(upload, known.parts.values())
            with disk_errors(upload.key), _given_up_told(journal, upload.key):
                if not known.complete and not _is_same_file(data, path):
                    if sha256 is not None:
                        _check_digest(
                            upload.key, self._digests.of(upload, data, known.parts), sha256
                        )
                    data.chmod(_READ_ONLY)
                    if not self._publish(data, path, replace=replace):
                        _check_same(path, data, upload)
                if not known.complete:
                    write_line(journal, {"complete": True})
                data.unlink(missing_ok=True)
        self._digests.forget(upload.id)
        return ObjectInfo(upload.key, upload.size)

    def abort(self, key: str, upload_id: str) -> None:
        """See `Uploads.abort`."""
        if _ID.fullmatch(upload_id):
            with disk_errors(key):
                self._journal(upload_id).unlink(missing_ok=True)
                self._data(upload_id).unlink(missing_ok=True)
                self._second(upload_id).unlink(missing_ok=True)
            self._digests.forget(upload_id)

    def stale(self, before: datetime) -> Iterator[Abandoned]:
        """See `Uploads.stale`; complete ones are named too, for their journals.

        So are data whose journal is gone, without a key: someone was killed while giving them up.
        """
        with disk_errors(str(self._folder)):
            journals = sorted(self._folder.glob(f"*{ENDING}"))
            data = sorted(self._folder.glob("*.data"))
        for path in [*journals, *(one for one in data if not self._journal(one.stem).exists())]:
            with disk_errors(str(path)), suppress(FileNotFoundError):
                touched = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                if touched < before:
                    known = journal_of(path)
                    yield Abandoned(known.key, path.stem, touched, known.complete)

    def _publish(self, data: Path, path: Path, *, replace: bool) -> bool:
        """Give data the object's name beside their own: a crash finds them under either."""
        if not replace:
            return publish(data, path, self._root, replace=False)
        second = self._second(data.stem)
        second.unlink(missing_ok=True)
        second.hardlink_to(data)
        return publish(second, path, self._root, replace=True)

    def _data(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}.data"

    def _second(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}.second"

    def _journal(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}{ENDING}"

    def _opened(self, upload: Upload, mode: str) -> IO[bytes]:
        with suppress(FileNotFoundError):
            if _ID.fullmatch(upload.id):
                return self._journal(upload.id).open(mode)
        raise unknown_upload(upload.key)

    @contextmanager
    def _locked(self, upload: Upload) -> Iterator[tuple[IO[bytes], Known]]:
        """Open the journal for its only writer; who waits sees what the one before has written."""
        with disk_errors(upload.key):
            journal = self._opened(upload, "r+b")
        with journal:
            with disk_errors(upload.key):
                fcntl.flock(journal, fcntl.LOCK_EX)
                known = read_journal(journal)
                if not os.fstat(journal.fileno()).st_nlink:  # given up while we waited
                    raise unknown_upload(upload.key)
            yield journal, known

    def _straight(
        self,
        upload: Upload,
        number: int,
        blocks: Iterable[bytes],
        sha256: str | None,
        replaces: str,
    ) -> tuple[Part, Mapping[int, Part]] | None:
        """Write a part to its place as it arrives; None, and nothing is read, if it may not be.

        While the claim is held, nobody else can make the upload whole: its data are no object yet.
        """
        with self._claims.tried(upload, number) as mine:
            if not mine:
                return None
            if self._taken(upload, number, replaces) is not None:
                return None
            with self._opened_data(upload) as data, closing_told(data, upload.key):
                data.seek(upload.start_of(number))
                found = passed(upload, number, blocks, sha256, data.write)
                with disk_errors(upload.key):
                    _force(data)
            return self._noted(upload, number, found)

    def _keep(
        self, upload: Upload, number: int, part: Spooled, replaces: str
    ) -> tuple[Part, Mapping[int, Part]]:
        """Write a part that is not there yet; return it, and all that are there."""
        known = self._taken(upload, number, replaces)
        if known is not None:
            return _same(known.parts.get(number), part, upload), known.parts
        with self._opened_data(upload) as data, disk_errors(upload.key):
            data.seek(upload.start_of(number))
            copy(part.file, data, part.passed.size)
            _force(data)
        return self._noted(upload, number, part.passed)

    def _taken(self, upload: Upload, number: int, replaces: str) -> Known | None:
        """Return what the journal says if a part may not be written; else it names it no longer.

        Nothing that the journal names is ever overwritten, nor data that are an object already.
        """
        with self._locked(upload) as (journal, known), disk_errors(upload.key):
            present = known.parts.get(number)
            if known.complete or _has_name(self._data(upload.id)):
                return known
            if present is None:
                return None
            if present.checksum != replaces:
                return known
            write_line(journal, {"damaged": number})
            return None

    def _noted(self, upload: Upload, number: int, found: Passed) -> tuple[Part, Mapping[int, Part]]:
        """Name a part in the journal; from then on it is there."""
        kept = Part(number, found.size, found.checksum)
        with self._locked(upload) as (journal, known), disk_errors(upload.key):
            write_line(journal, asdict(kept))
        if upload.count == 1 and found.sha256 is not None:
            self._digests.take(upload, kept.checksum, found.sha256)
        return kept, {**known.parts, number: kept}

    def _opened_data(self, upload: Upload) -> BufferedRandom:
        with disk_errors(upload.key):
            try:
                return self._data(upload.id).open("r+b")
            except FileNotFoundError as error:
                raise unknown_upload(upload.key) from error  # given up, or whole, meanwhile


@contextmanager
def _given_up_told(journal: IO[bytes], key: str) -> Iterator[None]:
    """Tell what fails for want of data as what it is, if the upload was given up meanwhile."""
    try:
        yield
    except (FileNotFoundError, Unavailable) as error:
        if os.fstat(journal.fileno()).st_nlink:
            raise
        raise unknown_upload(key) from error


def _force(data: BufferedRandom) -> None:
    """Have the bytes on disk; the file's size was set when it was made."""
    data.flush()
    getattr(os, "fdatasync", os.fsync)(data.fileno())


def _has_name(data: Path) -> bool:
    """Whether data got the object's name already, and only the journal has not heard."""
    try:
        return data.stat().st_nlink > 1
    except FileNotFoundError:
        return False


def _same(present: Part | None, part: Spooled, upload: Upload) -> Part:
    if present and present.checksum == part.passed.checksum:
        return present
    raise Conflict(
        "this part is there already, with other bytes.",
        subject=upload.key,
        remedy=CHANGED,
    )


def _is_same_file(data: Path, path: Path) -> bool:
    """Whether the object got its name already, and only the journal has not heard."""
    try:
        return data.samefile(path)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _check_digest(key: str, found: str, sha256: str) -> None:
    if found != sha256:
        raise FixityMismatch(
            f"the parts together hash to {found}, not to {sha256}.",
            subject=key,
            remedy=CHANGED,
        )


def _check_same(path: Path, data: Path, upload: Upload) -> None:
    """Accept an object that stands under the key already, if it has the same bytes."""
    if path.is_file() and path.stat().st_size == upload.size:
        with path.open("rb") as one, data.open("rb") as other:
            if _equal(one, other):
                return
    raise Conflict(
        "the lake holds another object under this key.",
        subject=upload.key,
        remedy="Objects are immutable: store it under another name.",
    )


def _equal(one: BinaryIO, other: BinaryIO) -> bool:
    while block := one.read(BLOCK):
        if block != other.read(BLOCK):
            return False
    return True
