"""What a lookout tells, look by look."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from emfair.lake import layout
from emfair.model.states import ExperimentState as S
from emfair.service.events import Lookout, news
from tests.service.stores import Tapped


def record(services, place, name: str) -> None:
    services.lake.put_bytes(layout.provenance(place, name), b"{}")


@pytest.fixture
def experiment(sealed) -> str:
    return sealed.experiment


def test_a_change_is_told_once(services, experiment):
    lookout = Lookout(services)
    (first,) = lookout.look([experiment], everything=True)
    assert first.row.state is S.SEALED
    assert lookout.look([experiment], everything=True) == []
    services.registry.experiments.set_state(experiment, S.PROCESSING)
    (second,) = lookout.look([experiment], everything=True)
    assert second.row.state is S.PROCESSING
    assert lookout.look([experiment], everything=True) == []


def test_of_all_others_only_what_changes_is_told(services, experiment):
    after = replace(services, now=lambda: services.now() + timedelta(seconds=20))
    lookout = Lookout(after)
    assert lookout.look([], everything=True) == []
    services.registry.experiments.set_state(experiment, S.PROCESSING)
    (one,) = lookout.look([], everything=True)
    assert (one.row.id, one.steps) == (experiment, ())
    assert lookout.look([], everything=True) == []


def test_what_changed_just_before_the_first_look_is_not_lost(services, experiment):
    assert [one.row.id for one in Lookout(services).look([], everything=True)] == [experiment]


def test_nobody_who_listens_to_all_means_no_look_at_all(services, experiment):
    assert Lookout(services).look([], everything=False) == []


def test_what_is_not_there_is_nothing_to_tell(services):
    assert Lookout(services).look(["e-unknown"], everything=False) == []


def test_steps_are_those_of_the_last_run_and_strange_objects_none(services, sealed):
    for name in (
        "20260101T000000000000-raw_upload-old",
        "20260102T000000000000-raw_upload-a-b",
        "20260102T000001000000-nxem_container-a-b",
        "notes",
    ):
        record(services, sealed, name)
    row = services.registry.experiments.get(sealed.experiment)
    assert news(services, row).steps == ("raw_upload", "nxem_container")
    services.registry.experiments.set_state(row.id, S.PROCESSING)
    row = services.registry.experiments.get(row.id)
    assert news(services, row).steps == ()
    record(services, sealed, f"{row.updated_at:%Y%m%dT%H%M%S%f}-raw_upload-new")
    assert news(services, row).steps == ("raw_upload",)


def test_the_lake_is_asked_only_while_the_chain_may_be_at_work(services, sealed):
    asked: list[str] = []
    tapped = replace(services, lake=Tapped(services.lake, lambda name, _: asked.append(name)))
    lookout = Lookout(tapped)
    lookout.look([sealed.experiment], everything=False)
    assert asked == ["list"]
    lookout.look([sealed.experiment], everything=False)
    assert asked == ["list"]  # sealed: it begins with a change of state
    services.registry.experiments.set_state(sealed.experiment, S.PROCESSING)
    for _ in range(3):
        lookout.look([sealed.experiment], everything=False)
    assert asked == ["list"] * 4
    services.registry.experiments.set_state(sealed.experiment, S.FAILED)
    record(services, sealed, "20260102T000001000000-metadata_index-a")
    for _ in range(3):
        lookout.look([sealed.experiment], everything=False)
    assert asked == ["list"] * 5
