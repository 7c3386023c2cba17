"""Who comes in: real logins, access tokens, robots; and none of those that only look like one."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.api.hall import Hall, problem
from tests.services.oidc.provider import AUDIENCE


def claims(hall: Hall, **other: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {"iss": hall.oidc.url, "sub": "ada", "aud": AUDIENCE, "iat": now, "exp": now + 300}
    return usual | other


def unsigned(hall: Hall) -> str:
    """Return a token that says of itself that nobody needs to sign it (RFC 8725, 2.1)."""
    header = {"alg": "none", "typ": "at+jwt"}
    return "".join(f"{_coded(json.dumps(part).encode())}." for part in (header, claims(hall)))


def _coded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def by_public_key(hall: Hall) -> str:
    """Return a token signed with the public key as if it were a shared secret (RFC 8725, 2.1)."""
    public = hall.oidc.keys["RS256"].as_pem(private=False)
    header = {"alg": "HS256", "kid": hall.oidc.keys["RS256"].kid}
    body = ".".join(_coded(json.dumps(part).encode()) for part in (header, claims(hall)))
    return f"{body}.{_coded(hmac.digest(public, body.encode(), 'sha256'))}"


def by_stranger(hall: Hall) -> str:
    header = {"alg": "RS256", "kid": hall.oidc.keys["RS256"].kid, "typ": "at+jwt"}
    return jwt.encode(header, claims(hall), RSAKey.generate_key(2048))


FORGED = {
    "unsigned": unsigned,
    "signed with the public key": by_public_key,
    "signed by a stranger": by_stranger,
    "for another service": lambda hall: hall.oidc.sign({"aud": "mail"}),
    "of another issuer": lambda hall: hall.oidc.sign({"iss": "https://login.test/"}),
    "ended": lambda hall: hall.oidc.sign({"exp": int(time.time()) - 3600}),
    "not valid yet": lambda hall: hall.oidc.sign({"nbf": int(time.time()) + 3600}),
    "of nobody": lambda hall: hall.oidc.sign({"sub": None}),
    "cut off": lambda hall: hall.oidc.sign({})[:-20],
    "no token at all": lambda _: "secret",
    "an access token of nobody": lambda _: "emf_" + "a" * 16 + "_" + "b" * 49,
    "a referee link of nobody": lambda _: "emr_" + "b" * 49,
    "an upload's of nobody": lambda _: "emu_" + "b" * 49,
}


@pytest.mark.parametrize("kind", FORGED)
def test_what_only_looks_like_a_login_is_refused_and_not_repeated(hall, kind):
    token = FORGED[kind](hall)
    answer = hall.bearer(token).get("/experiments")
    assert token not in answer.text
    problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Basic YWRhOnB3", "Bearer", "Token x"])
def test_another_kind_of_login_is_refused(hall, header):
    problem(hall.bearer(None).get("/me", headers={"Authorization": header}), 401)


def test_someone_who_has_logged_in_is_known_by_name(hall):
    me = hall.bearer(hall.oidc.token("ada")).get("/me").raise_for_status().json()
    assert (me["subject"], me["kind"], me["name"]) == (
        hall.subject("ada"),
        "person",
        "Ada Lovelace",
    )
    assert me["roles"] == ["anyone", "depositor"]


def test_a_robot_comes_in_with_client_credentials(hall):
    me = hall.bearer(hall.oidc.robot()).get("/me").raise_for_status().json()
    assert me["kind"] == "service"


def test_groups_of_the_login_are_roles(hall):
    project = hall.project("ada")
    editor = hall.client("bob", f"emfair-project-{project}-editor")
    viewer = hall.client("eve", f"emfair-project-{project}-viewer")
    where = {"project": project, "proposal": "q", "sample": "s", "title": "T"}
    problem(viewer.post("/experiments", json=where), 403)
    made = editor.post("/experiments", json=where)
    assert made.status_code == 201
    assert viewer.get(f"/experiments/{made.json()['id']}").status_code == 200
    problem(hall.client("mallory").get(f"/experiments/{made.json()['id']}"), 404)


def test_who_i_am_tells_roles_in_projects_by_group_and_by_membership_the_strongest(hall):
    first, second = hall.project("ada"), hall.project("ada")
    groups = (f"emfair-project-{first}-viewer", f"emfair-project-{second}-viewer")
    hall.join(second, "zoe", "editor")
    told = hall.client("zoe", *groups).get("/me").json()["projects"]
    assert told == {first: "viewer", second: "editor"}
    assert hall.client("zoe").get("/me").json()["projects"] == {second: "editor"}


def test_who_reads_what_is_restricted_is_written_down(hall):
    project = hall.project("ada")
    secret = hall.experiment(project, "ada", restricted=True)
    plain = hall.experiment(project, "ada")
    hall.join(project, "bob", "editor")
    for experiment in (secret, plain):
        hall.client("bob").get(f"/experiments/{experiment}").raise_for_status()
        hall.client("ada").get(f"/experiments/{experiment}").raise_for_status()
    deeds = hall.services.registry.audit.list(action="restricted-read")
    assert [(deed.actor, deed.subject) for deed in deeds if deed.subject in (secret, plain)] == [
        (hall.subject("bob"), secret)
    ]


def test_an_administrator_does_not_read_what_is_restricted(hall):
    project = hall.project("ada")
    secret = hall.experiment(project, "ada", restricted=True)
    problem(hall.client("root").get(f"/experiments/{secret}"), 404)
    assert hall.client("stew").get(f"/experiments/{secret}").status_code == 200


def test_a_list_tells_nothing_of_what_may_not_be_seen_by_its_cursor(hall):
    hidden = hall.experiment(hall.project("ada"), "ada")
    bob = hall.client("bob")
    told = [
        problem(bob.get("/experiments", params={"after": cursor}), 404)
        for cursor in (hidden, "e-nowhere")
    ]
    assert told[0]["detail"] == told[1]["detail"]
    assert told[0]["remedy"] == told[1]["remedy"]
