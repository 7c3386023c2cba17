"""Convert files on this machine into containers in a folder: no lake, no registry."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import ValidationError

from emfair.crew import crew
from emfair.errors import BadAnnotations, BadCall
from emfair.model.annotations import Annotations, InstrumentNotes
from emfair.model.canonical import digest_of, sha256_file
from emfair.model.documents import Measurement
from emfair.model.findings import Finding, Severity, in_order
from emfair.nxem.annotations import check_files, read_document
from emfair.nxem.dossier import Dossier, Source
from emfair.provenance.record import shaping_versions
from emfair.service.collect import collect
from emfair.service.sandbox import Sandbox
from emfair.vendor.bundles import Bundle, bundle


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file."""

    file: str
    containers: tuple[tuple[Path, Measurement], ...]
    findings: tuple[Finding, ...]
    place: int = 0

    @property
    def failed(self) -> bool:
        """Whether anything in it is wrong."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def convert_files(
    paths: Sequence[Path],
    folder: Path,
    notes: Annotations,
    profile: InstrumentNotes | None = None,
) -> Iterator[tuple[int, int, FileOutcome]]:
    """Convert files on all cores; yield how many are done, of how many, and the outcome.

    An outcome comes as it is done; its `place` is where its file stands among all.

    Raises
    ------
    BadCall
        A path is wrong, `folder` is no folder, or `notes` speak of a file that is not there.
    """
    local = {file.name: file.path for file in collect(paths)}
    check_files(notes, local)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadCall(
            f"cannot be made a folder ({error.strerror}).",
            subject=str(folder),
            remedy="Name another folder for the containers.",
        ) from error
    bundles = bundle(local)
    with _scratch(folder) as scratch:
        shop = _Shop(local, scratch, notes, profile, Sandbox())
        converted = crew().each(partial(_convert, shop), bundles)
        for done, (place, outcome) in enumerate(converted, 1):
            yield done, len(bundles), replace(_moved(outcome, folder), place=place)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Yield a folder beside where the containers go. Raises `BadCall` if nothing can be written."""
    try:
        scratch = TemporaryDirectory(dir=folder, prefix=".emfair-")
    except OSError as error:
        raise BadCall(
            f"nothing can be written there ({error.strerror}).",
            subject=str(folder),
            remedy="Name another folder for the containers.",
        ) from error
    with scratch as name:
        yield Path(name)


@dataclass(frozen=True)
class _Shop:
    """What converting a bundle takes."""

    local: dict[str, Path]
    folder: Path
    notes: Annotations
    profile: InstrumentNotes | None
    sandbox: Sandbox


def _convert(shop: _Shop, each: Bundle) -> FileOutcome:
    path = path_to_read(each, shop.local)
    try:
        sha256 = "" if each.primary in shop.local else _store_digest(each, shop.local)
        size = size_of(each, shop.local)
    except OSError as error:
        return FileOutcome(each.primary, (), (_unreadable(each, error),))
    dossier = Dossier(
        source=Source(each.primary, sha256, each.companions),
        notes=shop.notes,
        experiment="",
        software=shaping_versions(),
        profile=shop.profile,
    )
    done = shop.sandbox.convert(path, dossier, shop.folder, size)
    return FileOutcome(
        each.primary,
        tuple((one.path, one.measurement) for one in done.written),
        (*done.findings, *in_order(done.doubts)),
    )


def _moved(outcome: FileOutcome, folder: Path) -> FileOutcome:
    """Move whole containers to where they were asked for."""
    for path, _ in outcome.containers:
        if (folder / path.name).is_dir():
            raise BadCall(
                "is a folder, where a container would go.",
                subject=str(folder / path.name),
                remedy="Move it, or name another folder for the containers.",
            )
    containers = [(path.rename(folder / path.name), one) for path, one in outcome.containers]
    return replace(outcome, containers=tuple(containers))


def _unreadable(each: Bundle, error: OSError) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="unreadable-file",
        message=f"cannot be read ({error.strerror}).",
        hint="Check the permissions.",
        file=each.primary,
    )


def _store_digest(each: Bundle, local: Mapping[str, Path]) -> str:
    """Return one SHA-256 for a format that is a folder: over its files' names and checksums."""
    return digest_of(sorted((name, sha256_file(local[name])) for name in each.members))


def size_of(each: Bundle, local: Mapping[str, Path]) -> int:
    """Return the bytes of all files of a bundle."""
    return sum(local[name].stat().st_size for name in each.members)


def path_to_read(each: Bundle, local: Mapping[str, Path]) -> Path:
    """Return what a reader is given: the bundle's first file, or the folder of a store."""
    if each.primary in local:
        return local[each.primary]
    member = each.companions[0]
    depth = member.removeprefix(each.primary + "/").count("/") + 1
    return local[member].parents[depth - 1]


def read_profile(name: str, home: Path) -> InstrumentNotes:
    """Read an instrument's profile: a YAML file, or ``<home>/instruments/<name>.yaml``.

    Raises
    ------
    BadAnnotations
        There is none, or it does not fit.
    """
    path = Path(name)
    if not os.path.isfile(path):  # noqa: PTH113  where pathlib raises for a name that is too long
        path = home / "instruments" / f"{Path(name).name}.yaml"
    try:
        return InstrumentNotes.model_validate(read_document(path) or {})
    except (OSError, ValidationError, BadAnnotations) as error:
        raise BadAnnotations(
            f"no instrument profile can be read there ({type(error).__name__}).",
            subject=str(path),
            remedy="A profile is YAML with any of vendor, model, name, serial_number, location, "
            "type.",
        ) from error
