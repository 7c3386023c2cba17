"""What a page's pass opens over HTTP: the files of one experiment, until its login ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import httpx
import pytest

from emfair.api.app import create_app
from emfair.identity.logins import Login
from emfair.identity.principal import Kind, Principal
from emfair.service.reception import Reception
from tests.api.hall import Hall, problem
from tests.api.server import serving

NEW = {"files": [{"name": "a.dm4", "size": 3, "modified_at": "2026-01-22T12:00:00Z"}]}


@pytest.fixture
def reception(hall: Hall) -> Iterator[Reception]:
    with closing(Reception(hall.services)) as opened:
        yield opened


@pytest.fixture
def login(hall: Hall) -> Login:
    """Return Ada's, of this browser; it lasts another hour."""
    ada = Principal(hall.subject("ada"), Kind.PERSON, "Ada")
    return Login(ada, hall.services.now() + timedelta(hours=1))


@pytest.fixture
def mine(hall: Hall) -> str:
    return hall.experiment(hall.project())


@pytest.fixture
def page(hall: Hall, reception: Reception, login: Login, mine: str) -> Iterator[httpx.Client]:
    """Return the client of a page that shows Ada's experiment."""
    headers = {"Authorization": f"Bearer {reception.pass_for(login, mine)}"}
    with (
        serving(create_app(hall.services, reception)) as url,
        httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30) as client,
    ):
        yield client


def test_files_are_sent_and_taken_out_with_it(page, mine):
    told = page.post(f"/experiments/{mine}/uploads", json=NEW).raise_for_status().json()
    upload = f"/uploads/{told['uploads'][0]['id']}"
    page.put(f"{upload}/parts/1", content=b"abc").raise_for_status()
    page.post(f"{upload}/complete", json={}).raise_for_status()
    (there,) = page.get(f"/experiments/{mine}/uploads").raise_for_status().json()
    assert there["done_at"]
    page.delete(upload).raise_for_status()
    assert page.get(f"/experiments/{mine}/uploads").json() == []


def test_nothing_else_is_done_with_it(hall, page, mine):
    other = hall.experiment(hall.project())
    (upload,) = hall.client("ada").post(f"/experiments/{other}/uploads", json=NEW).json()["uploads"]
    for method, path, body in (
        ("POST", f"/experiments/{other}/uploads", NEW),
        ("GET", f"/uploads/{upload['id']}", None),
        ("DELETE", f"/uploads/{upload['id']}", None),
        ("POST", f"/experiments/{other}/seal", None),
        ("GET", f"/experiments/{mine}", None),
        ("PUT", f"/experiments/{mine}/annotations", {"annotations": {}, "reason": "x"}),
        ("POST", "/projects", {"card": {"title": "Mine"}}),
        ("POST", "/experiments", {"project": "p", "proposal": "q", "sample": "s", "title": "t"}),
    ):
        problem(page.request(method, path, json=body), 403)
    listed = page.get("/experiments").raise_for_status().json()["items"]
    assert listed == [], "a list holds nothing"


def test_it_ends_when_the_person_logs_out(hall, reception, login, page, mine):
    path = f"/experiments/{mine}/uploads"
    page.get(path).raise_for_status()
    reception.logins.end(login, hall.services.now())
    assert "logged out" in problem(page.get(path), 401)["detail"]


def test_it_ends_with_the_login(hall, reception, login, page, mine):
    until: datetime = hall.services.now() - timedelta(seconds=1)
    past = reception.pass_for(Login(login.principal, until), mine)
    headers = {"Authorization": f"Bearer {past}"}
    told = problem(page.get(f"/experiments/{mine}/uploads", headers=headers), 401)
    assert "ended" in told["detail"]
    assert "what has arrived stays" in told["remedy"]


def test_one_that_was_changed_opens_nothing(page, mine):
    pass_ = page.headers["authorization"]
    headers = {"Authorization": pass_.replace("emp_", "emp_e")}
    problem(page.get(f"/experiments/{mine}/uploads", headers=headers), 401)
