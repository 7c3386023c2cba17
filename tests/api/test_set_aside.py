"""Files that are set aside: by whoever may edit the experiment, on the version they have read."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.api.hall import Hall, problem

NEW = {"files": ["a.dm3"], "because": "the disk was full"}
V1, V2 = {"If-Match": '"v1"'}, {"If-Match": '"v2"'}


@pytest.fixture
def path(hall: Hall) -> str:
    return f"/experiments/{hall.sealed(hall.project(), 'damaged')}/set-aside"


def test_a_file_is_set_aside_and_taken_back_and_the_experiment_processed_anew(hall, path):
    client = hall.client("ada")
    before = client.get(path)
    assert (before.json(), before.headers["etag"]) == ([], '"v1"')
    done = client.post(path, json=NEW, headers=V1)
    assert (done.status_code, done.headers["etag"]) == (200, '"v2"')
    (told,) = done.json()
    assert datetime.fromisoformat(told.pop("at")).tzinfo
    assert told == {
        "file": "a.dm3",
        "because": NEW["because"],
        "by": hall.subject("ada"),
        "by_name": "Ada",
    }
    experiment = path.removesuffix("/set-aside")
    said = client.get(f"{experiment}/annotations").json()
    assert said["annotations"] == {"files": {"a.dm3": {"set_aside": "the disk was full"}}}
    assert said["reason"] == "a.dm3 is set aside: the disk was full"
    kinds = [row.kind for row in hall.services.registry.outbox.after(0, 1000)]
    back = client.delete(path, params={"file": "a.dm3"}, headers=V2)
    assert (back.json(), back.headers["etag"]) == ([], '"v3"')
    assert client.get(f"{experiment}/annotations").json()["annotations"] == {}
    assert kinds[-1] == "annotations-changed"
    assert client.get(experiment).json()["experiment"]["state"] == "sealed"


def test_two_who_decide_at_once_are_told(hall, path):
    client = hall.client("ada")
    client.post(path, json=NEW, headers=V1).raise_for_status()
    problem(client.post(path, json=NEW | {"because": "blurred"}, headers=V1), 412)
    problem(client.delete(path, params={"file": "a.dm3"}, headers=V1), 412)
    problem(client.post(path, json=NEW), 428)
    problem(client.delete(path, params={"file": "a.dm3"}), 428)


def test_what_is_not_there_or_not_said_is_refused(hall, path):
    client = hall.client("ada")
    told = problem(client.post(path, json=NEW | {"files": ["a.dm3", "b.dm3"]}, headers=V1), 404)
    assert told["subject"] == "b.dm3"
    problem(client.delete(path, params={"file": "b.dm3"}, headers=V1), 404)
    problem(client.post(path, json=NEW | {"files": []}, headers=V1), 422)
    problem(client.delete(path, headers=V1), 422)
    problem(client.post(path, json=NEW | {"because": " "}, headers=V1), 422)
    problem(client.post(path, json={"files": ["a.dm3"]}, headers=V1), 422)


def test_who_may_only_look_sets_nothing_aside_and_a_stranger_sees_nothing(hall):
    project = hall.project()
    path = f"/experiments/{hall.sealed(project, 'looked at')}/set-aside"
    hall.join(project, "bob", "viewer")
    assert hall.client("bob").get(path).json() == []
    problem(hall.client("bob").post(path, json=NEW, headers=V1), 403)
    problem(hall.client("bob").delete(path, params={"file": "a.dm3"}, headers=V1), 403)
    problem(hall.client("sam").get(path), 404)
