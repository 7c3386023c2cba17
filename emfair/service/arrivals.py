"""What is in the files of a deposit before it is sealed: read as the chain will, and thrown away.

People see what was read, and what is missing, while the rest still arrives. What does not belong
here: how it looks, and when each file has its turn (`first_looks`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from emfair.model.annotations import Annotations
from emfair.model.documents import Measurement
from emfair.model.findings import Finding
from emfair.nxem.dossier import Dossier, Source
from emfair.provenance.record import shaping_versions
from emfair.registry import ExperimentRow, UploadRow
from emfair.service import uploads
from emfair.service.annotations import current
from emfair.service.bundled import store_digest
from emfair.service.context import context_of
from emfair.service.first_looks import Failed, Wanted
from emfair.service.raw_folder import raw_folder
from emfair.service.sandbox import Sandbox
from emfair.service.services import Services
from emfair.vendor.bundles import Bundle, bundle

LARGEST = 256 << 20
"""Bytes of the files that are looked into: what is larger the chain alone reads."""
MOST = 24
"""Files of a deposit that are looked into by themselves; the chain reads all."""


@dataclass(frozen=True)
class Seen:
    """One signal: what is known of it, and its picture (PNG)."""

    measurement: Measurement
    picture: bytes


@dataclass(frozen=True)
class Arrival:
    """What a file and its companions hold; `findings` where something is wrong."""

    file: str
    seen: tuple[Seen, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class LookedInto:
    """What came of the files of a deposit so far.

    Attributes
    ----------
    now
        The file that is looked into, or is next; empty where no other is for now.
    files
        How many there are, those that are still to arrive or that the chain alone reads included.
    arriving
        Whether some are still to arrive, and to be looked into then.
    """

    seen: tuple[Arrival, ...]
    failed: tuple[Failed, ...]
    now: str
    files: int
    arriving: bool

    @property
    def over(self) -> int:
        """How many files need no look any more."""
        return len(self.seen) + len(self.failed)


Some = tuple[Bundle, tuple[UploadRow, ...]]


def looked_into(services: Services, row: ExperimentRow) -> LookedInto:
    """Return what came of the files that are there now; begin the looks that are still to be done.

    Any number of people may ask: each file is looked into once in this process.
    """
    found = _bundled(uploads.of_experiment(services, row.id))
    whole = [one for one in found if _is_small_and_whole(one)][:MOST]
    wanted = {_name(one): _look(services, row, one) for one in whole}
    came = services.first_looks.found(row.id, wanted)
    return LookedInto(
        tuple(one for one in came.over if isinstance(one, Arrival)),
        tuple(one for one in came.over if isinstance(one, Failed)),
        came.now,
        len(found),
        len(whole) < MOST and any(not row.done_at for _, members in found for row in members),
    )


def arrived(rows: Iterable[UploadRow]) -> list[Some]:
    """Return what can be looked into: files that are whole, with all that belongs to them."""
    return [one for one in _bundled(rows) if _is_small_and_whole(one)]


def _bundled(rows: Iterable[UploadRow]) -> list[Some]:
    by_name = {row.name: row for row in rows}
    return [(each, tuple(by_name[name] for name in each.members)) for each in bundle(by_name)]


def _is_small_and_whole(one: Some) -> bool:
    _, members = one
    return all(row.done_at for row in members) and sum(row.size for row in members) <= LARGEST


def _name(one: Some) -> str:
    """Return a name that no other files ever have, however many belong together."""
    return sha256(":".join(member.id for member in one[1]).encode()).hexdigest()


def _look(services: Services, row: ExperimentRow, one: Some) -> Wanted[Arrival]:
    each, members = one
    return Wanted(each.primary, lambda: look_into(services, row, each, members))


def look_into(
    services: Services, row: ExperimentRow, each: Bundle, members: Iterable[UploadRow]
) -> Arrival:
    """Read a file in a process of its own; what is made of it is thrown away.

    Raises
    ------
    NotFound
        It was taken out meanwhile.
    Unavailable
        A store does not answer, or no process can be started.
    """
    files = tuple(members)
    notes, _ = current(services, row.id)
    with (
        raw_folder(services, row.place, ((one.name, one.path) for one in files)) as raw,
        TemporaryDirectory(dir=services.scratch, prefix="look-") as folder,
    ):
        dossier = _dossier(services, row, each, files, notes)
        size = sum(one.size for one in files)
        done = Sandbox().convert(raw / each.primary, dossier, Path(folder), size)
    return Arrival(
        each.primary,
        tuple(Seen(one.measurement, one.preview) for one in done.written),
        (*done.findings, *done.doubts),
    )


def _dossier(
    services: Services,
    row: ExperimentRow,
    each: Bundle,
    files: tuple[UploadRow, ...],
    notes: Annotations,
) -> Dossier:
    digests = {one.name: one.sha256 or "" for one in files}
    whole = (
        digests[each.primary]
        if each.primary in digests
        else store_digest(each, digests.__getitem__)
    )
    return Dossier(
        source=Source(each.primary, whole, each.companions),
        notes=notes,
        experiment=row.id,
        software=shaping_versions(),
        context=context_of(services, row),
    )
