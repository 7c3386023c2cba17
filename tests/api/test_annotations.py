"""What people say of an experiment: read, written on the version that was read, checked."""

from __future__ import annotations

import pytest

from tests.api.hall import Hall, problem

NEW = {"annotations": {"sample": {"atom_types": ["Si", "O"]}}, "reason": "seen by EDX"}


@pytest.fixture
def path(hall: Hall) -> str:
    return f"/experiments/{hall.experiment(hall.project())}/annotations"


def test_words_are_read_with_the_version_to_change_them_on(hall, path):
    client = hall.client("ada")
    before = client.get(path)
    assert (before.json(), before.headers["etag"]) == ({"version": 0, "annotations": {}}, '"v0"')
    written = client.put(path, json=NEW, headers={"If-Match": '"v0"'})
    assert written.headers["etag"] == '"v1"'
    assert written.json() == client.get(path).json()
    assert written.json() == {"version": 1, "annotations": NEW["annotations"]}


def test_two_who_write_at_once_are_told(hall, path):
    client = hall.client("ada")
    assert client.put(path, json=NEW, headers={"If-Match": '"v0"'}).status_code == 200
    problem(client.put(path, json=NEW | {"annotations": {}}, headers={"If-Match": '"v0"'}), 412)
    problem(client.put(path, json=NEW), 428)


def test_words_that_do_not_fit_are_refused(hall, path):
    wrong = {"annotations": {"sample": {"atom_types": ["Qq"]}}, "reason": "x"}
    told = problem(hall.client("ada").put(path, json=wrong, headers={"If-Match": '"v0"'}), 422)
    assert "Qq" in told["detail"]


def test_a_viewer_reads_and_a_stranger_does_not_learn_that_it_is_there(hall):
    project = hall.project()
    path = f"/experiments/{hall.experiment(project)}/annotations"
    hall.join(project, "vic", "viewer")
    assert hall.client("vic").get(path).status_code == 200
    problem(hall.client("vic").put(path, json=NEW, headers={"If-Match": '"v0"'}), 403)
    problem(hall.client("sam").get(path), 404)
