"""A depository in this process' memory: the fake that tests of whoever sends use.

It keeps what it is sent, and refuses what a real one refuses. What does not belong here: who may
do what, and big files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from emfair.client.depository import Progress
from emfair.client.spans import reading
from emfair.errors import Conflict, FixityMismatch, NotFound, Outdated
from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_bytes
from emfair.model.deposits import Opened, Order, Standing, Whereto
from emfair.model.manifest import RawFile, content_digest
from emfair.model.paths import check_no_collisions
from emfair.model.states import IN_PROGRESS, ExperimentState, check_transition

S = ExperimentState


@dataclass
class Held:
    """An experiment as it is kept: `files` are announced, `content` has arrived, `notes` are said.

    Each of `notes` is a version of the annotations, with its reason. `sealed` are the paths in its
    manifest: a later deposit adds to them, and takes none of them out.
    """

    whereto: Whereto
    instrument: str | None = None
    files: dict[str, RawFile] = field(default_factory=dict)
    content: dict[str, bytes] = field(default_factory=dict)
    notes: list[tuple[Annotations, str]] = field(default_factory=list)
    sealed: frozenset[str] = frozenset()
    state: ExperimentState = S.DRAFT
    reason: str = ""

    @property
    def todo(self) -> tuple[str, ...]:
        """Paths that have not arrived."""
        return tuple(sorted(self.files.keys() - self.content.keys()))


class MemoryDepository:
    """See `Depository`; `held` is what it keeps, by experiment."""

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}
        self._numbers = count(1)

    def open(self, order: Order) -> Opened:
        """See `Depository.open`."""
        wanted = content_digest(order.files)
        for experiment, held in self.held.items():
            there = content_digest(tuple(held.files.values()))
            if (held.whereto, there) == (order.whereto, wanted):
                return self._opened(experiment)
        experiment = self.draft(order.whereto)
        self._announce(experiment, order.files)
        if order.annotations != Annotations():
            self.held[experiment].notes.append((order.annotations, "deposit"))
        return self._opened(experiment)

    def send(self, opened: Opened, files: Sequence[tuple[Path, RawFile]], sent: Progress) -> None:
        """See `Depository.send`."""
        self._take(opened.place.experiment, files, sent)

    def draft(self, whereto: Whereto, *, instrument: str | None = None) -> str:
        """See `Depository.draft`."""
        experiment = f"e-20260122-{next(self._numbers):08}"
        whereto.place(experiment)
        self.held[experiment] = Held(whereto, instrument)
        return experiment

    def add(self, experiment: str, files: Sequence[tuple[Path, RawFile]], sent: Progress) -> None:
        """See `Depository.add`."""
        self._announce(experiment, [file for _, file in files])
        self._take(experiment, files, sent)

    def remove(self, experiment: str, path: str) -> None:
        """See `Depository.remove`."""
        held = self._filling(experiment)
        if path in held.sealed:
            return
        held.files.pop(path, None)
        held.content.pop(path, None)

    def seal(self, experiment: str) -> None:
        """See `Depository.seal`."""
        held = self._find(experiment)
        if held.state not in IN_PROGRESS and held.sealed:
            return
        if held.todo or not held.files or held.state is S.TOMBSTONED:
            raise Conflict(
                f"files are missing: {held.todo}.", subject=experiment, remedy="Send them first."
            )
        held.sealed = frozenset(held.files)
        held.state = S.SEALED

    def state(self, experiment: str) -> Standing:
        """See `Depository.state`."""
        held = self._find(experiment)
        waiting = IN_PROGRESS | {S.SEALED, S.PROCESSING}
        return Standing(held.state, held.reason, processed=held.state not in waiting)

    def put_back(
        self, opened: Opened, files: Sequence[tuple[Path, RawFile]], sent: Progress
    ) -> int:
        """See `Depository.put_back`."""
        content = self._find(opened.place.experiment).content
        lost = [(here, file) for here, file in files if file.path not in content]
        self._take(opened.place.experiment, lost, sent)
        return sum(file.size for _, file in lost)

    def annotations(self, experiment: str) -> tuple[Annotations, int]:
        """See `Depository.annotations`."""
        notes = self._find(experiment).notes
        return (notes[-1][0] if notes else Annotations()), len(notes)

    def annotate(
        self, experiment: str, annotations: Annotations, *, expected_version: int, reason: str
    ) -> None:
        """See `Depository.annotate`."""
        notes = self._find(experiment).notes
        if len(notes) != expected_version:
            raise Outdated(
                f"has version {len(notes)}, not {expected_version}.",
                subject=experiment,
                remedy="Look at it again.",
            )
        notes.append((annotations, reason))

    def _announce(self, experiment: str, files: Sequence[RawFile]) -> None:
        held = self._filling(experiment)
        for file in files:
            there = held.files.get(file.path, file)
            if (there.size, there.sha256) != (file.size, file.sha256):
                raise Conflict(
                    "was announced with other bytes.", subject=file.path, remedy="Remove it first."
                )
        new = {file.path: file for file in files}
        check_no_collisions(file.name for file in (held.files | new).values())
        held.files |= new
        held.state = S.UPLOADING

    def _take(self, experiment: str, files: Sequence[tuple[Path, RawFile]], sent: Progress) -> None:
        held = self._find(experiment)
        for here, file in files:
            if file.path not in held.content:
                with reading(file.name):
                    content = here.read_bytes()
                if sha256_bytes(content) != file.sha256:
                    raise FixityMismatch("it has changed.", subject=file.name, remedy="Again.")
                held.content[file.path] = content
            sent(file.size)

    def _filling(self, experiment: str) -> Held:
        held = self._find(experiment)
        if held.state is not S.UPLOADING:
            check_transition(held.state, S.UPLOADING, experiment)
        return held

    def _find(self, experiment: str) -> Held:
        if experiment not in self.held:
            raise NotFound("there is no such experiment.", subject=experiment, remedy="Draft it.")
        return self.held[experiment]

    def _opened(self, experiment: str) -> Opened:
        held = self.held[experiment]
        place, sealed = held.whereto.place(experiment), held.state is not S.UPLOADING
        return Opened(place, held.whereto.titles, sealed, () if sealed else held.todo)
