"""Referee links: a secret shows what it was made for, and nothing else, until its end."""

from __future__ import annotations

import pytest

from emfair.identity.secret import digest
from tests.api.hall import in_days, made, problem


def link(hall, what, by="ada", until=None):
    path = f"{what}/referee-links"
    return hall.client(by).post(path, json={"until": until or in_days(7)})


def test_a_link_to_a_project_shows_it_without_what_is_restricted(hall):
    project, other = hall.project(), hall.project()
    seen, hidden = hall.experiment(project), hall.experiment(project, restricted=True)
    elsewhere = hall.experiment(other)
    answer = link(hall, f"/projects/{project}")
    new = made(answer)
    assert answer.headers["cache-control"] == "no-store"
    guest = hall.bearer(new["secret"])
    assert guest.get(f"/projects/{project}").json()["experiments"] == 1
    assert [one["id"] for one in guest.get("/projects").json()["items"]] == [project]
    assert [one["id"] for one in guest.get("/experiments").json()["items"]] == [seen]
    assert guest.get(f"/experiments/{seen}").status_code == 200
    for path in (f"/experiments/{hidden}", f"/experiments/{elsewhere}", f"/projects/{other}"):
        problem(guest.get(path), 404)


def test_a_link_to_an_experiment_shows_no_more_than_it(hall):
    project = hall.project()
    seen, beside = hall.experiment(project), hall.experiment(project)
    guest = hall.bearer(made(link(hall, f"/experiments/{seen}"))["secret"])
    assert guest.get(f"/experiments/{seen}").status_code == 200
    assert [one["id"] for one in guest.get("/experiments").json()["items"]] == [seen]
    problem(guest.get(f"/experiments/{beside}"), 404)
    problem(guest.get(f"/projects/{project}"), 404)
    assert guest.get("/projects").json()["items"] == []


def test_a_guest_changes_nothing_and_makes_nothing(hall):
    project = hall.project()
    experiment = hall.experiment(project)
    guest = hall.bearer(made(link(hall, f"/projects/{project}"))["secret"])
    card = {"title": "Mine"}
    headers = {"If-Match": '"v1"'}
    problem(guest.put(f"/projects/{project}", json=card, headers=headers), 403)
    problem(guest.post("/projects", json={"card": card}), 403)
    problem(guest.post(f"/projects/{project}/referee-links", json={"until": in_days(1)}), 403)
    problem(guest.get(f"/projects/{project}/referee-links"), 403)
    problem(guest.get(f"/experiments/{experiment}/uploads"), 403)
    problem(guest.post("/tokens", json=token()), 403)


def token():
    return {"name": "n", "scopes": ["read"], "expires_at": in_days(1)}


def test_the_secret_is_answered_once_with_the_address_to_give_away(hall):
    project = hall.project()
    new = made(link(hall, f"/projects/{project}"))
    assert new["url"] == f"{hall.services.settings.public_url}/?referee={new['secret']}"
    listed = hall.client("ada").get(f"/projects/{project}/referee-links")
    assert [one["id"] for one in listed.json()] == [new["link"]["id"]]
    assert new["secret"] not in listed.text
    assert digest(new["secret"]) not in listed.text
    deeds = hall.client("ada").get(f"/projects/{project}/audit").text
    assert new["link"]["id"] in deeds
    assert new["secret"] not in deeds


def test_a_link_is_made_anew_each_time_whatever_key_comes_with_it(hall):
    path = f"/projects/{hall.project()}/referee-links"
    headers, body = {"Idempotency-Key": "one-key"}, {"until": in_days(1)}
    secrets = {
        made(hall.client("ada").post(path, json=body, headers=headers))["secret"] for _ in range(2)
    }
    assert len(secrets) == 2


def test_a_revoked_link_shows_nothing_at_once(hall):
    project = hall.project()
    new = made(link(hall, f"/projects/{project}"))
    guest = hall.bearer(new["secret"])
    one = f"/projects/{project}/referee-links/{new['link']['id']}"
    for _ in range(2):
        assert hall.client("ada").delete(one).status_code == 204
    problem(guest.get(f"/projects/{project}"), 401)
    (told,) = hall.client("ada").get(f"/projects/{project}/referee-links").json()
    assert told["revoked_at"]


def test_owners_share_a_project_and_whoever_deposited_shares_an_experiment(hall):
    project = hall.project()
    hall.join(project, "bob", "editor")
    hall.join(project, "cid", "viewer")
    problem(link(hall, f"/projects/{project}", by="bob"), 403)
    mine, other = hall.experiment(project, owner="bob"), hall.experiment(project)
    made(link(hall, f"/experiments/{mine}", by="bob"))
    made(link(hall, f"/experiments/{mine}", by="ada"))
    problem(link(hall, f"/experiments/{other}", by="bob"), 403)
    problem(link(hall, f"/experiments/{mine}", by="cid"), 403)
    problem(link(hall, f"/experiments/{mine}", by="eve"), 404)


def test_links_are_listed_and_ended_where_they_belong(hall):
    project, other = hall.project(), hall.project()
    one, two = hall.experiment(project), hall.experiment(project)
    whole = made(link(hall, f"/projects/{project}"))["link"]["id"]
    first = made(link(hall, f"/experiments/{one}"))["link"]["id"]
    second = made(link(hall, f"/experiments/{two}"))["link"]["id"]

    def listed(what):
        return [each["id"] for each in hall.client("ada").get(f"{what}/referee-links").json()]

    assert listed(f"/projects/{project}") == [second, first, whole]
    assert listed(f"/experiments/{one}") == [first]
    for what, link_id in (
        (f"/experiments/{one}", second),
        (f"/experiments/{one}", whole),
        (f"/projects/{other}", whole),
        (f"/projects/{project}", "r-none"),
    ):
        problem(hall.client("ada").delete(f"{what}/referee-links/{link_id}"), 404)
    assert hall.client("ada").delete(f"/projects/{project}/referee-links/{first}").status_code == (
        204
    )


def test_a_restricted_experiment_has_no_link(hall):
    project = hall.project()
    experiment = hall.experiment(project, restricted=True)
    told = problem(link(hall, f"/experiments/{experiment}"), 409)
    assert "restricted" in told["detail"]
    assert hall.client("ada").get(f"/experiments/{experiment}/referee-links").json() == []


@pytest.mark.parametrize(
    ("until", "status"),
    [
        ("2020-01-01T00:00:00Z", 400),
        ("2030-01-01T00:00:00", 422),
        ("2030-01-01", 422),
        ("9999-12-31T23:59:59-12:00", 422),
        ("never", 422),
    ],
)
def test_a_link_has_an_end_that_is_to_come(hall, until, status):
    project = hall.project()
    problem(link(hall, f"/projects/{project}", until=until), status)
    problem(hall.client("ada").post(f"/projects/{project}/referee-links", json={}), 422)
    assert hall.client("ada").get(f"/projects/{project}/referee-links").json() == []


def test_a_damaged_secret_opens_nothing_and_is_not_repeated(hall):
    secret = made(link(hall, f"/projects/{hall.project()}"))["secret"]
    for wrong in (secret[:-1], secret + "x", secret[:-1] + ("a" if secret[-1] != "a" else "b")):
        told = problem(hall.bearer(wrong).get("/projects"), 401)
        assert wrong not in str(told)
