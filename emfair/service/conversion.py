"""Convert files on this machine into containers in a folder: no lake, no registry."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from emfair.client.collect import collect
from emfair.crew import crew
from emfair.errors import BadAnnotations, BadCall, Unavailable, UnreadableFile
from emfair.model.annotations import Annotations, InstrumentNotes
from emfair.model.canonical import sha256_file
from emfair.model.documents import Measurement
from emfair.model.findings import Finding, Severity, in_order
from emfair.nxem.annotations import check_files, read_document
from emfair.nxem.aside import to_convert
from emfair.nxem.convert import Converted
from emfair.nxem.dossier import Dossier, Source
from emfair.provenance.record import shaping_versions
from emfair.service.bundled import convert_bundle, store_digest
from emfair.service.sandbox import Sandbox
from emfair.service.scratch import scratch_folder
from emfair.vendor.bundles import Bundle, measured


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
    check_files(notes, measured(local))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadCall(
            f"cannot be made a folder ({error.strerror}).",
            subject=str(folder),
            remedy="Name another folder for the containers.",
        ) from error
    bundles, aside = to_convert(local, notes)
    total = len(bundles) + len(aside)
    for place, finding in enumerate(aside):
        yield place + 1, total, FileOutcome(finding.file, (), (finding,), place)
    with _scratch(folder) as scratch:
        shop = _Shop(local, scratch, notes, profile, Sandbox())
        converted = crew().each(partial(_convert, shop), bundles)
        for done, (place, outcome) in enumerate(converted, len(aside) + 1):
            yield done, total, replace(_moved(outcome, folder), place=len(aside) + place)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Yield a folder beside where the containers go.

    Raises
    ------
    BadCall
        Nothing can be written there.
    Unavailable
        The disk is full: it names the folder that the person gave.
    """
    with ExitStack() as stack:
        try:
            scratch = stack.enter_context(scratch_folder(folder))
        except OSError as error:
            raise BadCall(
                f"nothing can be written there ({error.strerror}).",
                subject=str(folder),
                remedy="Name another folder for the containers.",
            ) from error
        try:
            yield scratch
        except Unavailable as error:
            if not error.subject.startswith(str(scratch)):
                raise
            raise Unavailable(
                error.message,
                subject=str(folder),
                remedy="Free some space on its disk, or name another folder, and call it again. "
                "The containers that are there are whole.",
            ) from error


@dataclass(frozen=True)
class _Shop:
    """What converting a bundle takes."""

    local: dict[str, Path]
    folder: Path
    notes: Annotations
    profile: InstrumentNotes | None
    sandbox: Sandbox


def _convert(shop: _Shop, each: Bundle) -> FileOutcome:
    done = convert_bundle(each, partial(_convert_one, shop))
    return FileOutcome(
        each.primary,
        tuple((one.path, one.measurement) for one in done.written),
        (*done.findings, *in_order(done.doubts)),
    )


def _convert_one(shop: _Shop, each: Bundle) -> Converted:
    try:
        path = path_to_read(each, shop.local)
        is_file = each.primary in shop.local
        sha256 = "" if is_file else store_digest(each, lambda name: sha256_file(shop.local[name]))
        size = size_of(each, shop.local)
    except OSError as error:
        return Converted(findings=[_unreadable(each, f"cannot be read ({error.strerror}).")])
    except UnreadableFile as error:
        return Converted(findings=[_unreadable(each, error.message, error.remedy)])
    dossier = Dossier(
        source=Source(each.primary, sha256, each.companions),
        notes=shop.notes,
        experiment="",
        software=shaping_versions(),
        profile=shop.profile,
    )
    return shop.sandbox.convert(path, dossier, shop.folder, size)


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


def _unreadable(each: Bundle, message: str, hint: str = "Check the permissions.") -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="unreadable-file",
        message=message,
        hint=hint,
        file=each.primary,
    )


def size_of(each: Bundle, local: Mapping[str, Path]) -> int:
    """Return the bytes of all files of a bundle."""
    return sum(local[name].stat().st_size for name in each.members)


def path_to_read(each: Bundle, local: Mapping[str, Path]) -> Path:
    """Return what a reader is given: the bundle's first file, or the folder of a store.

    Raises
    ------
    UnreadableFile
        A file of the store is a link that leads out of it.
    """
    if each.primary in local:
        return local[each.primary]
    member = each.companions[0]
    depth = member.removeprefix(each.primary + "/").count("/") + 1
    store = local[member].parents[depth - 1]
    whole = store.resolve()
    for name in each.members:
        if not local[name].resolve().is_relative_to(whole):
            raise UnreadableFile(
                f"holds a link to a file outside of it ({name}).",
                subject=each.primary,
                remedy="Put the file itself in the link's place, if it belongs there.",
            )
    return store


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
