"""What every step does: find the experiment, note what it used and made, keep the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emfair.errors import Conflict, NotFound
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import pretty_json, sha256_bytes
from emfair.model.context import Context
from emfair.model.documents import Conversion
from emfair.model.manifest import Manifest, Place
from emfair.provenance.record import Entity, ProvenanceRecord, record
from emfair.service.documents import parse_document
from emfair.service.services import Services


@dataclass(frozen=True)
class Subject:
    """An experiment as the chain sees it: its documents, from the lake.

    There is no context where an earlier emfair sealed.
    """

    place: Place
    manifest: Manifest
    annotations: Annotations
    annotations_version: int
    context: Context | None = None


@dataclass
class Step:
    """One step while it runs: what it used, what it made."""

    services: Services
    activity: str
    experiment: str
    run: str
    code_version: str
    started_at: datetime
    inputs: list[Entity] = field(default_factory=list)
    outputs: list[Entity] = field(default_factory=list)
    configuration: dict[str, Any] = field(default_factory=dict)

    def used(self, key: str, sha256: str, size: int) -> None:
        """Note an object that was read."""
        self.inputs.append(Entity(key=key, sha256=sha256, size=size))

    def made(self, key: str, sha256: str, size: int) -> None:
        """Note an object that was written, or is about to be before the record is kept."""
        self.outputs.append(Entity(key=key, sha256=sha256, size=size))

    def read(self, key: str, made_by: str = "") -> bytes:
        """Read a document and note it.

        Raises `NotFound`, which says how it comes back: the step `made_by` makes it, or no step
        does and it was deposited.
        """
        try:
            content = self.services.lake.read_bytes(key)
        except NotFound as error:
            raise NotFound(
                f"is not in the lake: {made_by or 'the deposit'} makes it.",
                subject=key,
                remedy=f"Run the whole chain: emfair process {self.experiment}."
                if made_by
                else "Restore it from a backup of the lake, or deposit the same files again: "
                "that puts it back.",
            ) from error
        self.used(key, sha256_bytes(content), len(content))
        return content

    def write(self, key: str, content: bytes) -> None:
        """Write a document and note it."""
        self.services.lake.put_bytes(key, content, replace=True)
        self.made(key, sha256_bytes(content), len(content))

    def finish(self, on_behalf_of: str) -> ProvenanceRecord:
        """Return the record of the step; `keep` puts it into the lake."""
        return record(
            self.activity,
            self.experiment,
            run=self.run,
            inputs=tuple(self.inputs),
            outputs=tuple(self.outputs),
            code_version=self.code_version,
            configuration=self.configuration,
            on_behalf_of=on_behalf_of,
            started_at=self.started_at,
            ended_at=self.services.now(),
        )


def begin(services: Services, activity: str, experiment: str, run: str, version: str) -> Step:
    """Begin a step."""
    return Step(services, activity, experiment, run, version, services.now())


def keep(services: Services, place: Place, kept: ProvenanceRecord) -> str:
    """Put a record into the lake, after all that it tells of; return its key."""
    key = layout.provenance(place, kept.name)
    services.lake.put_bytes(key, pretty_json(kept), replace=True)
    return key


def subject_of(step: Step) -> Subject:
    """Return the experiment's documents as they are now, and note them as used.

    Raises
    ------
    Conflict
        Its deposit is not sealed yet.
    NotFound
        There is no such experiment, or the lake lacks a document of it.
    BadData
        A document is damaged.
    """
    row = step.services.registry.experiments.get(step.experiment)
    if row.manifest_version is None or row.annotations_version is None:
        raise Conflict(
            f"is {row.state.value}: its deposit is not sealed yet.",
            subject=step.experiment,
            remedy="Finish the deposit: repeat the same command.",
        )
    return _read(step, row.place, row.manifest_version, row.annotations_version)


def converted(step: Step) -> tuple[Subject, Conversion]:
    """Return the last conversion and the documents it was made of, and note all as used.

    Not the documents as they are now: annotations that changed since are the next run's.
    Raises `NotFound`; `BadData` if one is damaged.
    """
    place, _ = step.services.registry.experiments.place(step.experiment)
    key = layout.conversion(place)
    conversion = parse_document(Conversion, step.read(key, "nxem_container"), key)
    subject = _read(step, place, conversion.manifest_version, conversion.annotations_version)
    return subject, conversion


def _read(step: Step, place: Place, manifest: int, annotations: int) -> Subject:
    sealed = layout.manifest(place, manifest)
    notes = layout.annotation_document(place, annotations)
    return Subject(
        place,
        parse_document(Manifest, step.read(sealed), sealed),
        parse_document(Annotations, step.read(notes), notes),
        annotations,
        _context(step, layout.context_document(place, annotations)),
    )


def _context(step: Step, key: str) -> Context | None:
    if step.services.lake.info(key) is None:
        return None
    return parse_document(Context, step.read(key), key)
