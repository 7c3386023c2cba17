"""The annotations of an experiment: drafted, then given anew; every version kept, in the lake too.

With each version that is processed goes its context: what the registry's records said then. What
does not belong here: checking and reading them (`emfair.nxem.annotations`), and who said what when
(`annotation_versions`).
"""

from __future__ import annotations

from emfair.errors import Conflict, Outdated
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json
from emfair.model.manifest import Place, run_key
from emfair.model.states import ExperimentState
from emfair.nxem.annotations import check_files
from emfair.registry import AnnotationRow, ExperimentRow
from emfair.service.access import Access
from emfair.service.context import Due, context_of
from emfair.service.documents import annotations_of, read_manifest
from emfair.service.services import Services
from emfair.vendor.bundles import measured

S = ExperimentState


def current(services: Services, experiment: str) -> tuple[Annotations, int]:
    """Return an experiment's annotations and their version: nothing, and 0, before the first."""
    row = latest(services, experiment)
    if row is None:
        return Annotations(), 0
    return annotations_of(row), row.version


def latest(services: Services, experiment: str) -> AnnotationRow | None:
    """Return the newest version of an experiment's annotations as it is written; None before."""
    return next(iter(services.registry.annotations.versions(experiment)), None)


def annotate(
    access: Access,
    experiment: str,
    annotations: Annotations,
    *,
    expected_version: int,
    reason: str,
) -> ExperimentRow:
    """Give an experiment a new version of its annotations; a sealed one is processed anew.

    It is processed with what the records say now: the same annotations again change nothing, unless
    the records have changed.

    Raises
    ------
    Outdated
        Someone else has changed them since `expected_version`.
    Conflict
        The experiment's state forbids it.
    NotFound
        There is no such experiment.
    BadAnnotations
        They speak of a file that is not there; a draft may, until it is sealed.
    """
    services = access.services
    row = services.registry.experiments.get(experiment)
    document = canonical_json(annotations).decode()
    if row.state in (S.DRAFT, S.UPLOADING):
        try:
            return services.registry.annotations.draft(
                experiment,
                expected_version,
                document=document,
                author=access.subject,
                reason=reason,
            )
        except Outdated:
            raise
        except Conflict:
            row = services.registry.experiments.get(experiment)
            if row.state in (S.DRAFT, S.UPLOADING) or row.manifest_version is None:
                raise
            # sealed by someone else since it was looked at
    return _change(access, row, annotations, expected_version, reason)


def process_again(access: Access, experiment: str, *, reason: str) -> ExperimentRow:
    """Process an experiment once more, as it is: its annotations get a version that says why.

    Raises
    ------
    Conflict
        It is on its way to being processed, or its state forbids it.
    NotFound
        There is no such experiment.
    """
    row = access.services.registry.experiments.get(experiment)
    if row.manifest_version is None or row.state in (S.SEALED, S.PROCESSING):
        raise Conflict(
            "waits for its processing, or for files.",
            subject=experiment,
            remedy="Wait for its verdict; where no daemon runs, call `emfair process`.",
        )
    annotations, version = current(access.services, experiment)
    return _change(access, row, annotations, version, reason, again=True)


def _change(
    access: Access,
    row: ExperimentRow,
    annotations: Annotations,
    version: int,
    reason: str,
    *,
    again: bool = False,
) -> ExperimentRow:
    """Give a sealed experiment the version of its annotations that comes after `version`."""
    services = access.services
    manifest = read_manifest(services, row.place, row.manifest_version or 1)
    check_files(annotations, measured(file.name for file in manifest.files))
    now = Due(version + 1, context_of(services, row))
    changed = services.registry.annotations.change(
        row.id,
        version,
        document=canonical_json(annotations).decode(),
        author=access.subject,
        reason=reason,
        run_key=run_key(manifest, annotations, now.version, now.context),
        context=now.document,
        again=again,
    )
    keep_annotations(services, row.place)
    return changed


def draft_annotations(access: Access, experiment: str, annotations: Annotations) -> None:
    """Let the annotations of a deposit in progress be these, whatever they were.

    Two that do so at once come one after the other.
    """
    while True:
        present, version = current(access.services, experiment)
        if present == annotations:
            return
        try:
            annotate(access, experiment, annotations, expected_version=version, reason="deposit")
        except Outdated:
            continue
        return


def keep_annotations(services: Services, place: Place) -> None:
    """Put into the lake whatever annotations and contexts of the registry are not there.

    The registry decides who was first, so a document is kept after it did; should a process die
    in between, the same deposit again does it, or the chain when it begins.
    """
    for row in services.registry.annotations.versions(place.experiment):
        key = layout.annotation_document(place, row.version)
        documents = {key: row.document, layout.context_document(place, row.version): row.context}
        for name, document in documents.items():
            if document and services.lake.info(name) is None:
                services.lake.put_bytes(name, document.encode())
