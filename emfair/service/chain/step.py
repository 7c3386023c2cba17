"""What every step does: find the experiment, note what it used and made, keep the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json, pretty_json, sha256_bytes
from emfair.model.manifest import Manifest, Place
from emfair.provenance.record import Entity, ProvenanceRecord, record
from emfair.service.deposits import read_annotations_version, read_manifest
from emfair.service.services import Services


@dataclass(frozen=True)
class Subject:
    """An experiment as the chain sees it: its documents, from the lake."""

    place: Place
    manifest: Manifest
    annotations: Annotations
    annotations_version: int


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

    def read(self, key: str) -> bytes:
        """Read a document and note it. Raises `NotFound`."""
        content = self.services.lake.read_bytes(key)
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
    """Return the experiment's documents, and note them as used.

    Raises
    ------
    NotFound
        There is no such experiment, or it is not sealed yet.
    """
    row = step.services.registry.experiments.get(step.experiment)
    manifest_version = row.manifest_version or 1
    annotations_version = row.annotations_version or 1
    manifest = read_manifest(step.services, row.place, manifest_version)
    notes = read_annotations_version(step.services, row.place, annotations_version)
    for key, document in (
        (layout.manifest(row.place, manifest_version), manifest),
        (layout.annotation_document(row.place, annotations_version), notes),
    ):
        content = canonical_json(document)
        step.used(key, sha256_bytes(content), len(content))
    return Subject(row.place, manifest, notes, annotations_version)
