"""What is in the files of a deposit before it is sealed: read as the chain will, and thrown away.

People see what was read, and what is missing, while the rest still arrives. What does not belong
here: how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from emfair.model.annotations import Annotations
from emfair.model.documents import Measurement
from emfair.model.findings import Finding
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.facts import used
from emfair.nxem.keys import keys
from emfair.provenance.record import shaping_versions
from emfair.registry import ExperimentRow, UploadRow
from emfair.service.annotations import current
from emfair.service.bundled import store_digest
from emfair.service.context import context_of
from emfair.service.raw_folder import raw_folder
from emfair.service.sandbox import Sandbox
from emfair.service.services import Services
from emfair.vendor.bundles import Bundle, bundle

LARGEST = 256 << 20
"""Bytes of the files that are looked into: what is larger the chain alone reads."""


@dataclass(frozen=True)
class Seen:
    """One signal: what is known of it, and its picture (PNG)."""

    measurement: Measurement
    picture: bytes

    @property
    def missing(self) -> tuple[str, ...]:
        """Labels of what NXem requires and nobody says yet."""
        known = used(self.measurement.facts)
        return tuple(key.label for key in keys().values() if key.required and key.key not in known)


@dataclass(frozen=True)
class Arrival:
    """What a file and its companions hold; `findings` where something is wrong."""

    file: str
    seen: tuple[Seen, ...]
    findings: tuple[Finding, ...]


def arrived(rows: Iterable[UploadRow]) -> list[tuple[Bundle, tuple[UploadRow, ...]]]:
    """Return what can be looked into: files that are whole, with all that belongs to them."""
    by_name = {row.name: row for row in rows}
    found = [(each, tuple(by_name[name] for name in each.members)) for each in bundle(by_name)]
    return [
        (each, members)
        for each, members in found
        if all(one.done_at for one in members) and sum(one.size for one in members) <= LARGEST
    ]


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
