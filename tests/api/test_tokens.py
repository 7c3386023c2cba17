"""``/tokens``: one's own, and those of instruments: shown once, limited, ended."""

from __future__ import annotations

import time

import pytest

from emfair.identity.secret import digest
from tests.api.hall import in_days, made, problem


def new(scopes=("read",), **more):
    return {"name": "script", "scopes": list(scopes), "expires_at": in_days(30)} | more


def create(hall, name="ada", path="/tokens", **more):
    return made(hall.client(name).post(path, json=new(**more)))


@pytest.fixture
def titan(hall):
    """Return the identifier of an instrument that a steward has made."""
    name = hall.fresh("titan")
    made(hall.client("stew").post("/instruments", json={"id": name, "card": {"title": "Titan"}}))
    return name


def test_a_token_acts_as_its_maker_within_its_scopes(hall):
    project = hall.project()
    script = hall.bearer(create(hall)["token"])
    assert script.get("/me").json()["subject"] == hall.subject("ada")
    assert script.get(f"/projects/{project}").status_code == 200
    edit = script.put(f"/projects/{project}", json={"title": "T"}, headers={"If-Match": '"v1"'})
    assert "lacks the scope 'edit'" in problem(edit, 403)["detail"]
    problem(script.post("/projects", json={"card": {"title": "T"}}), 403)


def test_a_token_is_shown_once_and_only_its_checksum_is_kept(hall):
    answer = hall.client("ada").post("/tokens", json=new(name="µ 🔬"))
    told = made(answer)
    assert answer.headers["cache-control"] == "no-store"
    listed = hall.client("ada").get("/tokens")
    assert told["kept"] in listed.json()
    assert told["token"] not in listed.text
    assert digest(told["token"]) not in listed.text + answer.text
    kept = hall.services.registry.tokens.find(told["kept"]["id"])
    assert kept.secret_sha256 == digest(told["token"])


def test_an_answer_that_was_kept_for_one_token_is_not_given_to_another(hall):
    new_project, key = {"card": {"title": "Kept"}}, {"Idempotency-Key": hall.fresh("key")}
    scripts = [hall.bearer(create(hall, scopes=["deposit"])["token"]) for _ in range(2)]
    made(scripts[0].post("/projects", json=new_project, headers=key))
    assert scripts[0].post("/projects", json=new_project, headers=key).status_code == 201
    problem(scripts[1].post("/projects", json=new_project, headers=key), 400)


def test_tokens_are_listed_for_their_holder_only_newest_first(hall):
    first, second = create(hall, "lia"), create(hall, "lia")
    ids = [one["id"] for one in hall.client("lia").get("/tokens").json()]
    assert ids == [second["kept"]["id"], first["kept"]["id"]]
    assert hall.client("max").get("/tokens").json() == []


def test_a_revoked_token_is_no_good_at_once(hall):
    told = create(hall)
    script = hall.bearer(told["token"])
    assert script.get("/me").status_code == 200
    one = f"/tokens/{told['kept']['id']}"
    for _ in range(2):
        assert hall.client("ada").delete(one).status_code == 204
    problem(script.get("/me"), 401)


def test_nobody_but_an_administrator_ends_anothers_token(hall):
    one = f"/tokens/{create(hall)['kept']['id']}"
    for name in ("eve", "stew"):
        told = problem(hall.client(name).delete(one), 404)
        never = problem(hall.client(name).delete("/tokens/none"), 404)
        assert told["detail"] == never["detail"]
    problem(hall.bearer(None).delete(one), 401)
    assert hall.client("root").delete(one).status_code == 204
    deeds = hall.client("root").get("/audit", params={"action": "token-revoked", "limit": 1})
    assert deeds.json()["items"][0]["actor"] == hall.subject("root")


def test_a_token_gives_no_more_than_its_holders_last_login(hall):
    group = f"emfair-project-{(project := hall.project())}-owner"
    told = made(hall.client("kim", group).post("/tokens", json=new()))
    script, where = hall.bearer(told["token"]), f"/projects/{project}"
    assert script.get(where).status_code == 200
    hall.client("kim").get("/me")
    problem(hall.client("kim").get(where), 404)
    problem(script.get(where), 404)
    assert script.get("/projects").json()["items"] == []
    old = hall.oidc.sign({"sub": "kim", "groups": [group], "iat": int(time.time()) - 60})
    assert hall.bearer(old).get(where).status_code == 200, "a login counts until it ends"
    problem(script.get(where), 404)
    hall.bearer(hall.oidc.sign({"sub": "kim", "groups": [group], "iat": int(time.time())})).get(
        "/me"
    )
    assert script.get(where).status_code == 200, "who is in the group again has it again"


def test_a_login_without_a_time_of_issue_is_refused(hall):
    told = problem(hall.bearer(hall.oidc.sign({"iat": None})).get("/me"), 401)
    assert "does not say when" in told["detail"]


def test_a_steward_ends_the_tokens_of_whoever_has_left(hall):
    hall.meet("max")
    scripts = [create(hall, "pat"), create(hall, "pat")]
    pats, stew = {"subject": hall.subject("pat")}, hall.client("stew")
    listed = stew.get("/people/tokens", params=pats)
    assert {one["id"] for one in listed.json()} == {one["kept"]["id"] for one in scripts}
    assert scripts[0]["token"] not in listed.text
    one = f"/people/tokens/{scripts[0]['kept']['id']}"
    for call in (
        lambda: hall.client("max").get("/people/tokens", params=pats),
        lambda: hall.client("max").delete("/people/tokens", params=pats),
        lambda: hall.client("max").delete(one, params=pats),
    ):
        assert "Ask a steward" in problem(call(), 403)["remedy"]
    problem(stew.delete(one, params={"subject": hall.subject("max")}), 404)
    assert stew.delete(one, params=pats).status_code == 204
    problem(hall.bearer(scripts[0]["token"]).get("/me"), 401)
    assert hall.bearer(scripts[1]["token"]).get("/me").status_code == 200
    for _ in range(2):
        assert stew.delete("/people/tokens", params=pats).status_code == 204
    problem(hall.bearer(scripts[1]["token"]).get("/me"), 401)
    problem(stew.get("/people/tokens", params={"subject": "nobody"}), 404)


def test_a_token_makes_and_ends_no_other(hall):
    told = create(hall, scopes=["read", "edit", "deposit", "download", "annotate", "query"])
    script = hall.bearer(told["token"])
    assert "a token is not enough" in problem(script.post("/tokens", json=new()), 403)["detail"]
    problem(script.get("/tokens"), 403)
    problem(script.delete(f"/tokens/{told['kept']['id']}"), 403)


def test_an_administrators_token_is_no_administrator(hall):
    hall.meet("root")
    script = hall.bearer(create(hall, "root", scopes=["read", "edit"])["token"])
    project = hall.project()
    problem(script.get(f"/projects/{project}"), 404)
    assert "admin" not in script.get("/me").json()["roles"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"name": ""}, 422),
        ({"name": " "}, 400),
        ({"name": "x" * 501}, 422),
        ({"name": "\x00"}, 400),
        ({"scopes": []}, 422),
        ({"scopes": ["admin"]}, 400),
        ({"scopes": ["login"]}, 400),
        ({"scopes": ["read"] * 21}, 422),
        ({"expires_at": in_days(-1)}, 400),
        ({"expires_at": in_days(400)}, 400),
        ({"expires_at": "2026-12-31"}, 422),
        ({"expires_at": "9999-12-31T23:59:59-12:00"}, 422),
        ({"subject": "root"}, 422),
    ],
)
def test_a_token_that_should_not_be_is_not_made(hall, titan, wrong, status):
    before = hall.client("ada").get("/tokens").json()
    problem(hall.client("ada").post("/tokens", json=new(**wrong)), status)
    path = f"/instruments/{titan}/tokens"
    problem(hall.client("stew").post(path, json=new(**wrong)), status)
    assert hall.client("ada").get("/tokens").json() == before
    assert hall.client("stew").get(path).json() == []


def test_an_instruments_token_deposits_where_the_instrument_is_a_member(hall, titan):
    project = hall.project()
    told = create(hall, "stew", f"/instruments/{titan}/tokens", scopes=["deposit", "read"])
    assert told["kept"]["subject"] == f"instrument:{titan}"
    machine = hall.bearer(told["token"])
    wanted = {"project": project, "proposal": "q", "sample": "s", "title": "T"}
    problem(machine.post("/experiments", json=wanted), 404)
    params = {"subject": f"instrument:{titan}"}
    hall.client("ada").put(f"/projects/{project}/members", params=params, json={"role": "editor"})
    drafted = made(machine.post("/experiments", json=wanted))
    assert drafted["depositor"] == f"instrument:{titan}"
    assert hall.client("ada").get(f"/experiments/{drafted['id']}").status_code == 200


def test_the_audit_log_tells_who_made_an_instruments_token(hall, titan):
    told = create(hall, "stew", f"/instruments/{titan}/tokens")
    params = {"subject": f"token:{told['kept']['id']}"}
    (deed,) = hall.client("root").get("/audit", params=params).json()["items"]
    assert deed["actor"] == hall.subject("stew")
    assert deed["detail"]["holder"] == f"instrument:{titan}"


def test_only_who_shares_an_instrument_makes_lists_and_ends_its_tokens(hall, titan):
    path = f"/instruments/{titan}/tokens"
    told = create(hall, "stew", path)
    one = f"{path}/{told['kept']['id']}"
    for call in (
        lambda: hall.client("ada").post(path, json=new()),
        lambda: hall.client("ada").get(path),
        lambda: hall.client("ada").delete(one),
        lambda: hall.bearer(told["token"]).get(path),
    ):
        problem(call(), 403)
    assert [each["id"] for each in hall.client("stew").get(path).json()] == [told["kept"]["id"]]
    for _ in range(2):
        assert hall.client("stew").delete(one).status_code == 204
    problem(hall.bearer(told["token"]).get("/me"), 401)


def test_a_makers_token_with_the_scope_edit_makes_no_token_of_their_instrument(hall, titan):
    script = hall.bearer(create(hall, "stew", scopes=["edit", "read"])["token"])
    card, headers = {"title": "New"}, {"If-Match": '"v1"'}
    assert script.put(f"/instruments/{titan}", json=card, headers=headers).status_code == 200
    told = problem(script.post(f"/instruments/{titan}/tokens", json=new(["deposit"])), 403)
    assert "a token is not enough" in told["detail"]


def test_a_persons_token_is_none_of_an_instrument(hall, titan):
    mine = create(hall, "stew")["kept"]["id"]
    problem(hall.client("stew").delete(f"/instruments/{titan}/tokens/{mine}"), 404)
    assert hall.client("stew").get("/tokens").json()[0]["revoked_at"] is None
