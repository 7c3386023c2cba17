"""What a browser on the app's pages gets by its cookies: to look and to fetch, never to change."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from emfair.identity.referees import COOKIE as REFEREE
from emfair.service.reception import Reception
from tests.api.hall import Hall, in_days, made, problem
from tests.identity.browsers import login_cookies

OWN_PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}


def browser(hall: Hall, name: str = "ada", **claims: Any) -> httpx.Client:
    """Return a client with the cookies that someone's login left in a browser."""
    logins = Reception(hall.services).logins
    said = {
        "iss": logins.issuer, "aud": logins.client, "sub": name, "name": name.title(),
        "iat": int(time.time()), "origin": logins.origin, "is_logged_in": True,
    }  # fmt: skip
    client = hall.bearer(None)
    client.cookies.update(login_cookies(logins.secret, said | claims))
    client.headers.update(OWN_PAGE)
    return client


def subject(client: httpx.Client, **request: Any) -> str:
    """Return who the API says that a client is; empty for nobody."""
    return str(client.get("/me", **request).raise_for_status().json()["subject"])


def raw_file(experiment: str) -> str:
    return f"/experiments/{experiment}/files/a.dm3"


def test_a_download_on_a_page_needs_no_header(hall, shared):
    _, _, secret = shared
    assert browser(hall).get(raw_file(secret)).content == b"Secret words"
    assert browser(hall).head(raw_file(secret)).status_code == 200


def test_memberships_and_restrictions_hold(hall, shared):
    _, plain, secret = shared
    bob = browser(hall, "bob")
    assert bob.get(raw_file(plain)).content == b"Plain words"
    problem(bob.get(raw_file(secret)), 404)
    problem(browser(hall, "mallory").get(raw_file(plain)), 404)


def test_groups_of_the_login_are_roles_here_too(hall, shared):
    _, _, secret = shared
    assert browser(hall, "stew", groups=["emfair-steward"]).get(raw_file(secret)).status_code == 200


def test_cookies_change_nothing(hall, shared):
    project, plain, _ = shared
    ada = browser(hall)
    for method, path in (
        ("POST", "/projects"),
        ("POST", f"/experiments/{plain}/seal"),
        ("PATCH", f"/experiments/{plain}"),
        ("DELETE", f"/experiments/{plain}"),
        ("PUT", f"/projects/{project}/members"),
    ):
        problem(ada.request(method, path, json={}), 401)


@pytest.mark.parametrize(
    ("site", "mode", "destination", "counts"),
    [
        ("same-origin", "cors", "empty", True),
        ("none", "navigate", "document", True),
        ("cross-site", "navigate", "document", True),
        ("cross-site", "navigate", "iframe", False),
        ("cross-site", "no-cors", "image", False),
        ("same-site", "cors", "empty", False),
        ("odd", "odd", "odd", False),
    ],
)
def test_another_sites_page_gets_nothing_by_them(hall, site, mode, destination, counts):
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": destination}
    assert subject(browser(hall), headers=headers) == (hall.subject("ada") if counts else "")


def test_a_header_counts_before_cookies(hall):
    token = hall.oidc.sign({"sub": "bob", "name": "Bob"})
    assert subject(browser(hall), headers={"Authorization": f"Bearer {token}"}) == hall.subject(
        "bob"
    )
    problem(browser(hall).get("/me", headers={"Authorization": "Bearer x"}), 401)


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": int(time.time()) - 13 * 3600},
        {"origin": "https://emfair.test"},
        {"aud": "mail"},
        {"iss": "https://login.test/"},
    ],
)
def test_a_login_that_does_not_count_is_nobodys(hall, shared, claims):
    ada = browser(hall, **claims)
    assert subject(ada) == ""
    problem(ada.get(raw_file(shared[2])), 404)


def test_a_cookie_that_somebody_made_up_is_nobodys(hall):
    ada = browser(hall)
    for cookie in list(ada.cookies.jar):
        cookie.value = f"{cookie.value}x"
    assert subject(ada) == ""


def test_a_referee_link_opened_in_a_browser_shows_what_it_shows_until_it_ends(hall, shared):
    _, plain, secret = shared
    links = f"/experiments/{plain}/referee-links"
    link = made(hall.client("ada").post(links, json={"until": in_days(1)}))
    referee = hall.bearer(None)
    referee.cookies.set(REFEREE, link["secret"])
    assert referee.get(raw_file(plain)).content == b"Plain words"
    problem(referee.get(raw_file(secret)), 404)
    problem(referee.post("/projects", json={}), 401)
    hall.client("ada").delete(f"{links}/{link['link']['id']}").raise_for_status()
    problem(referee.get(raw_file(plain)), 404)


def test_a_link_that_has_ended_is_in_nobodys_way(hall):
    ada = browser(hall)
    ada.cookies.set(REFEREE, "emr_nothing")
    assert subject(ada) == hall.subject("ada")
