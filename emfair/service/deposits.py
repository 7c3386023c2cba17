"""Deposits: files and annotations go into the lake, a manifest seals them, the outbox tells.

Every step can be repeated: a deposit that was cut short goes on where it stopped, and the same
deposit again is the same experiment. What does not belong here: HTTP (`emfair.api`), processing,
and annotations that change after the seal (`annotations`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emfair.errors import Conflict
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json
from emfair.model.identifiers import mint_experiment_id, slug
from emfair.model.manifest import Manifest, Place, RawFile, Titles, run_key
from emfair.nxem.annotations import check_files
from emfair.service.annotations import annotate, keep_annotations
from emfair.service.collect import LocalFile, collect, describe
from emfair.service.documents import read_manifest
from emfair.service.put_back import put_files_back, put_manifest_back
from emfair.service.services import Services
from emfair.vendor.bundles import measured


@dataclass(frozen=True)
class DepositRequest:
    """What a person deposits, where it belongs, and what they say about it.

    `project`, `proposal` and `sample` are titles or identifiers: the identifier is made from the
    title, and a level that is not there yet is created.
    """

    paths: Sequence[Path]
    project: str
    proposal: str
    sample: str
    depositor: str
    title: str = ""
    annotations: Annotations = field(default_factory=Annotations)


@dataclass(frozen=True)
class Deposited:
    """The outcome: where it lies, whether it was there already, how much was sent now."""

    place: Place
    titles: Titles
    files: tuple[RawFile, ...]
    already_there: bool
    reannotated: bool
    sent: int


@dataclass(frozen=True)
class DepositProgress:
    """Callbacks for a progress bar: bytes hashed, bytes sent, since the last call."""

    total: Callable[[int], None] = lambda _: None
    hashed: Callable[[int], None] = lambda _: None
    sent: Callable[[int], None] = lambda _: None


SILENT = DepositProgress()


def deposit(
    services: Services, request: DepositRequest, progress: DepositProgress = SILENT
) -> Deposited:
    """Deposit files; resume or recognise a deposit that was begun before.

    Raises
    ------
    BadCall
        A path, a name or a title is wrong; nothing was stored.
    FixityMismatch
        A file changed while it was sent. What was sent before is kept; sent again, the files as
        they are then make a deposit of their own. Or it is there already, and damaged.
    BadData
        The deposit is there already, and its manifest is damaged.
    Unavailable
        A store does not answer; sending again goes on.
    """
    local = collect(request.paths)
    check_files(request.annotations, measured(file.name for file in local))
    progress.total(sum(file.size for file in local))
    files = tuple(describe(file, progress.hashed) for file in local)
    titles = Titles(
        project=request.project,
        proposal=request.proposal,
        sample=request.sample,
        experiment=request.title or request.annotations.title or _default_title(local),
    )
    opened = services.registry.deposits.open(
        Place(
            project=slug(request.project),
            proposal=slug(request.proposal),
            sample=slug(request.sample),
            experiment=mint_experiment_id(services.now()),
        ),
        titles,
        depositor=request.depositor,
        files=files,
    )
    place, titles = opened.place, opened.titles
    if opened.already_sealed:
        pairs = [(here.path, file) for here, file in zip(local, files, strict=True)]
        sent = put_files_back(services, place, pairs, progress.sent)
        sent += put_manifest_back(services, place, titles, files, request.depositor)
    else:
        sent = _send(services, place, local, files, set(opened.todo), progress)
        _seal(services, place, titles, files, request)
    changed = _reannotate(services, place, request)
    return Deposited(place, titles, files, opened.already_sealed, changed, sent)


def _default_title(local: list[LocalFile]) -> str:
    first = local[0].name.split("/")[0]
    return (
        first if len(local) == 1 or "/" in local[0].name else f"{first} and {len(local) - 1} more"
    )


def _send(
    services: Services,
    place: Place,
    local: list[LocalFile],
    files: tuple[RawFile, ...],
    todo: set[str],
    progress: DepositProgress,
) -> int:
    sent = 0
    for here, file in zip(local, files, strict=True):
        if file.path not in todo:
            progress.sent(file.size)
            continue
        services.lake.put_file(
            layout.raw_file(place, file.path),
            here.path,
            sha256=file.sha256,
            progress=progress.sent,
        )
        services.registry.deposits.file_done(place.experiment, file.path)
        sent += file.size
    return sent


def _seal(
    services: Services,
    place: Place,
    titles: Titles,
    files: tuple[RawFile, ...],
    request: DepositRequest,
) -> None:
    """Write the documents, then seal; a seal that was cut short finds its own documents."""
    version = 1
    manifest = _first_manifest(
        services,
        Manifest(
            version=version,
            place=place,
            titles=titles,
            deposited_by=request.depositor,
            sealed_at=services.now(),
            files=files,
        ),
    )
    notes = request.annotations
    services.registry.deposits.seal(
        place.experiment,
        manifest_version=version,
        annotations_version=version,
        document=canonical_json(notes).decode(),
        author=request.depositor,
        run_key=run_key(manifest, notes, version),
    )


def _first_manifest(services: Services, manifest: Manifest) -> Manifest:
    """Write a manifest unless there is one, by an attempt before or beside this one; return it."""
    try:
        services.lake.put_bytes(
            layout.manifest(manifest.place, manifest.version), canonical_json(manifest)
        )
    except Conflict:
        return read_manifest(services, manifest.place, manifest.version)
    return manifest


def _reannotate(services: Services, place: Place, request: DepositRequest) -> bool:
    """Give the same files other words, as a new version; return whether there were others.

    Also after a seal: where two processes deposited at once, the other's words may be sealed.
    """
    keep_annotations(services, place)
    row = services.registry.experiments.get(place.experiment)
    current = services.registry.annotations.versions(place.experiment)[0]
    asked = canonical_json(request.annotations).decode()
    if request.annotations == Annotations() or json.loads(current.document) == json.loads(asked):
        return False
    annotate(
        services,
        place.experiment,
        request.annotations,
        expected_version=row.annotations_version or 1,
        author=request.depositor,
        reason="deposited again with other annotations",
    )
    return True
