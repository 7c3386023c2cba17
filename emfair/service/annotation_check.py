"""A document looked over before it is given: what is wrong, what it means, what is missing.

Nothing is stored. What does not belong here: giving it (`annotations`), and how it is read
(`emfair.nxem.annotations`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.documents import Conversion, Measurement
from emfair.model.facts import OF_FILES, Fact
from emfair.nxem.annotations import Mistake, Quantity, look_over, lost_files
from emfair.nxem.clocks import unzoned, zoned
from emfair.nxem.facts import settle, used
from emfair.nxem.keys import keys
from emfair.nxem.said import form_facts, record_facts
from emfair.registry import ExperimentRow
from emfair.service import uploads
from emfair.service.context import context_of
from emfair.service.documents import made, sealed_manifest
from emfair.service.services import Services
from emfair.vendor.bundles import measured


@dataclass(frozen=True)
class Looked:
    """What came of it.

    `missing` are the fields that NXem requires and neither the document nor, of an experiment,
    records and files fill; nothing as long as anything is wrong.
    """

    mistakes: tuple[Mistake, ...]
    quantities: tuple[Quantity, ...]
    missing: tuple[str, ...]


def check(
    document: Any,
    services: Services,
    row: ExperimentRow | None = None,
    read: Iterable[Measurement] | None = None,
) -> Looked:
    """Look over a document, against the files and records of an experiment if one is given.

    As long as it has no files, whatever is said of one may become true. `read` is what was read
    from them, where the caller knows it; otherwise what the chain has read counts.
    """
    notes, mistakes, quantities = look_over(document)
    if notes is not None and row is not None and (names := files_of(services, row)):
        mistakes += lost_files(notes, names)
    missing = [] if notes is None or mistakes else _missing(notes, services, row, read)
    return Looked(tuple(mistakes), tuple(quantities), tuple(missing))


def files_of(services: Services, row: ExperimentRow) -> tuple[str, ...]:
    """Return the files of an experiment of which can be spoken, those on their way included."""
    manifest = sealed_manifest(services, row)
    names = [file.name for file in manifest.files] if manifest else []
    return tuple(measured([*names, *(one.name for one in uploads.of_experiment(services, row.id))]))


def _missing(
    notes: Annotations,
    services: Services,
    row: ExperimentRow | None,
    read: Iterable[Measurement] | None,
) -> list[str]:
    """Return the required fields that nobody fills, of one measurement at least."""
    if row is None:
        return _unfilled([form_facts(notes, "")])
    if read is None:
        conversion = made(services, Conversion, layout.conversion(row.place))
        read = conversion.measurements if conversion else ()
    said = record_facts(context_of(services, row))
    ways = [_together([*form_facts(notes, one.file), *said], one) for one in read]
    return _unfilled(ways or [[*form_facts(notes, ""), *said]])


def _together(said: list[Fact], one: Measurement) -> list[Fact]:
    """Return what is said of a measurement, and what its file says if that is so."""
    of_file = unzoned(fact for fact in one.facts if fact.source in OF_FILES)
    return [*said, *zoned(of_file, used(settle(said)).get("time_zone"))]


def _unfilled(measurements: Iterable[Iterable[Fact]]) -> list[str]:
    filled = [{fact.key for fact in facts if not fact.warning} for facts in measurements]
    wanted = [key for key in keys().values() if key.required]
    return [key.field for key in wanted if not all(key.key in one for one in filled)]
