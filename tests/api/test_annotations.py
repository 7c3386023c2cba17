"""What people say of an experiment: read, written on the version that was read, checked."""

from __future__ import annotations

from datetime import datetime

import pytest

from emfair.nxem.annotation_schema import annotation_schema
from tests.api.hall import Hall, problem

NEW = {"annotations": {"sample": {"atom_types": ["Si", "O"]}}, "reason": "seen by EDX"}


@pytest.fixture
def path(hall: Hall) -> str:
    return f"/experiments/{hall.experiment(hall.project())}/annotations"


def test_words_are_read_with_the_version_to_change_them_on(hall, path):
    client = hall.client("ada")
    before = client.get(path)
    assert before.headers["etag"] == '"v0"'
    assert before.json() == {
        "version": 0, "annotations": {}, "author": "", "author_name": "", "created_at": None,
        "reason": "",
    }  # fmt: skip
    written = client.put(path, json=NEW, headers={"If-Match": '"v0"'})
    assert written.headers["etag"] == '"v1"'
    assert written.json() == client.get(path).json()
    told = written.json()
    assert datetime.fromisoformat(told.pop("created_at")).tzinfo
    assert told == NEW | {"version": 1, "author": hall.subject("ada"), "author_name": "Ada"}


def test_two_who_write_at_once_are_told(hall, path):
    client = hall.client("ada")
    assert client.put(path, json=NEW, headers={"If-Match": '"v0"'}).status_code == 200
    problem(client.put(path, json=NEW | {"annotations": {}}, headers={"If-Match": '"v0"'}), 412)
    problem(client.put(path, json=NEW), 428)


def test_words_that_do_not_fit_are_refused(hall, path):
    wrong = {"annotations": {"sample": {"atom_types": ["Qq"]}}, "reason": "x"}
    told = problem(hall.client("ada").put(path, json=wrong, headers={"If-Match": '"v0"'}), 422)
    assert "Qq" in told["detail"]


def test_every_field_that_is_wrong_is_named(hall, path):
    wrong = {
        "start_time": "yesterday",
        "sample": {"atom_types": ["Qq"], "thickness": "thin"},
        "user": {"orcid": "0000-0002-1825-0098"},
        "measurement": {"camera_length": "2 kV", "aceleration": "200 kV"},
        "files": {"a.dm4": {"measurement": {"dwell_time": "5 m"}}},
    }
    new = {"annotations": wrong, "reason": "x"}
    told = problem(hall.client("ada").put(path, json=new, headers={"If-Match": '"v0"'}), 422)
    fields = [
        "start_time", "sample.atom_types.0", "sample.thickness", "user.orcid",
        "measurement.camera_length", "measurement.aceleration",
        "files.a.dm4.measurement.dwell_time",
    ]  # fmt: skip
    assert [field for field in fields if field not in told["detail"]] == []
    assert hall.client("ada").get(path).json()["version"] == 0


def test_what_is_sealed_is_changed_and_processed_anew_and_its_files_are_known(hall):
    client = hall.client("ada")
    path = f"/experiments/{hall.sealed(hall.project(), 'sealed once')}"
    before = client.get(path).json()["experiment"]
    written = client.put(f"{path}/annotations", json=NEW, headers={"If-Match": '"v1"'})
    assert (written.status_code, written.headers["etag"]) == (200, '"v2"')
    after = client.get(path).json()["experiment"]
    assert (after["state"], after["version"]) == ("sealed", before["version"] + 1)
    lost = {"files": {"a.dm3": {"title": "there"}, "b.dm3": {}, "c.dm3": {}}}
    new = {"annotations": lost, "reason": "x"}
    told = problem(client.put(f"{path}/annotations", json=new, headers={"If-Match": '"v2"'}), 422)
    assert "files.b.dm3" in told["detail"]
    assert "files.c.dm3" in told["detail"]
    assert "files.a.dm3" not in told["detail"]


def test_the_history_says_who_changed_which_field_and_why(hall):
    project = hall.project()
    path = f"/experiments/{hall.experiment(project)}/annotations"
    hall.join(project, "bob", "editor")
    hall.client("ada").put(path, json=NEW, headers={"If-Match": '"v0"'}).raise_for_status()
    other = {"annotations": {"sample": {"atom_types": ["Si"]}, "title": "T"}, "reason": "no O"}
    hall.client("bob").put(path, json=other, headers={"If-Match": '"v1"'}).raise_for_status()
    second, first = hall.client("ada").get(f"{path}/history").json()
    assert (second["version"], second["author_name"], second["reason"]) == (2, "Bob", "no O")
    assert second["changes"] == [
        {"field": "sample.atom_types", "old": ["Si", "O"], "new": ["Si"]},
        {"field": "title", "old": None, "new": "T"},
    ]
    assert (first["version"], first["author"]) == (1, hall.subject("ada"))
    old = hall.client("ada").get(f"{path}/1").json()
    assert (old["version"], old["annotations"]) == (1, NEW["annotations"])
    assert hall.client("ada").get(f"{path}/2").json() == hall.client("ada").get(path).json()
    problem(hall.client("ada").get(f"{path}/3"), 404)
    problem(hall.client("ada").get(f"{path}/0"), 422)
    problem(hall.client("sam").get(f"{path}/history"), 404)
    problem(hall.client("sam").get(f"{path}/1"), 404)


def test_a_document_is_looked_over_before_it_is_given(hall):
    client = hall.client("ada")
    document = {
        "sample": {"thickness": "0.08 µm"},
        "measurement": {"acceleration_voltage": "0.2 MV", "camera_length": "2 kV"},
    }
    told = client.post("/annotations/check", json={"annotations": document}).json()
    assert not told["fits"]
    (mistake,) = told["mistakes"]
    assert mistake["field"] == "measurement.camera_length"
    assert mistake["detail"]
    assert "mm" in mistake["remedy"]
    voltage, thickness = told["quantities"]
    assert voltage == {
        "field": "measurement.acceleration_voltage", "key": "acceleration_voltage",
        "text": "0.2 MV", "value": 200000.0, "unit": "V", "shown": "200 kV",
    }  # fmt: skip
    assert (thickness["field"], thickness["shown"]) == ("sample.thickness", "80 nm")
    assert told["missing"] == []


def test_a_check_against_an_experiment_knows_its_files_and_is_for_those_who_see_it(hall):
    client = hall.client("ada")
    experiment = hall.sealed(hall.project(), "checked once")
    wanted = {"annotations": {"files": {"b.dm3": {}}}, "experiment": experiment}
    told = client.post("/annotations/check", json=wanted).json()
    assert [one["field"] for one in told["mistakes"]] == ["files.b.dm3"]
    told = client.post("/annotations/check", json=wanted | {"annotations": {}}).json()
    assert told["fits"]
    assert {"sample.atom_types", "start_time", "instrument.vendor"} <= set(told["missing"])
    problem(hall.client("sam").post("/annotations/check", json=wanted), 404)
    problem(client.post("/annotations/check", json=wanted | {"experiment": "e-none"}), 404)


def test_the_schema_is_told_to_anyone(hall):
    answer = hall.client("ada").get("/schema/annotations")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == annotation_schema()
    assert hall.bearer(None).get("/schema/annotations").json() == answer.json()


def test_a_viewer_reads_and_a_stranger_does_not_learn_that_it_is_there(hall):
    project = hall.project()
    path = f"/experiments/{hall.experiment(project)}/annotations"
    hall.join(project, "vic", "viewer")
    assert hall.client("vic").get(path).status_code == 200
    problem(hall.client("vic").put(path, json=NEW, headers={"If-Match": '"v0"'}), 403)
    problem(hall.client("sam").get(path), 404)


def test_what_was_not_processed_yet_is_not_processed_again(hall, path):
    again = f"{path.rpartition('/')[0]}/process-again"
    told = problem(hall.client("ada").post(again, json={"reason": "the disk was full"}), 409)
    assert "waits" in told["detail"]
