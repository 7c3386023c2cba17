"""``…/actions``: what a face may offer is what would be allowed."""

from __future__ import annotations

import pytest

from emfair.identity.table import About, Action, table
from tests.api.hall import in_days, made, problem

OF_PROJECT = {
    str(row.action)
    for row in table().rows.values()
    if row.about is About.PROJECT and row.action is not Action.CREATE_PROJECT
}
"""What may be done to one that is there."""


def actions(client, path):
    answer = client.get(f"{path}/actions")
    assert answer.status_code == 200, answer.text
    return set(answer.json())


def test_each_role_may_what_the_table_says(hall):
    project = hall.project()
    hall.join(project, "bob", "viewer")
    hall.join(project, "cid", "editor")
    path = f"/projects/{project}"
    assert actions(hall.client("ada"), path) == OF_PROJECT
    assert actions(hall.client("cid"), path) == {"read-project", "read-members", "create-proposal"}
    assert actions(hall.client("bob"), path) == {"read-project", "read-members"}
    assert actions(hall.client("stew"), path) == OF_PROJECT


def test_a_thing_that_may_not_be_seen_has_no_actions(hall):
    sample = hall.sample()
    project = sample.split("/")[2]
    experiment = hall.experiment(project)
    proposal = sample.rpartition("/samples")[0]
    for path in (f"/projects/{project}", proposal, sample, f"/experiments/{experiment}"):
        assert actions(hall.client("ada"), path)
        problem(hall.client("eve").get(f"{path}/actions"), 404)
        problem(hall.bearer(None).get(f"{path}/actions"), 404)


def test_whoever_deposited_may_more_than_another_editor(hall):
    project = hall.project()
    hall.join(project, "bob", "editor")
    mine, other = hall.experiment(project, owner="bob"), hall.experiment(project)
    more = actions(hall.client("bob"), f"/experiments/{mine}") - actions(
        hall.client("bob"), f"/experiments/{other}"
    )
    assert more == {"delete-experiment", "share-experiment"}


def test_a_token_offers_what_its_scopes_allow(hall):
    project = hall.project()
    new = {"name": "n", "scopes": ["read", "edit"], "expires_at": in_days(1)}
    script = hall.bearer(made(hall.client("ada").post("/tokens", json=new))["token"])
    assert actions(script, f"/projects/{project}") == {
        "read-project", "edit-project", "read-members",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ada", {"see-service", "query-index", "keep", "create-project"}),
        ("stew", {"see-service", "query-index", "keep", "create-project", "create-instrument"}),
        (
            "root",
            {"see-service", "query-index", "keep", "create-project", "create-instrument", "admin"},
        ),
        (None, {"see-service"}),
    ],
)
def test_what_is_about_no_thing_is_told_too(hall, name, expected):
    client = hall.bearer(None) if name is None else hall.client(name)
    assert actions(client, "") == expected


def test_an_instruments_maker_may_share_it(hall):
    name = hall.fresh("t")
    made(hall.client("stew").post("/instruments", json={"id": name, "card": {"title": "T"}}))
    assert actions(hall.client("ada"), f"/instruments/{name}") == {"read-instrument"}
    assert "share-instrument" in actions(hall.client("stew"), f"/instruments/{name}")
