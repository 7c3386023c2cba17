"""First step: the raw bytes are compared with the manifest."""

from __future__ import annotations

from dataclasses import dataclass

from emfair.errors import FixityMismatch, NotFound
from emfair.lake import layout
from emfair.model.canonical import sha256_stream
from emfair.model.manifest import Manifest, Place, RawFile
from emfair.model.states import ExperimentState
from emfair.provenance.record import ProvenanceRecord
from emfair.service.annotations import keep_annotations
from emfair.service.chain.step import Step, begin, keep, subject_of
from emfair.service.services import Services

CODE_VERSION = "1"


@dataclass(frozen=True)
class Received:
    """The manifest, every file of which was read again and found whole."""

    manifest: Manifest
    record: ProvenanceRecord


def receive(services: Services, experiment: str, *, run: str) -> Received:
    """Recompute every checksum of an experiment's raw files.

    The experiment becomes ``processing``, unless its present content was processed before: a
    check by hand, with no step after it, must not leave it so.

    Raises
    ------
    FixityMismatch
        A file is missing or its bytes differ; the message names such files, the registry all.
    """
    step = begin(services, "raw_upload", experiment, run, CODE_VERSION)
    row = services.registry.experiments.get(experiment)
    known = row.processed_key is not None and row.processed_key == row.run_key
    if not known or row.state is ExperimentState.TOMBSTONED:
        services.registry.experiments.set_state(experiment, ExperimentState.PROCESSING)
    keep_annotations(services, row.place)
    subject = subject_of(step)
    refuted = [file for file in subject.manifest.files if not _is_whole(step, subject.place, file)]
    services.registry.files.refute(experiment, [file.path for file in refuted])
    if refuted:
        wrong = [file.name for file in refuted]
        raise FixityMismatch(
            f"{len(wrong)} raw file(s) are missing or differ from the manifest: "
            f"{', '.join(wrong[:10])}{' …' if len(wrong) > 10 else ''}.",
            subject=experiment,
            remedy="Restore them from a backup of the lake, or deposit the same files again; "
            "nothing was processed.",
        )
    kept = step.finish(subject.manifest.deposited_by.subject)
    keep(services, subject.place, kept)
    return Received(subject.manifest, kept)


def _is_whole(step: Step, place: Place, file: RawFile) -> bool:
    key = layout.raw_file(place, file.path)
    try:
        with step.services.lake.open(key) as stream:
            sha256 = sha256_stream(stream)
    except NotFound:
        return False
    if sha256 != file.sha256:
        return False
    step.made(key, file.sha256, file.size)
    return True
