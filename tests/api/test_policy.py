"""Every route asks the policy, and answers as the table says, whoever asks and whosever it is."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from emfair.api.app import PREFIX, create_app
from emfair.api.guard import ACTION, LISTED
from emfair.identity.policy import Decision, decide, needs_login
from emfair.identity.roles import Role
from emfair.identity.table import Action, table
from emfair.lake.base import Lake
from emfair.lake.local import LocalLake
from emfair.lake.memory import MemoryLake
from emfair.registry import EVERYTHING
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.asgi import Answer, ask
from tests.api.world import (
    ME,
    OTHER,
    OTHERS_TOKEN,
    PROJECT,
    PROPOSAL,
    SAMPLE,
    TOKEN,
    Things,
    copy,
    fill,
    resource,
    someone,
)  # fmt: skip
from tests.services.registries import furnished

HIDDEN = "not shared with you"
NOT_THERE = re.compile(
    r"\{(measurement|link|path:path)\}|/(instruments|people)/.*\{token\}"
    r"|/(readme|report|preview\.png)$"
)
"""Routes to what lies below a thing, and is not there: they alone answer 404 to who may."""


def guards(route: APIRoute) -> list[object]:
    """Return the guards that stand before a route."""
    found, todo = [], list(route.dependant.dependencies)
    while todo:
        one = todo.pop()
        todo += one.dependencies
        if hasattr(one.call, ACTION):
            found.append(one.call)
    return found


def api_routes(app: FastAPI) -> list[tuple[str, APIRoute]]:
    """Return all routes of an app with their whole paths, those of its routers included."""
    found = [(route.path, route) for route in app.routes if isinstance(route, APIRoute)]
    for included in app.routes:
        router = getattr(included, "original_router", None)
        found += [(PREFIX + one.path, one) for one in (router.routes if router else [])]
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("world") / "home"


@pytest.fixture(scope="module")
def world(home) -> tuple[Lake, Things]:
    return fill(home, LocalLake(home.with_name("lake")))


@pytest.fixture
def fresh(home, world, tmp_path) -> Iterator[FastAPI]:
    with copy(home, world[0], tmp_path / "copy") as app:
        yield app


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    with _idle_app() as app:
        return app.openapi()


def every_route() -> list[tuple[str, APIRoute]]:
    """Return all routes."""
    with _idle_app() as app:
        return api_routes(app)


@contextmanager
def _idle_app() -> Iterator[FastAPI]:
    """Yield an app over stores that are never asked."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_services(read_settings(home=furnished(Path(folder))), lake=MemoryLake()) as services,
    ):
        yield create_app(services)


ROUTES = every_route()
NAMES = [f"{next(iter(route.methods))} {path}" for path, route in ROUTES]


def test_the_routes_are_those_of_the_openapi_document(fresh):
    documented = fresh.openapi()["paths"]
    shown = {
        (path.replace(":path", ""), method.lower())
        for path, route in api_routes(fresh)
        for method in route.methods
        if route.include_in_schema
    }
    assert shown == {(path, method) for path, one in documented.items() for method in one}


@pytest.mark.parametrize(("path", "route"), ROUTES, ids=NAMES)
def test_every_route_names_one_action(path, route):
    assert len(guards(route)) == 1, "a route without a guard, or with several"
    assert isinstance(getattr(guards(route)[0], ACTION), Action)


def test_every_action_is_asked_by_some_route():
    asked = {getattr(guard, ACTION) for _, route in ROUTES for guard in guards(route)}
    assert asked == set(Action), "an action that nothing asks is no rule: drop it, or ask it"


def test_a_route_without_a_guard_would_be_found():
    app = FastAPI()

    @app.get("/open")
    def leak() -> str:
        return "everything"

    assert [guards(route) for _, route in api_routes(app)] == [[]]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("path", "route"), ROUTES, ids=NAMES)
def test_every_route_answers_as_the_table_says(home, world, tmp_path, path, route, role):
    (guard,) = guards(route)
    action = getattr(guard, ACTION)
    about = table().rows[action].about
    principal, granted = someone(role)
    with copy(home, world[0], tmp_path / "copy") as app:
        now = app.state.services.now()
        for own, restricted in product([False, True], repeat=2):
            if own and principal is not None and principal.subject != ME:
                continue
            thing = resource(about, world[1], own=own, restricted=restricted)
            where = address(path, world[1], own=own, restricted=restricted)
            answer = ask(app, min(route.methods), where, body=b"{}", **header(role))
            if getattr(guard, LISTED):
                refused = principal is None and needs_login(action)
                assert (answer.status == 401) is refused, answer
            else:
                decision = decide(principal, action, thing, granted, now=now)
                check(answer, decision, anonymous=principal is None)
                there = answer.status != 404 or NOT_THERE.search(path)
                assert there or not decision.allowed, "it is there, and they may"


def check(answer: Answer, decision: Decision, *, anonymous: bool) -> None:
    if decision.allowed:
        assert answer.status not in (401, 403, 500), answer
        assert HIDDEN not in answer.body.decode("utf-8", "replace"), answer
    elif decision.hidden and not anonymous:
        assert answer.status == 404, answer
        assert HIDDEN in answer.json["detail"]
    elif anonymous:
        assert answer.status in (401, 404), answer
    else:
        assert answer.status == 403, answer
        assert decision.why in answer.json["detail"]
        assert decision.whom_to_ask in answer.json["remedy"]


def header(role: Role) -> dict[str, str]:
    return {} if role is Role.ANYONE else {"authorization": f"Bearer {role}"}


def address(path: str, things: Things, *, own: bool, restricted: bool) -> str:
    """Return a path of the route that names things of that kind."""
    owner = ME if own else OTHER
    wanted = {
        "project": PROJECT,
        "proposal": PROPOSAL,
        "sample": SAMPLE,
        "experiment": things.experiments[own, restricted],
        "upload": things.uploads[own, restricted],
        "instrument": "ada" if own else "bob",
        "token": TOKEN if own else OTHERS_TOKEN,
        "subject": owner,
        "measurement": "m-1",
        "number": "1",
        "version": "1",
        "path": "a.dm3",
        "parent_proposal": PROPOSAL,
        "parent": SAMPLE,
    }

    def named(found: re.Match[str]) -> str:
        return quote(wanted.get(found[1], "x"), safe="")

    whose = (
        f"?subject={quote(owner, safe='')}"
        if "/people/card" in path or "/people/tokens" in path
        else ""
    )
    return re.sub(r"\{(\w+)(?::\w+)?\}", named, path) + whose


@pytest.mark.parametrize("role", Role)
def test_lists_hold_what_may_be_read_one_by_one_and_no_more(fresh, role):
    principal, granted = someone(role)
    answer = ask(fresh, "GET", "/api/v1/experiments?limit=500", **header(role))
    services = fresh.state.services
    every = services.registry.experiments.list(visible=EVERYTHING, limit=500)
    allowed = {
        row.id
        for row in every
        if decide(
            principal,
            Action.READ_EXPERIMENT,
            resource_of(row),
            granted,
            now=services.now(),
        ).allowed
    }
    assert {one["id"] for one in answer.json["items"]} == allowed
    assert role in (Role.ANYONE, Role.DEPOSITOR) or allowed


def resource_of(row):
    from emfair.service.access import experiment_resource

    return experiment_resource(row)
