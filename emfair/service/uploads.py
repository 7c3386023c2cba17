"""Files on their way into an experiment: announced, sent in parts, complete, or taken out again.

The registry knows which files are announced, the lake which parts are there; here the two are
brought together, so that what was acknowledged is never lost and nothing is half there. Every step
may be repeated. What does not belong here: who may (`access`, before each call), deposits as a
whole (`deposits`), and HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from emfair.errors import Conflict, FixityMismatch, NotFound, TooMuch
from emfair.identity.capabilities import new_capability
from emfair.identity.table import Action
from emfair.lake import layout
from emfair.lake.uploads import Part, PartTarget, Upload, part_size
from emfair.model.canonical import sha256_stream
from emfair.model.deposits import Opened
from emfair.model.manifest import RawFile
from emfair.model.paths import lake_path
from emfair.registry import Duplicate, ExperimentRow, NewFile, UploadRow
from emfair.service.access import Access
from emfair.service.services import Services

FILES = 100_000
"""Files of one experiment: its manifest, its lists and its folder stay usable. Whoever has more
deposits them in several experiments, or packs them (Zarr's ZIP store, HDF5)."""
LARGEST = 5 * (1 << 40)
"""Bytes of one file: what S3 takes as one object."""
AT_ONCE = 1000
"""Files that are announced in one call."""
_TOGETHER = 20
_TOGETHER_BYTES = 1 << 30
"""Files that are removed, and their bytes, while nobody else may announce any: a moment's work."""
ALIVE = timedelta(minutes=1)
"""Parts that come within so short a time of one another are one sign of life."""


@dataclass(frozen=True)
class Announced:
    """A file that is to come, as its owner calls it.

    Attributes
    ----------
    name
        With ``/`` between folders, relative.
    size
        Bytes.
    modified_at
        Aware.
    sha256
        64 hexadecimal digits; None if it is only known when the file has been read.
    """

    name: str
    size: int
    modified_at: datetime
    sha256: str | None = None


def announce(access: Access, experiment: str, files: Sequence[Announced]) -> tuple[UploadRow, ...]:
    """Announce files; return their uploads in the same order. Again is no error.

    Raises
    ------
    BadName
        A name cannot stand in the lake, or falls on another one on some system.
    TooMuch
        More than `AT_ONCE` in one call, more than `FILES` in all, or one is larger than `LARGEST`.
    Conflict
        A file was announced with other bytes or is sealed already, or the deposit is closed.
    """
    if len(files) > AT_ONCE:
        raise TooMuch(
            f"names {len(files):,} files; one call takes {AT_ONCE:,}.",
            subject=experiment,
            remedy="Announce them in portions.",
        )
    for file in files:
        check_size(file.name, file.size)
    new = [
        NewFile(file.name, lake_path(file.name), file.size, file.modified_at, file.sha256)
        for file in files
    ]
    return access.services.registry.uploads.add(experiment, new, actor=access.subject, most=FILES)


def check_size(name: str, size: int) -> None:
    """Refuse a file that no store keeps as one object. Raises `TooMuch`."""
    if size > LARGEST:
        raise TooMuch(
            f"is larger than {LARGEST >> 40} TiB, the largest object that a store keeps.",
            subject=name,
            remedy="Split it where its format allows.",
        )


def check_sizes(files: Sequence[RawFile]) -> None:
    """Refuse more files than an experiment takes, or one too large. Raises `TooMuch`."""
    if len(files) > FILES:
        raise TooMuch(
            f"a deposit of {len(files):,} files is more than the {FILES:,} of an experiment.",
            remedy="Deposit them as several experiments, or pack them (Zarr's ZIP store, HDF5).",
        )
    for file in files:
        check_size(file.name, file.size)


def of_experiment(services: Services, experiment: str) -> tuple[UploadRow, ...]:
    """Return the uploads of the deposit in progress, by path."""
    return services.registry.uploads.of(experiment)


def missing(services: Services, opened: Opened) -> list[UploadRow]:
    """Return the uploads of a deposit's files that have not arrived, by path."""
    rows = services.registry.uploads.of(opened.place.experiment)
    return [row for row in rows if row.done_at is None]


def known(access: Access, checksums: Iterable[str]) -> tuple[Duplicate, ...]:
    """Return where files with these SHA-256 lie already, of those that they may see."""
    sight = access.sight(Action.READ_EXPERIMENT)
    return access.services.registry.files.known(checksums, visible=sight)


def find(services: Services, upload: str) -> UploadRow:
    """Return an upload. Raises `NotFound`, also once its deposit is sealed or given up."""
    try:
        return services.registry.uploads.get(upload)
    except NotFound as error:
        raise unknown(upload) from error


def unknown(upload: str) -> NotFound:
    """Return the one answer for uploads that are not there and those of someone else."""
    return NotFound(
        "there is no such upload: its deposit is sealed or given up, or was not shared with you.",
        subject=upload,
        remedy="Look at the experiment's state and files.",
    )


def authorize(services: Services, row: UploadRow) -> tuple[str, datetime]:
    """Return a new token for one upload, and when it ends; the one before is void."""
    text, kept, until = new_capability(row.id, services.now())
    services.registry.uploads.authorize(row.id, kept)
    return text, until


def parts_of(row: UploadRow) -> int:
    """Return the bytes of each part but the last: a client may plan before the first one."""
    return row.part_size or part_size(row.size)


def begun(services: Services, row: UploadRow) -> Upload:
    """Return the upload as the lake knows it, begun there if it is the first time."""
    key = _key(services, row)
    if row.store_upload is not None and row.part_size is not None:
        return Upload(key, row.store_upload, row.size, row.part_size)
    new = services.lake.uploads.begin(key, row.size)
    try:
        held = services.registry.uploads.begin(row.id, store_upload=new.id, part_size=new.part_size)
    except NotFound:  # taken out meanwhile
        services.lake.uploads.abort(key, new.id)
        raise
    if held.store_upload != new.id:  # another request was faster
        services.lake.uploads.abort(key, new.id)
    return Upload(key, str(held.store_upload), row.size, held.part_size or new.part_size)


def parts(services: Services, row: UploadRow) -> list[Part]:
    """Return the parts that are there, by number."""
    if row.done_at is not None or row.store_upload is None:
        return []
    return services.lake.uploads.parts(begun(services, row))


def part_target(services: Services, row: UploadRow, number: int, md5: str) -> PartTarget | None:
    """Return where the client sends a part itself; None if it must come through `put_part`.

    Raises
    ------
    BadCall
        There is no such part.
    Conflict
        The file is whole.
    """
    _check_open(row)
    upload = begun(services, row)
    upload.size_of(number)
    _touch(services, row)
    return services.lake.uploads.part_target(upload, number, md5)


def put_part(
    services: Services,
    row: UploadRow,
    number: int,
    blocks: Iterable[bytes],
    *,
    sha256: str | None = None,
    replaces: str = "",
) -> Part:
    """Keep a part; it is safe when this returns. The same part again is no error.

    One that is there with the checksum `replaces` was damaged on its way: this takes its place.

    Raises
    ------
    BadCall
        There is no such part.
    FixityMismatch
        The blocks are more or fewer bytes than the part, or do not hash to `sha256`.
    Conflict
        The part is there with other bytes, or the file is whole.
    """
    _check_open(row)
    upload = begun(services, row)
    part = services.lake.uploads.put_part(upload, number, blocks, sha256=sha256, replaces=replaces)
    _touch(services, row)
    return part


def complete(services: Services, row: UploadRow, sha256: str | None) -> UploadRow:
    """Make the file whole; again is no error.

    Parameters
    ----------
    sha256
        Of the whole file; None if it was announced, or is to be found out by reading it.

    Raises
    ------
    FixityMismatch
        A part is missing, or the bytes are others than announced.
    """
    expected = sha256 or row.sha256
    if row.sha256 not in (None, expected):
        raise FixityMismatch(
            f"was announced with the SHA-256 {row.sha256}, and is completed with {expected}.",
            subject=row.name,
            remedy="If the file has changed, remove the upload, announce it again, and send it. A "
            "deposit that was opened with its files takes no others: give it up, open another.",
        )
    if row.done_at is not None:
        return services.registry.uploads.finish(row.id, expected or "")
    upload = begun(services, row)
    try:
        services.lake.uploads.complete(upload, sha256=expected)
    except Conflict:
        # No two uploads of an experiment have one path, and none has a sealed file's: what lies
        # there was left by an upload that was taken out while this process was killed. Unless this
        # one was taken out itself, while it was read: then it is that of the one after it.
        with services.registry.uploads.held(row.id) as held:
            if held.done_at is None:
                services.lake.uploads.complete(upload, sha256=expected, replace=True)
    return services.registry.uploads.finish(row.id, expected or _digest(services, upload.key))


def remove(access: Access, row: UploadRow, *, anew: bool = False) -> None:
    """Take a file out of a deposit that is not closed.

    With `anew` one that was opened with its files, some of which are to come, awaits this one
    again, as another upload. Raises `Conflict` if it is closed.
    """
    access.services.registry.uploads.remove(row.id, actor=access.subject, anew=anew)
    discard(access.services, access.services.registry.experiments.get(row.experiment), [row])


def discard(services: Services, of: ExperimentRow, rows: Iterable[UploadRow]) -> None:
    """Remove from the lake what was sent of files that are no longer announced.

    What was announced anew under the same path meanwhile keeps the object that lies there; if that
    is one of the old bytes, `complete` removes it. None is announced while objects go: however long
    that takes, it would be whole, and its object lost.
    """
    for some in _portions(rows):
        keys = {row.path: layout.raw_file(of.place, row.path) for row in some}
        for row in some:  # parts are of this upload alone, and may take long to go
            if row.store_upload is not None:
                services.lake.uploads.abort(keys[row.path], row.store_upload)
        with services.registry.uploads.free(of.id, list(keys)) as free:
            for path in free:
                services.lake.delete(keys[path])


def _portions(rows: Iterable[UploadRow]) -> Iterator[list[UploadRow]]:
    """Yield uploads in portions whose objects are removed quickly."""
    some, size = list[UploadRow](), 0
    for row in rows:
        if some and (len(some) == _TOGETHER or size + row.size > _TOGETHER_BYTES):
            yield some
            some, size = [], 0
        some.append(row)
        size += row.size
    if some:
        yield some


def _touch(services: Services, row: UploadRow) -> None:
    """Note that an upload is alive: so rarely that it costs a part nothing."""
    if services.now() - row.touched_at >= ALIVE:
        services.registry.uploads.touch(row.id)


def _key(services: Services, row: UploadRow) -> str:
    return layout.raw_file(services.registry.experiments.get(row.experiment).place, row.path)


def _digest(services: Services, key: str) -> str:
    with services.lake.open(key) as stream:
        return sha256_stream(stream)


def _check_open(row: UploadRow) -> None:
    if row.done_at is not None:
        raise Conflict(
            "is whole already: it takes no more parts.",
            subject=row.name,
            remedy="To send other bytes, remove the upload, and announce the file again.",
        )
