"""What the I/O managers stored is what a notebook loads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from dagster import DagsterInstance

from emfair.catalogue.schema import TABLES
from emfair.errors import NotFound
from emfair.model.documents import Conversion
from tests.emfair_assets.ground import Ground
from tests.service.lab import open_lab


@pytest.fixture(scope="module")
def ground(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    home = tmp_path_factory.mktemp("home")
    with open_lab(home, corpus) as lab, DagsterInstance.ephemeral() as instance:
        yield Ground(lab, instance)


@pytest.fixture(scope="module")
def experiments(ground: Ground) -> list[str]:
    lab = ground.lab
    made = [lab.deposit(lab.file(f"test-{n}.dm3")).place.experiment for n in (1, 2)]
    for experiment in made:
        assert ground.run(experiment).success
    return made


def test_containers_load_as_the_document_that_names_them(ground, experiments):
    for experiment in experiments:
        loaded = ground.defs.load_asset_value(
            "nxem_container", partition_key=experiment, instance=ground.instance
        )
        assert isinstance(loaded, Conversion)
        assert loaded == ground.lab.conversion(ground.lab.row(experiment).place)


def test_rows_load_as_tables_of_one_experiment(ground, experiments):
    for experiment in experiments:
        loaded = ground.defs.load_asset_value(
            "metadata_index", partition_key=experiment, instance=ground.instance
        )
        assert set(loaded) == set(TABLES)
        assert all(isinstance(table, pa.Table) for table in loaded.values())
        assert loaded["experiments"]["experiment_id"].to_pylist() == [experiment]
        assert loaded["facts"].num_rows > 5


def test_what_was_never_converted_is_not_found(ground):
    lab = ground.lab
    experiment = lab.deposit(lab.file("test-3.dm3")).place.experiment
    ground.instance.add_dynamic_partitions("experiment", [experiment])
    with pytest.raises(NotFound, match=r"conversion\.json"):
        ground.defs.load_asset_value(
            "nxem_container", partition_key=experiment, instance=ground.instance
        )
