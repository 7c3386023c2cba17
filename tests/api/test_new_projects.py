"""Who begins a project where people log in: stewards, and those whose groups name it."""

from __future__ import annotations

import pytest

from emfair.identity.secret import digest
from tests.api.hall import Hall, in_days, made, open_hall, problem

OWNER, EDITOR = (f"emfair-project-grain-boundaries-{role}" for role in ("owner", "editor"))
CARD = {"card": {"title": "Grain boundaries"}}


def order(project="Grain boundaries", name="a.dm3"):
    file = {
        "name": name, "size": 1, "sha256": digest(name), "modified_at": "2026-01-22T12:00:00Z",
    }  # fmt: skip
    return {"project": project, "proposal": "q", "sample": "s", "title": name, "files": [file]}


@pytest.fixture
def hall(oidc, tmp_path, request) -> Hall:
    """Serve an emfair as it is by default where people log in."""
    with open_hall(oidc, tmp_path / "hall", "sqlite", getattr(request, "param", "")) as opened:
        yield opened


def owners(hall, project="grain-boundaries"):
    rows = hall.services.registry.memberships.of_project(project)
    return [row.subject for row in rows if row.role == "owner"]


def test_a_stranger_takes_no_name_that_a_group_has_and_reads_nothing_of_it(hall):
    eve, ada = hall.client("eve"), hall.client("ada", EDITOR)
    drafted = {name: value for name, value in order().items() if name != "files"}
    for path, body in (("projects", CARD), ("deposits", order()), ("experiments", drafted)):
        told = problem(eve.post(f"/{path}", json=body), 403)
        assert told["subject"] == "grain-boundaries"
        assert "only stewards begin one" in told["detail"]
        assert "typing errors, or ask a steward of this emfair" in told["remedy"]
    opened = ada.post("/deposits", json=order()).raise_for_status().json()
    problem(eve.get(f"/experiments/{opened['place']['experiment']}"), 404)
    problem(eve.post("/deposits", json=order()), 404)


def test_whose_group_makes_them_an_editor_deposits_first_and_does_not_own_the_project(hall):
    ada, lia = hall.client("ada", EDITOR), hall.client("lia", OWNER)
    problem(ada.post("/projects", json=CARD), 403)
    ada.post("/deposits", json=order()).raise_for_status()
    assert owners(hall) == []
    assert ada.get("/projects/grain-boundaries").json()["owner"] is None
    members, who = "/projects/grain-boundaries/members", {"subject": hall.subject("ada")}
    problem(ada.put(members, params=who, json={"role": "owner"}), 403)
    assert lia.put(members, params=who, json={"role": "viewer"}).status_code == 200


@pytest.mark.parametrize("groups", [(OWNER,), ("emfair-steward",), ("emfair-admin",)])
def test_whose_group_makes_them_its_owner_and_stewards_make_a_project(hall, groups):
    lia = hall.client("lia", *groups)
    assert made(lia.post("/projects", json=CARD))["id"] == "grain-boundaries"
    assert owners(hall) == [hall.subject("lia")]
    other = lia.post("/projects", json={"card": {"title": "Steel"}})
    assert (other.status_code == 403) is (groups == (OWNER,))


def test_a_viewers_group_begins_nothing(hall):
    viewer = hall.client("vic", EDITOR.replace("editor", "viewer"))
    problem(viewer.post("/deposits", json=order()), 403)


def test_the_answer_to_a_token_that_lacks_a_scope_says_so(hall):
    new = {"name": "script", "scopes": ["read"], "expires_at": in_days(1)}
    script = hall.bearer(made(hall.client("lia", OWNER).post("/tokens", json=new))["token"])
    assert (
        "lacks the scope 'deposit'" in problem(script.post("/projects", json=CARD), 403)["detail"]
    )


def test_actions_tell_whether_there_is_a_project_to_make(hall):
    makes = {
        name: "create-project" in hall.client(name, *groups).get("/actions").json()
        for name, groups in {"eve": (), "ada": (EDITOR,), "lia": (OWNER,), "stew": ()}.items()
    }
    assert makes == {"eve": False, "ada": False, "lia": True, "stew": True}
    hall.client("lia", OWNER).post("/projects", json=CARD)
    told = hall.client("lia", OWNER).get("/projects/grain-boundaries/actions").json()
    assert "create-project" not in told


@pytest.mark.parametrize("hall", ["anyone"], indirect=True)
def test_anyone_who_may_deposit_begins_one_where_the_operator_says_so(hall):
    assert made(hall.client("eve").post("/projects", json=CARD))["owner"] == hall.subject("eve")
    hall.client("bob").post("/deposits", json=order("Steel")).raise_for_status()
    assert owners(hall, "steel") == [hall.subject("bob")]
