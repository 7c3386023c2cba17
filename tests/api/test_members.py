"""``/projects/{project}/members``: made and unmade by owners, ended by time."""

from __future__ import annotations

import threading

import pytest

from tests.api.hall import in_days, made, problem
from tests.registry.together import run_together


def members(hall, project):
    return f"/projects/{project}/members"


def grant(hall, project, name, role, by="ada", **more):
    params = {"subject": hall.subject(name) if ":" not in name else name}
    return hall.client(by).put(members(hall, project), params=params, json={"role": role} | more)


def revoke(hall, project, name, by="ada"):
    params = {"subject": hall.subject(name) if ":" not in name else name}
    return hall.client(by).delete(members(hall, project), params=params)


def roles(hall, project, by="ada"):
    items = hall.client(by).get(members(hall, project)).json()["items"]
    return {one["name"]: one["role"] for one in items if one["source"] == "membership"}


def test_whoever_makes_a_project_is_its_first_member(hall):
    project = hall.project()
    told = hall.client("ada").get(members(hall, project)).json()
    (owner,) = told["items"]
    assert (owner["subject"], owner["name"], owner["role"]) == (
        hall.subject("ada"), "Ada", "owner",
    )  # fmt: skip
    assert told["groups"] == {
        role: f"emfair-project-{project}-{role}" for role in ("owner", "editor", "viewer")
    }


def test_a_role_is_given_changed_and_taken_away(hall):
    project = hall.project()
    hall.meet("bob")
    told = grant(hall, project, "bob", "viewer").json()
    assert (told["name"], told["role"], told["granted_by"]) == (
        "Bob", "viewer", hall.subject("ada"),
    )  # fmt: skip
    assert hall.client("bob").get(f"/projects/{project}").status_code == 200
    grant(hall, project, "bob", "editor")
    assert roles(hall, project) == {"Ada": "owner", "Bob": "editor"}
    for _ in range(2):
        assert revoke(hall, project, "bob").status_code == 204
    problem(hall.client("bob").get(f"/projects/{project}"), 404)


def test_a_membership_ends_by_itself_and_is_still_told(hall):
    project = hall.project()
    hall.meet("bob")
    told = grant(hall, project, "bob", "viewer", until=in_days(1)).json()
    assert told["until"]
    problem(grant(hall, project, "bob", "viewer", until=in_days(-1)), 400)
    soon = in_days(0.5 / 86400)
    grant(hall, project, "bob", "viewer", until=soon)
    while hall.client("bob").get(f"/projects/{project}").status_code == 200:
        threading.Event().wait(0.05)
    assert roles(hall, project) == {"Ada": "owner", "Bob": "viewer"}


def test_the_last_owner_cannot_leave_by_accident_but_a_steward_may_see_to_it(hall):
    project = hall.project()
    hall.meet("bob")
    problem(revoke(hall, project, "ada"), 409)
    problem(grant(hall, project, "ada", "editor"), 409)
    problem(grant(hall, project, "ada", "owner", until=in_days(30)), 409)
    assert roles(hall, project) == {"Ada": "owner"}
    grant(hall, project, "bob", "owner")
    assert revoke(hall, project, "ada").status_code == 204
    problem(revoke(hall, project, "bob", by="bob"), 409)
    assert revoke(hall, project, "bob", by="stew").status_code == 204
    assert roles(hall, project, by="stew") == {}


def test_two_owners_who_remove_each_other_leave_one(hall):
    project = hall.project()
    hall.join(project, "bob", "owner")
    pairs, statuses, barrier = [("ada", "bob"), ("bob", "ada")], [], threading.Barrier(2)

    def remove() -> None:
        by, whom = pairs.pop()
        barrier.wait()
        statuses.append(revoke(hall, project, whom, by=by).status_code)

    run_together(remove, 2)
    assert 204 in statuses
    assert statuses != [204, 204]
    assert len(roles(hall, project, by="stew")) == 1


def test_members_see_each_other_and_only_owners_change_that(hall):
    project = hall.project()
    hall.join(project, "bob", "viewer")
    hall.join(project, "cid", "editor")
    everyone = {"Ada": "owner", "Bob": "viewer", "Cid": "editor"}
    for name in ("ada", "bob", "cid", "stew", "root"):
        assert roles(hall, project, by=name) == everyone
    for name in ("bob", "cid"):
        told = problem(grant(hall, project, name, "owner", by=name), 403)
        assert told["remedy"] == "Ask an owner of the project."
        problem(revoke(hall, project, "ada", by=name), 403)
    for client in (hall.client("eve"), hall.bearer(None)):
        assert client.get(members(hall, project)).status_code in (401, 404)
    problem(grant(hall, project, "eve", "owner", by="eve"), 404)


def test_a_referee_does_not_learn_who_works_on_a_project(hall):
    project = hall.project()
    link = made(
        hall.client("ada").post(f"/projects/{project}/referee-links", json={"until": in_days(1)})
    )
    guest = hall.bearer(link["secret"])
    assert guest.get(f"/projects/{project}").status_code == 200
    problem(guest.get(members(hall, project)), 403)


def test_a_group_of_the_login_service_is_shown_as_such_to_who_is_in_it(hall):
    project = hall.project()
    client = hall.client("gus", f"emfair-project-{project}-owner")
    items = client.get(members(hall, project)).json()["items"]
    mine = [one for one in items if one["subject"] == hall.subject("gus")]
    assert [(one["role"], one["source"], one["granted_at"]) for one in mine] == [
        ("owner", "group", None)
    ]
    assert (
        client.delete(members(hall, project), params={"subject": hall.subject("gus")}).status_code
        == 204
    )


def test_an_instrument_can_be_a_member(hall):
    project, titan = hall.project(), hall.fresh("titan")
    card = {"id": titan, "card": {"title": "Titan"}}
    made(hall.client("stew").post("/instruments", json=card))
    told = grant(hall, project, f"instrument:{titan}", "editor").json()
    assert (told["subject"], told["name"]) == (f"instrument:{titan}", "Titan")
    assert revoke(hall, project, f"instrument:{titan}").status_code == 204


@pytest.mark.parametrize(
    "subject",
    ["ada", "", "instrument:none", "instrument:", "referee:r-1", "' OR 1=1", "@", "x" * 201],
)
def test_nobody_is_no_member(hall, subject):
    project = hall.project()
    answer = hall.client("ada").put(
        members(hall, project), params={"subject": subject}, json={"role": "viewer"}
    )
    assert answer.status_code in (404, 422), answer.text
    problem(answer, answer.status_code)
    assert roles(hall, project) == {"Ada": "owner"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"role": "admin"},
        {"role": "referee"},
        {"role": "viewer", "until": "2026-01-01"},
        {"role": "viewer", "until": "2030-01-01T00:00:00"},
        {"role": "viewer", "until": "9999-12-31T23:59:59-12:00"},
        {"role": "viewer", "until": 1900000000},
        {"role": "viewer", "by": "me"},
    ],
)
def test_what_is_no_role_is_refused(hall, body):
    project = hall.project()
    hall.meet("bob")
    params = {"subject": hall.subject("bob")}
    problem(hall.client("ada").put(members(hall, project), params=params, json=body), 422)


def test_a_token_changes_no_membership(hall):
    project = hall.project()
    new = {"name": "n", "scopes": ["edit", "deposit", "read"], "expires_at": in_days(1)}
    script = hall.bearer(made(hall.client("ada").post("/tokens", json=new))["token"])
    params = {"subject": hall.subject("ada")}
    answer = script.put(members(hall, project), params=params, json={"role": "owner"})
    assert "a token is not enough" in problem(answer, 403)["detail"]
    assert script.get(members(hall, project)).status_code == 200
