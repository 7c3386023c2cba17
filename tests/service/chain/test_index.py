"""Last step: an experiment's rows in the index, and its final state."""

from __future__ import annotations

from dataclasses import replace

from emfair.catalogue.query import ask
from emfair.model.states import ExperimentState
from emfair.service.chain.index import gather, publish, published

S = ExperimentState


def test_rows_are_replaced_as_a_whole_and_come_back_as_they_were(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    lab.process(place.experiment)
    rows = gather(lab.services, place.experiment, run="again")
    assert publish(lab.services, rows) is False, "nothing changed"
    tables = published(lab.services, place.experiment)
    assert {name: table.num_rows for name, table in tables.items()} == {
        name: table.num_rows for name, table in rows.tables.items()
    }
    assert tables["measurements"].num_rows == 2


def test_an_experiment_that_moved_on_keeps_its_state_when_its_rows_arrive(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    lab.process(place.experiment)
    rows = gather(lab.services, place.experiment, run="late")
    for state in (S.PUBLISHED, S.TOMBSTONED):
        lab.services.registry.experiments.set_state(place.experiment, state)
        publish(lab.services, rows)
        assert lab.row(place.experiment).state is state


def test_the_index_is_compacted_from_time_to_time(lab):
    for name in ("test-1.dm3", "test-2.dm3"):
        place = lab.deposit(lab.file(name)).place
        lab.process(place.experiment)
    assert {len(files) for files in lab.services.index.files().values()} == {2}
    place = lab.deposit(lab.file("test-3.dm3")).place
    lab.process(place.experiment)
    rows = gather(lab.services, place.experiment, run="local")
    annotated = replace(rows, tables=rows.tables | {"findings": rows.tables["findings"].slice(1)})
    publish(lab.services, annotated, compact_every=1)
    assert {len(files) for files in lab.services.index.files().values()} == {1}
    asked = ask(lab.services.index, "SELECT count(*) FROM experiments")
    assert asked.rows == [(3,)]
