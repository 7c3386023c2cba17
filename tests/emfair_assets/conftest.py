"""Three experiments that the job has run on: valid, needs-input, invalid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from dagster import DagsterInstance, ExecuteInProcessResult

from emfair.model.annotations import Annotations
from tests.emfair_assets.ground import Ground
from tests.service.lab import deposit, open_lab


@dataclass(frozen=True)
class Ran:
    """What the job did, by what the experiment is."""

    ground: Ground
    experiments: dict[str, str]
    results: dict[str, ExecuteInProcessResult]


@pytest.fixture(scope="session")
def ran(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("ran")
    with open_lab(folder / "home", corpus) as lab, DagsterInstance.ephemeral() as instance:
        ground = Ground(lab, instance)
        broken = folder / "broken.dm3"
        broken.write_bytes(lab.file("test-2.dm3").read_bytes()[:900])
        unsaid = replace(lab.request(lab.file("test-2.dm3")), annotations=Annotations())
        experiments = {
            "valid": lab.deposit(lab.file("test_STEM_image.dm3"), lab.file("test-1.dm3")),
            "needs-input": deposit(lab.services, unsaid),
            "invalid": lab.deposit(lab.file("test-3.dm3"), broken),
        }
        names = {state: done.place.experiment for state, done in experiments.items()}
        results = {state: ground.run(name) for state, name in names.items()}
        yield Ran(ground, names, results)


@pytest.fixture
def ground(corpus: Path, tmp_path: Path) -> Iterator[Ground]:
    with open_lab(tmp_path / "home", corpus) as lab, DagsterInstance.ephemeral() as instance:
        yield Ground(lab, instance)
