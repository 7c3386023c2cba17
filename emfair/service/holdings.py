"""What hangs below a level of the lake and may be taken away: experiment by experiment, lazily.

The one list behind archives, checksums and download lists, so that they agree. What does not belong
here: how each of them is written (`archives`, `download_lists`), and single files (`downloads`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from emfair.errors import NotFound
from emfair.identity.table import Action
from emfair.lake import layout
from emfair.lake.base import ObjectInfo
from emfair.model.canonical import sha256_stream
from emfair.model.documents import Conversion
from emfair.model.manifest import Manifest
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow, Sight
from emfair.service.access import Access, check_there
from emfair.service.documents import made, sealed_manifest
from emfair.service.services import Services

PAGE = 500
"""Experiments that are looked up at once."""

LEVELS = ("project", "proposal", "sample", "experiment")
_S = ExperimentState
_JUDGED = frozenset({_S.NEEDS_INPUT, _S.INVALID, _S.VALID, _S.PUBLISHED})
"""States of an experiment whose containers and verdict are there, or are lost."""


class Part(StrEnum):
    """Which of an experiment's folders are wanted; its README always comes along."""

    RAW = "raw"
    NEXUS = "nexus"
    REPORTS = "reports"
    ALL = "all"

    @property
    def actions(self) -> tuple[Action, ...]:
        """What somebody must be allowed to do, all of it."""
        raw, rest = Action.DOWNLOAD_RAW, Action.DOWNLOAD_CONTAINERS
        return {Part.RAW: (raw,), Part.ALL: (raw, rest)}.get(self, (rest,))


@dataclass(frozen=True)
class Branch:
    """A level of the lake: a project, or what is named below it.

    `levels` are the identifiers from the project down, one to four.
    """

    levels: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its identifier."""
        return self.levels[-1]

    @property
    def folder(self) -> str:
        """Where it stands in the lake: ``project=…/proposal=…``."""
        return "/".join(f"{word}={one}" for word, one in zip(LEVELS, self.levels, strict=False))

    def within(self, key: str) -> str:
        """Return where `key` stands below it."""
        return key.removeprefix(f"{self.folder}/")


@dataclass(frozen=True)
class Holding:
    """An object that belongs to an experiment.

    `sha256` is what the manifest or the conversion promises; empty for the documents beside, which
    promise nothing of themselves. `dated` is a time that does not change: the file's own, or the
    deposit's.
    """

    key: str
    size: int
    sha256: str
    dated: datetime


def branch_of(row: ExperimentRow) -> Branch:
    """Return an experiment as a level."""
    return Branch((row.project, row.proposal, row.sample, row.id))


def experiments(access: Access, branch: Branch, part: Part) -> Iterator[ExperimentRow]:
    """Return the sealed experiments of which someone may take `part`, newest first.

    What they may take of a level is settled at once: a right that ends on the way ends the list
    with an error, never early. Each experiment is asked for again when its turn comes, so that the
    audit log knows who took a restricted one.

    Raises
    ------
    NotFound, Unauthenticated, Forbidden
        They may not take it of this experiment, or it has nothing to take yet.
    """
    if len(branch.levels) < len(LEVELS):
        return _below(access, access.sight(part.actions[0]), branch, part)
    row = _taken(access, branch.name, part)
    check_there(row)
    if not is_sealed(row):
        raise NotFound(
            f"is {row.state.value}: there is nothing to take away.",
            subject=row.id,
            remedy="Wait until its deposit is sealed.",
        )
    return iter([row])


def holdings(services: Services, row: ExperimentRow, part: Part) -> Iterator[Holding]:
    """Yield a sealed experiment's objects, folder by folder, each in the order of keys.

    Raises
    ------
    NotFound
        The lake has lost a document that says what there should be.
    BadData
        Such a document is damaged.
    """
    manifest = sealed_manifest(services, row)
    if manifest is None:
        return
    folder = layout.experiment_prefix(row.place)
    dated = manifest.sealed_at
    if readme := services.lake.info(layout.readme(folder)):
        yield _document(readme, dated)
    if part in (Part.RAW, Part.ALL):
        yield from _raw(services, row, manifest)
    if part in (Part.NEXUS, Part.ALL):
        yield from _containers(services, row, dated)
    if part in (Part.REPORTS, Part.ALL):
        _check_judged(services, row)
        for name in ("previews", "provenance", "reports"):
            for found in services.lake.list(f"{folder}/{name}/"):
                yield _document(found, dated)


def checksum(services: Services, holding: Holding) -> str:
    """Return what an object's bytes hash to: as promised, or else of the document as it is now."""
    if holding.sha256:
        return holding.sha256
    with services.lake.open(holding.key) as stream:
        return sha256_stream(stream)


def _below(access: Access, sight: Sight, branch: Branch, part: Part) -> Iterator[ExperimentRow]:
    project, proposal, sample, *_ = (*branch.levels, None, None, None)
    after: str | None = None
    while True:
        rows = access.services.registry.experiments.list(
            project=project,
            proposal=proposal,
            sample=sample,
            visible=sight,
            limit=PAGE,
            after=after,
        )
        for row in filter(is_sealed, rows):
            yield _taken(access, row.id, part)
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _taken(access: Access, experiment: str, part: Part) -> ExperimentRow:
    """Return an experiment of which they may take `part`."""
    return [access.experiment(action, experiment) for action in part.actions][-1]


def is_sealed(row: ExperimentRow) -> bool:
    """Whether an experiment has something to take away."""
    return row.manifest_version is not None and row.state is not _S.TOMBSTONED


def _raw(services: Services, row: ExperimentRow, manifest: Manifest) -> Iterator[Holding]:
    for found in _objects(services, f"{layout.experiment_prefix(row.place)}/raw"):
        yield _document(found, manifest.sealed_at)
    for file in manifest.files:
        key = layout.raw_file(row.place, file.path)
        yield Holding(key, file.size, file.sha256, file.modified_at)


def _objects(services: Services, folder: str) -> Iterator[ObjectInfo]:
    """Yield the objects directly in a folder, in the order of keys."""
    after = ""
    while page := services.lake.level(folder, after=after):
        for entry in page:
            if entry.size is not None:
                yield ObjectInfo(f"{folder}/{entry.name}", entry.size)
        after = page[-1].name


def _containers(services: Services, row: ExperimentRow, dated: datetime) -> Iterator[Holding]:
    key = layout.conversion(row.place)
    conversion, document = made(services, Conversion, key), services.lake.info(key)
    if conversion is None or document is None:
        return _check_judged(services, row)
    yield _document(document, dated)
    for one in sorted(conversion.measurements, key=lambda each: each.measurement):
        container = layout.container(row.place, one.measurement)
        yield Holding(container, one.container_size, one.container_sha256, dated)


def _check_judged(services: Services, row: ExperimentRow) -> None:
    """Raise `NotFound` if what the chain has made is lost."""
    for key in (layout.conversion(row.place), layout.report(row.place, "json")):
        if row.state in _JUDGED and services.lake.info(key) is None:
            raise NotFound(
                "the lake has lost this document.",
                subject=key,
                remedy=f"Process it again: emfair process {row.id}.",
            )


def _document(info: ObjectInfo, dated: datetime) -> Holding:
    return Holding(info.key, info.size, "", dated)
