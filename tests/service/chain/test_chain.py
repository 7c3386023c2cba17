"""The whole chain, step after step, on real files and real stores."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import h5py

from emfair.catalogue.query import ask
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.findings import Severity
from emfair.model.states import ExperimentState
from emfair.service.annotations import annotate
from emfair.service.chain.convert import store
from emfair.service.chain.describe import describe
from emfair.service.chain.index import gather, publish
from emfair.service.chain.judge import judge
from emfair.service.chain.receive import receive
from tests.service.lab import COMPLETE, converted, deposit, keys, someone

S = ExperimentState


def test_the_chain_makes_of_real_files_valid_containers_and_rows(lab):
    place = lab.deposit(lab.file("test_STEM_image.dm3")).place
    lab.process(place.experiment)
    assert lab.row(place.experiment).state is S.VALID
    assert lab.services.registry.experiments.pending() == ()
    rows = ask(lab.services.index, "SELECT experiment_id, verdict, file FROM measurements").rows
    assert rows == [(place.experiment, "valid", "test_STEM_image.dm3")]
    (name,) = {key for key in keys(lab, place, "nexus") if key.endswith(".nxs")}
    path = lab.services.lake.locate(f"{layout.experiment_prefix(place)}/nexus/{name}")
    with h5py.File(path) as container:
        group = container
        while "default" in group.attrs:
            group = group[group.attrs["default"]]
        assert group[group.attrs["signal"]].ndim == 2


def test_what_no_file_carries_is_asked_for(lab):
    request = replace(lab.request(lab.file("test-1.dm3")), annotations=Annotations())
    place = deposit(lab.services, request).place
    lab.process(place.experiment)
    row = lab.row(place.experiment)
    assert row.state is S.NEEDS_INPUT
    assert row.state_reason
    fields = {f.field for f in lab.validation(place).findings if f.severity is Severity.MISSING}
    assert {"sample.atom_types", "sample.is_simulation", "sample.preparation_date"} <= fields


def test_odd_names_go_through_the_whole_chain_as_they_are(lab, tmp_path):
    names = [
        "a..b.dm3",
        "line\nbreak.dm3",
        "back\\slash.dm3",
        "trailing space.dm3 ",
        "😀👩‍🔬.dm3",
        "u\u0308ber.dm3",
        "100% | `x` <b>.dm3",
    ]
    for name, number in zip(names, (1, 2, 3, 5, 6, 7, 8), strict=True):
        (tmp_path / name).write_bytes(lab.file(f"test-{number}.dm3").read_bytes())
    place = lab.deposit(*(tmp_path / name for name in names)).place
    lab.process(place.experiment)
    assert lab.row(place.experiment).state is S.VALID, lab.row(place.experiment).state_reason
    assert {one.file for one in lab.conversion(place).measurements} == set(names)
    indexed = {name for (name,) in ask(lab.services.index, "SELECT file FROM measurements").rows}
    assert indexed == set(names)
    readme = lab.services.lake.read_bytes(layout.readme(layout.experiment_prefix(place))).decode()
    rows = [line for line in readme.splitlines() if line.startswith("| `") and ".nxs" in line]
    assert len(rows) == len(names)
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}


def test_a_name_that_is_no_utf8_goes_through_the_whole_chain(lab, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.dm3"))
    path.write_bytes(lab.file("test-1.dm3").read_bytes())
    place = lab.deposit(path).place
    lab.process(place.experiment)
    assert [one.file for one in lab.conversion(place).measurements] == ["caf\\xe9.dm3"]


def test_annotations_that_change_during_a_run_are_processed_by_the_next(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    experiment = place.experiment
    receive(lab.services, experiment, run="one")
    with converted(lab, experiment) as made:
        store(lab.services, made)
    later = Annotations.model_validate(COMPLETE | {"description": "said meanwhile"})
    annotate(
        someone(lab.services, "bob"), experiment, later, expected_version=1, reason="meanwhile"
    )
    judge(lab.services, experiment, run="one")
    described = describe(lab.services, experiment, run="one")
    publish(lab.services, gather(lab.services, experiment, run="one"))
    row = lab.row(experiment)
    assert "said meanwhile" not in described.readme
    assert row.processed_key != row.run_key, "the next run is still to come"
    assert [pending.id for pending in lab.services.registry.experiments.pending()] == [experiment]
    lab.process(experiment)
    row = lab.row(experiment)
    assert (row.state, row.processed_key) == (S.VALID, row.run_key)
    assert lab.conversion(place).annotations_version == 2
