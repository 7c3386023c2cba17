"""What the tests of deposits and of their annotations ask for and look at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from emfair.client.engine import DepositRequest
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_bytes
from emfair.model.manifest import Manifest, Place, run_key
from emfair.model.states import ExperimentState
from emfair.service.context import kept_context
from emfair.service.documents import read_manifest
from emfair.service.services import Services
from tests.service.lab import COMPLETE

NOTES = Annotations.model_validate(COMPLETE)
OTHER = Annotations.model_validate(COMPLETE | {"description": "said later"})


def request(*paths: Path, sample: str = "Lamella", notes: Annotations = NOTES) -> DepositRequest:
    return DepositRequest(paths, "Minerals", "2026-A", sample, annotations=notes)


def experiments(services: Services) -> list[str]:
    return [row.id for row in services.registry.experiments.list(limit=1000)]


def outbox(services: Services) -> list[tuple[str, str]]:
    return [(row.kind, row.run_key) for row in services.registry.outbox.after(0, 1000)]


def documents(services: Services, place: Place, name: str = "annotations") -> dict[int, str]:
    """Return the annotation documents in the lake, or the contexts, by version."""
    prefix = f"{layout.experiment_prefix(place)}/raw/{name}-"
    return {
        int(found.key.removeprefix(prefix).removesuffix(".json")): services.lake.read_bytes(
            found.key
        ).decode()
        for found in services.lake.list(prefix)
    }


def with_lake(services: Services, lake: object) -> Services:
    return replace(services, lake=lake)


def check_whole(services: Services, place: Place, session: Path, notes: Annotations) -> Manifest:
    """Check that a deposit is sealed, complete, and the same in lake and registry."""
    row = services.registry.experiments.get(place.experiment)
    manifest = read_manifest(services, place, 1)
    assert row.state is ExperimentState.SEALED
    assert {file.name for file in manifest.files} == {
        f"session/{p.name}" for p in session.iterdir()
    }
    for file in manifest.files:
        assert (
            sha256_bytes(services.lake.read_bytes(layout.raw_file(place, file.path))) == file.sha256
        )
    history = services.registry.annotations.versions(place.experiment)
    assert documents(services, place) == {one.version: one.document for one in history}
    assert Annotations.model_validate_json(history[0].document) == notes
    contexts = {one.version: one.context for one in history if one.context}
    assert documents(services, place, "context") == contexts
    context = kept_context(history[0])
    assert context is not None
    assert row.run_key == run_key(manifest, notes, history[0].version, context)
    return manifest
