"""What the lake has lost or spoilt of a sealed deposit, put back by the same deposit sent again.

What is lost is stored anew; what is there with other bytes is told and not replaced without
anybody's knowledge. What does not belong here: what the chain makes (it makes it again), and
annotation documents (`annotations.keep_annotations`, from the registry).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from emfair.errors import BadData, FixityMismatch, NotFound
from emfair.lake import layout
from emfair.lake.base import ObjectInfo
from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json, pretty_json, sha256_stream
from emfair.model.manifest import Depositor, Manifest, Place, RawFile, Titles, run_key
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow
from emfair.service.access import Access
from emfair.service.context import kept_context
from emfair.service.documents import annotations_of, read_manifest
from emfair.service.services import Services


def put_files_back(
    services: Services,
    place: Place,
    files: Sequence[tuple[Path, RawFile]],
    sent: Callable[[int], None],
) -> int:
    """Store again what raw files the lake has lost; return how many bytes.

    Sizes are compared, and the bytes of an experiment that failed: that may be why.

    Parameters
    ----------
    files
        Where each file lies here, and what the deposit says of it.

    Raises
    ------
    FixityMismatch
        An object is there with another size or other bytes.
    """
    closely = services.registry.experiments.get(place.experiment).state is ExperimentState.FAILED
    again = 0
    for here, file in files:
        key = layout.raw_file(place, file.path)
        there = services.lake.info(key)
        if there is None:
            services.lake.put_file(key, here, sha256=file.sha256, progress=sent)
            again += file.size
        elif what := _difference(services, there, file, closely=closely):
            raise FixityMismatch(
                what,
                subject=file.name,
                remedy=f"Move {services.lake.locate(key)} away, then deposit again: the file is "
                "put back.",
            )
    return again


def put_manifest_back(
    access: Access, place: Place, titles: Titles, files: tuple[RawFile, ...]
) -> int:
    """Write the manifest again if the lake has lost it; return how many bytes.

    It may differ from the lost one in its times, so it is other content to process: `access` says
    the same of it in a new version of the annotations.

    Raises
    ------
    BadData
        It is there, and damaged.
    """
    services = access.services
    row = services.registry.experiments.get(place.experiment)
    try:
        read_manifest(services, place, row.manifest_version or 1)
    except NotFound:
        return _write_anew(access, row, _known(access, row, titles, files))
    except BadData as error:
        where = services.lake.locate(error.subject)
        raise BadData(
            error.message,
            subject=error.subject,
            remedy=f"Restore it from a backup of the lake, or move {where} away and deposit again.",
        ) from error
    return 0


def _difference(services: Services, there: ObjectInfo, file: RawFile, *, closely: bool) -> str:
    if there.size != file.size:
        return f"the lake holds {there.size} bytes of it, the manifest says {file.size}."
    if closely:
        with services.lake.open(there.key) as stream:
            if sha256_stream(stream) != file.sha256:
                return "the lake's copy has other bytes than the manifest says: it is damaged."
    return ""


def _known(
    access: Access, row: ExperimentRow, titles: Titles, files: tuple[RawFile, ...]
) -> Manifest:
    """Return the manifest as far as the registry knows it: whoever asks gets the same."""
    registry = access.services.registry
    name = registry.people.names([row.depositor]).get(row.depositor, row.depositor)
    return Manifest(
        version=row.manifest_version or 1,
        place=row.place,
        titles=titles,
        deposited_by=Depositor(subject=row.depositor, name=name),
        sealed_at=registry.annotations.versions(row.id)[-1].created_at,
        files=files,
    )


def _write_anew(access: Access, row: ExperimentRow, manifest: Manifest) -> int:
    """Have the experiment processed with `manifest`, and write it.

    The registry comes first: if this process dies before the manifest is there, the next deposit
    does both again.
    """
    services = access.services
    current = services.registry.annotations.versions(row.id)[0]
    notes = annotations_of(current)
    services.registry.annotations.change(
        row.id,
        current.version,
        document=_in_other_text(notes, current.document),
        author=access.subject,
        reason="the manifest was lost from the lake and is written anew",
        run_key=run_key(manifest, notes, current.version + 1, kept_context(current)),
        context=current.context,
    )
    content = canonical_json(manifest)
    services.lake.put_bytes(layout.manifest(row.place, manifest.version), content, replace=True)
    return len(content)


def _in_other_text(notes: Annotations, document: str) -> str:
    """Return the same annotations, spaced otherwise: equal text is no version to the registry."""
    canonical = canonical_json(notes).decode()
    return pretty_json(notes).decode() if document == canonical else canonical
