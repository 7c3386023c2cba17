"""Live events over a real server: changes that others make are told."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from emfair.api.app import create_app
from emfair.api.listeners import Listeners
from emfair.model.deposits import Whereto
from emfair.model.states import ExperimentState as S
from emfair.service import deposits, uploads
from emfair.service.events import OVERLAP
from emfair.service.uploads import Announced
from tests.api.events.hearing import FAST, SOON, listening
from tests.api.server import serving
from tests.api.told import eventually, problem
from tests.service.lab import someone


def test_the_state_now_is_told_at_once_and_changes_when_others_make_them(home, tmp_path):
    experiment = home.sealed(tmp_path)
    with listening(f"{home.url}/experiments/{experiment}/events") as ear:
        first = ear.next()
        assert (first.kind, first.data["state"], first.data["resting"]) == (
            "experiment", "sealed", False
        )  # fmt: skip
        changing = threading.Thread(
            target=home.set_state, args=[experiment, S.PROCESSING, S.FAILED],
            kwargs={"reason": "too dark"},
        )  # fmt: skip
        changing.start()
        told = ear.until(state="failed").data
        changing.join()
    row = home.services.registry.experiments.get(experiment)
    assert (told["reason"], told["resting"], told["version"]) == ("too dark", True, row.version)
    assert datetime.fromisoformat(told["updated_at"]) == row.updated_at


def test_files_are_counted_as_they_arrive(home):
    access = someone(home.services)
    row = deposits.draft(access, Whereto("P", "Q", "S", "T"))
    with listening(f"{home.url}/experiments/{row.id}/events") as ear:
        assert ear.next().data["files"] is None
        files = [Announced(name, 1, datetime.now(UTC)) for name in ("a", "b")]
        announced = uploads.announce(access, row.id, files)
        assert ear.until(state="uploading").data["files"] == {"arrived": 0, "total": 2}
        for number, upload in enumerate(announced, 1):
            uploads.put_part(home.services, upload, 1, [b"x"])
            uploads.complete(home.services, uploads.find(home.services, upload.id), None)
            ear.until(files={"arrived": number, "total": 2})
        deposits.seal(access, row.id)
        assert ear.until(state="sealed").data["files"] is None


def test_steps_are_told_of_the_present_run_and_after_it_until_its_last(home, tmp_path):
    experiment = home.sealed(tmp_path)
    home.record(experiment, "raw_upload", "old", datetime.now(UTC) - timedelta(hours=1))
    with listening(f"{home.url}/experiments/{experiment}/events") as ear:
        assert ear.next().data["steps"] == ["raw_upload"]
        home.set_state(experiment, S.PROCESSING)
        assert ear.until(state="processing").data["steps"] == []
        home.record(experiment, "raw_upload", "new")
        ear.until(steps=["raw_upload"])
        home.record(experiment, "nxem_container", "new")
        ear.until(steps=["raw_upload", "nxem_container"])
        home.set_state(experiment, S.VALID)
        home.record(experiment, "metadata_index", "new")
        ear.until(state="valid", steps=["raw_upload", "nxem_container", "metadata_index"])


def test_a_stream_ends_at_rest_if_it_was_asked_to(home, tmp_path):
    experiment = home.sealed(tmp_path)
    with listening(f"{home.url}/experiments/{experiment}/events?until_rest=true") as ear:
        assert ear.next().data["state"] == "sealed"
        home.set_state(experiment, S.PROCESSING, S.INVALID)
        ear.until(state="invalid")
        assert ear.next().kind == "end"
        assert ear.over.wait(SOON)
    with listening(f"{home.url}/experiments/{experiment}/events?until_rest=true") as ear:
        assert [ear.next().kind, ear.next().kind] == ["experiment", "end"]


def test_what_a_client_has_heard_is_not_told_again(home, tmp_path):
    experiment = home.sealed(tmp_path)
    url = f"{home.url}/experiments/{experiment}/events"
    with listening(url) as ear:
        heard = ear.next().id
    with listening(url, last_event_id=heard) as ear:
        assert ear.silent(0.5)
        home.set_state(experiment, S.PROCESSING)
        assert ear.next().data["state"] == "processing"
    with listening(url, last_event_id="no id of ours") as ear:
        assert ear.next().data["state"] == "processing"


def test_silence_is_broken_by_signs_of_life(home, tmp_path):
    with listening(f"{home.url}/experiments/{home.sealed(tmp_path)}/events") as ear:
        assert eventually(lambda: ear.signs > 1)
        assert ear.events.qsize() == 1


def test_all_experiments_are_told_of_from_now_on(home, tmp_path):
    old = home.sealed(tmp_path, "Old")
    with listening(f"{home.url}/events") as ear:
        assert ear.next().kind == "ready"
        new = home.sealed(tmp_path, "New")
        told = ear.until(experiment=new, state="sealed")
        assert (told.data["title"], told.data["steps"]) == ("New", None)
        home.set_state(old, S.PROCESSING)
        assert ear.until(experiment=old).data["state"] == "processing"


def test_a_stream_of_all_goes_on_after_the_last_event(home, tmp_path):
    first, second = home.sealed(tmp_path, "One"), home.sealed(tmp_path, "Two")
    with listening(f"{home.url}/events") as ear:
        ear.next()
        home.set_state(first, S.PROCESSING)
        heard = ear.until(experiment=first).id
    home.set_state(second, S.PROCESSING)
    with listening(f"{home.url}/events", last_event_id=heard) as ear:
        assert ear.until(experiment=second).data["state"] == "processing"
        while ear.next().kind != "ready":
            pass


@pytest.mark.parametrize("mark", ["x", "-1", "9" * 40, "1' OR 1=1"])
def test_whoever_brings_an_id_that_is_none_loads_the_list(home, mark):
    with listening(f"{home.url}/events", last_event_id=mark) as ear:
        assert ear.next().kind == "reload"


def test_whoever_has_missed_too_much_loads_the_list(home, tmp_path):
    experiment = home.sealed(tmp_path)
    row = home.services.registry.experiments.get(experiment)
    long_ago = str(int((row.updated_at - OVERLAP).timestamp() * 10**6))
    for most, kind in ((1, "experiment"), (0, "reload")):
        listeners = Listeners(home.services, resumed=most, **FAST)
        with (
            serving(create_app(home.services, listeners=listeners)) as url,
            listening(f"{url}/api/v1/events", last_event_id=long_ago) as ear,
        ):
            assert ear.next().kind == kind


def test_an_experiment_that_is_not_there_has_no_events(home):
    problem(httpx.get(f"{home.url}/experiments/e-unknown/events"), 404)
