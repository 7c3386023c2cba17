"""What is in the files of a deposit before it is sealed: read as the chain will, and thrown away.

People see what was read, and what is missing, while the rest still arrives; what was read before
the seal they see until the chain has read it all. What does not belong here: how it looks, and when
each file has its turn (`first_looks`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from emfair.crew import Lending, crew
from emfair.model.annotations import Annotations
from emfair.model.documents import Measurement
from emfair.model.findings import Finding, Severity
from emfair.model.states import IN_PROGRESS, ExperimentState
from emfair.nxem.aside import going
from emfair.nxem.convert import Converted
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.doubts import RULES
from emfair.provenance.record import shaping_versions
from emfair.registry import ExperimentRow, UploadRow
from emfair.service import uploads
from emfair.service.access import Access
from emfair.service.bundled import convert_bundle, store_digest
from emfair.service.first_looks import MOST
from emfair.service.look_shelf import Failed, Found, Wanted
from emfair.service.raw_folder import raw_folder
from emfair.service.sandbox import Sandbox
from emfair.service.services import Services
from emfair.vendor.bundles import Bundle, bundle

LARGEST = 256 << 20
"""Bytes of the files that are looked into: what is larger the chain alone reads."""

_SEALED = (ExperimentState.SEALED, ExperimentState.PROCESSING, ExperimentState.FAILED)
"""States in which nothing is looked into any more, and the chain may not have read it yet."""


@dataclass(frozen=True)
class Arriving:
    """What a reader takes for one file, and the uploads of all that belongs to it."""

    bundle: Bundle
    uploads: tuple[UploadRow, ...]

    @property
    def size(self) -> int:
        """Bytes of all of it."""
        return sum(one.size for one in self.uploads)

    @property
    def whole(self) -> bool:
        """Whether all of it is there."""
        return all(one.done_at for one in self.uploads)

    @property
    def name(self) -> str:
        """A name that no other files ever have, however many belong together."""
        return sha256(":".join(one.id for one in self.uploads).encode()).hexdigest()


@dataclass(frozen=True)
class Seen:
    """One signal: what its file says of it, and its picture (PNG)."""

    measurement: Measurement
    picture: bytes


@dataclass(frozen=True)
class Arrival:
    """What a file and its companions hold; `findings` where something is wrong with them.

    Nothing here is said by anyone else: what form and records make of it is asked of them each
    time (`reading`).
    """

    file: str
    seen: tuple[Seen, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Unreadable:
    """A file in which something is wrong; `partly` says that something of it can be read."""

    file: str
    partly: bool
    found: tuple[Finding, ...]


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
    full
        Whether there is no room for what the others would say.
    """

    seen: tuple[Arrival, ...]
    failed: tuple[Failed, ...]
    now: str
    files: int
    arriving: bool
    full: bool = False

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The files that cannot be read, or not whole: they make an experiment invalid."""
        return tuple(
            Unreadable(file, any(each.measurement.file == file for each in one.seen), tuple(found))
            for one in self.seen
            for file, found in _errors(one).items()
        )

    @property
    def over(self) -> int:
        """How many files need no look any more."""
        return len(self.seen) + len(self.failed)


def looked_into(services: Services, row: ExperimentRow) -> LookedInto:
    """Return what came of the files that are there now; begin the looks that are still to be done.

    Any number of people may ask: each file is looked into once in this process, and none once the
    deposit is sealed. Nothing is told of it then (`seen_before_the_seal`).
    """
    there, came = _came_of(services, row)
    if not there:
        return LookedInto((), (), "", 0, arriving=False)
    ready = sum(map(_can_be_looked_into, there))
    return LookedInto(
        tuple(one for one in came.over if isinstance(one, Arrival)),
        tuple(one for one in came.over if isinstance(one, Failed)),
        came.now,
        len(there),
        arriving=ready < MOST and not all(one.whole for one in there),
        full=came.full,
    )


def seen_before_the_seal(services: Services, row: ExperimentRow) -> tuple[Arrival, ...]:
    """Return what came of the files of a sealed deposit, until the chain has read them.

    Nothing before the seal (`looked_into`), and where another process has looked into them.
    """
    there, came = _came_of(services, row)
    return () if there else tuple(one for one in came.over if isinstance(one, Arrival))


def _came_of(services: Services, row: ExperimentRow) -> tuple[list[Arriving], Found[Arrival]]:
    """Return the files of a deposit that is not sealed, and what came of looks into any."""
    there: list[Arriving] = []

    def ask() -> dict[str, Wanted[Arrival]] | None:
        state = services.registry.experiments.get(row.id).state
        if state in _SEALED:
            return None
        if state in IN_PROGRESS:
            there[:] = _bundled(uploads.of_experiment(services, row.id))
        return {one.name: _look(services, row, one) for one in there if _can_be_looked_into(one)}

    came = services.first_looks.found(row.id, ask)
    return there, came


def _errors(one: Arrival) -> dict[str, list[Finding]]:
    """Return what makes an experiment invalid, by file."""
    errors: dict[str, list[Finding]] = {}
    for finding in one.findings:
        if finding.severity is Severity.ERROR:
            errors.setdefault(finding.file or one.file, []).append(finding)
    return errors


def arrived(rows: Iterable[UploadRow]) -> list[Arriving]:
    """Return what can be looked into: files that are whole, with all that belongs to them."""
    return [one for one in _bundled(rows) if _can_be_looked_into(one)]


def _bundled(rows: Iterable[UploadRow]) -> list[Arriving]:
    by_name = {row.name: row for row in rows}
    return [
        Arriving(each, tuple(by_name[name] for name in each.members)) for each in bundle(by_name)
    ]


def _can_be_looked_into(one: Arriving) -> bool:
    return one.whole and one.size <= LARGEST


def _look(services: Services, row: ExperimentRow, one: Arriving) -> Wanted[Arrival]:
    lent = Lending()

    def look() -> Arrival:
        with crew().lending(lent):
            return look_into(services, row, one)

    return Wanted(one.bundle.primary, look, lent.stop)


def look_into(services: Services, row: ExperimentRow, one: Arriving) -> Arrival:
    """Read a file in a process of its own; what is made of it is thrown away.

    Raises
    ------
    NotFound
        It was taken out meanwhile.
    Unavailable
        A store does not answer, or no process can be started.
    """
    primary = one.bundle.primary
    with (
        raw_folder(services, row.place, ((each.name, each.path) for each in one.uploads)) as raw,
        TemporaryDirectory(dir=services.scratch, prefix="look-") as folder,
    ):

        def convert(each: Bundle) -> Converted:
            dossier = _dossier(row, one, each)
            return Sandbox().convert(raw / each.primary, dossier, Path(folder), one.size)

        done = convert_bundle(one.bundle, convert)
    return Arrival(
        primary,
        tuple(Seen(each.measurement, each.preview) for each in done.written),
        (*done.findings, *(each for each in done.doubts if each.rule not in RULES)),
    )


def take_out(access: Access, experiment: str, file: str) -> list[str]:
    """Take a file out of a deposit with all that is nothing without it; return their uploads.

    One that is not there any more is no error. Raises `Conflict` if the deposit is closed.
    """
    rows = {row.name: row for row in uploads.of_experiment(access.services, experiment)}
    gone = going(bundle(rows), {file}) or {file} & rows.keys()
    for name in sorted(gone):
        uploads.remove(access, rows[name])
    return [rows[name].id for name in sorted(gone)]


def _dossier(row: ExperimentRow, one: Arriving, read: Bundle) -> Dossier:
    """Return a dossier in which nobody says anything of what is read."""
    digests = {each.name: each.sha256 or "" for each in one.uploads}
    primary = read.primary
    whole = digests[primary] if primary in digests else store_digest(read, digests.__getitem__)
    return Dossier(
        source=Source(primary, whole, read.companions),
        notes=Annotations(),
        experiment=row.id,
        software=shaping_versions(),
    )
