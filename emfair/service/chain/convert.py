"""Second step: raw files become containers, first in a scratch folder, then in the lake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from emfair.crew import crew
from emfair.lake import layout
from emfair.model.canonical import pretty_json, sha256_bytes
from emfair.model.documents import Conversion
from emfair.model.findings import Finding, Severity, in_order
from emfair.model.manifest import Place, RawFile
from emfair.nxem.aside import to_convert
from emfair.nxem.container import Written
from emfair.nxem.convert import Converted
from emfair.nxem.cover import cover_of
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.tag_report import together
from emfair.provenance.record import ProvenanceRecord, shaping_versions
from emfair.service.bundled import convert_bundle, store_digest
from emfair.service.chain.copies import same_bytes
from emfair.service.chain.step import Step, Subject, begin, keep, subject_of
from emfair.service.documents import parse_document
from emfair.service.raw_folder import raw_folder
from emfair.service.sandbox import Sandbox
from emfair.service.services import Services
from emfair.vendor.bundles import Bundle

CODE_VERSION = "1"


@dataclass(frozen=True)
class ContainerSet:
    """An experiment's containers in a scratch folder, on their way to the lake.

    `written` holds paths; `store` moves them, and the record after them.
    """

    place: Place
    conversion: Conversion
    written: tuple[Written, ...]
    record: ProvenanceRecord


def convert(
    services: Services,
    experiment: str,
    folder: Path,
    *,
    run: str,
    tell: Callable[[str], None] = lambda _: None,
) -> ContainerSet:
    """Convert all raw files of an experiment into containers below `folder`.

    Parameters
    ----------
    tell
        Called with a line of progress for each file.
    """
    step = begin(services, "nxem_container", experiment, run, CODE_VERSION)
    subject = subject_of(step)
    for file in subject.manifest.files:
        step.used(layout.raw_file(subject.place, file.path), file.sha256, file.size)
    done = containers(services, subject, folder, tell)
    written, findings = done.written, [*done.findings, *done.doubts]
    conversion = Conversion(
        place=subject.place,
        manifest_version=subject.manifest.version,
        annotations_version=subject.annotations_version,
        measurements=tuple(one.measurement for one in written),
        findings=tuple(in_order(findings)),
        tags=together(one.tags for one in written),
        cover=cover_of((one.measurement, one.preview) for one in written),
    )
    step.configuration["compression"] = "gzip+shuffle"
    kept = _finish(step, subject, conversion, written)
    return ContainerSet(subject.place, conversion, tuple(written), kept)


def store(services: Services, containers: ContainerSet) -> None:
    """Move containers and previews into the lake, then the document that names them.

    What an earlier run left and this one does not have is removed last: a reader that follows
    ``conversion.json`` finds every container it names at any moment.
    """
    place = containers.place
    current = {layout.conversion(place)}
    for one in containers.written:
        key = layout.container(place, one.measurement.measurement)
        services.lake.put_file(key, one.path, sha256=one.measurement.container_sha256, replace=True)
        picture = layout.preview(place, one.measurement.measurement)
        services.lake.put_bytes(picture, one.preview, replace=True)
        current |= {key, picture}
        one.path.unlink()
    services.lake.put_bytes(
        layout.conversion(place), pretty_json(containers.conversion), replace=True
    )
    for folder in ("nexus", "previews"):
        for old in list(services.lake.list(f"{layout.experiment_prefix(place)}/{folder}/")):
            if old.key not in current:
                services.lake.delete(old.key)
    keep(services, place, containers.record)


def stored(services: Services, place: Place) -> Conversion:
    """Return what the last conversion left in the lake. Raises `NotFound`."""
    key = layout.conversion(place)
    return parse_document(Conversion, services.lake.read_bytes(key), key)


def _finish(
    step: Step, subject: Subject, conversion: Conversion, written: list[Written]
) -> ProvenanceRecord:
    for one in written:
        name = one.measurement.measurement
        step.made(
            layout.container(subject.place, name),
            one.measurement.container_sha256,
            one.measurement.container_size,
        )
        step.made(layout.preview(subject.place, name), sha256_bytes(one.preview), len(one.preview))
    content = pretty_json(conversion)
    step.made(layout.conversion(subject.place), sha256_bytes(content), len(content))
    return step.finish(subject.manifest.deposited_by.subject)


def containers(
    services: Services,
    subject: Subject,
    folder: Path,
    tell: Callable[[str], None] = lambda _: None,
) -> Converted:
    """Convert an experiment's files on all cores; what came out stands in the files' order.

    Nothing is noted or kept: `convert` does that.
    """
    files = {file.name: file for file in subject.manifest.files}
    shop = _Shop(services, Sandbox(), subject, files, folder)
    bundles, aside = to_convert(files, subject.annotations)
    groups = same_bytes(bundles, files, subject.annotations)
    done: dict[int, Converted] = {}
    for place, one in crew().each(partial(_convert_group, shop), groups):
        done[place] = one
        tell(f"{len(done)} of {len(groups)}: {groups[place][0].primary}")
    whole = Converted(findings=aside)
    for place in sorted(done):
        whole.written += done[place].written
        whole.findings += done[place].findings
        whole.doubts += done[place].doubts
    return whole


@dataclass(frozen=True)
class _Shop:
    """What converting a bundle takes."""

    services: Services
    sandbox: Sandbox
    subject: Subject
    files: dict[str, RawFile]
    folder: Path


def _convert_group(shop: _Shop, group: list[Bundle]) -> Converted:
    """Convert files of the same bytes once, under the first name that a reader takes."""
    first: Converted | None = None
    for each in group:
        done = convert_bundle(each, partial(_convert_one, shop))
        if done.read:
            return _with_copies(done, each, group)
        first = first or done
    return _with_copies(first or Converted(), group[0], group)


def _with_copies(done: Converted, chosen: Bundle, group: list[Bundle]) -> Converted:
    done.findings += [
        Finding(
            severity=Severity.NOTE,
            rule="duplicate-file",
            message=f"has the same bytes as {chosen.primary}.",
            hint="It is kept, and converted once. Nothing needs to be done.",
            file=each.primary,
        )
        for each in group
        if each is not chosen
    ]
    return done


def _convert_one(shop: _Shop, each: Bundle) -> Converted:
    file = shop.files.get(each.primary)
    sha256 = file.sha256 if file else store_digest(each, lambda name: shop.files[name].sha256)
    dossier = Dossier(
        source=Source(each.primary, sha256, each.companions),
        notes=shop.subject.annotations,
        experiment=shop.subject.place.experiment,
        software=shaping_versions(),
        context=shop.subject.context,
        latest=shop.subject.manifest.sealed_at,
    )
    members = (shop.files[name] for name in each.members)
    given = ((file.name, file.path) for file in members)
    with raw_folder(shop.services, shop.subject.place, given) as raw:
        size = sum(shop.files[name].size for name in each.members)
        return shop.sandbox.convert(raw / each.primary, dossier, shop.folder, size)
