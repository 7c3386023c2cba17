"""Live events are told to whoever may hear them, as long as they may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import httpx
import pytest

from emfair.api.app import create_app
from emfair.api.listeners import Listeners
from emfair.model.states import ExperimentState as S
from emfair.registry import ExperimentEdit
from emfair.service.reception import Reception
from tests.api.events.hearing import FAST, SOON, listening
from tests.api.hall import Hall, in_days
from tests.api.server import serving
from tests.api.told import problem


@contextmanager
def quick(hall: Hall) -> Iterator[str]:
    """Serve the hall's stores to listeners who hear quickly."""
    with closing(Reception(hall.services)) as reception:
        listeners = Listeners(hall.services, **FAST)
        with serving(create_app(hall.services, reception, listeners=listeners)) as url:
            yield f"{url}/api/v1"


def bearer(client: httpx.Client) -> dict[str, str]:
    return {"authorization": client.headers["authorization"]}


def touch(hall: Hall, experiment: str, **edit: object) -> None:
    row = hall.services.registry.experiments.get(experiment)
    hall.services.registry.experiments.edit(
        experiment, row.version, ExperimentEdit(**edit), actor=hall.subject("ada")
    )


def test_each_hears_of_what_they_may_see(hall, shared):
    _, plain, secret = shared
    with (
        quick(hall) as url,
        listening(f"{url}/events", **bearer(hall.client("ada"))) as ada,
        listening(f"{url}/events", **bearer(hall.client("bob"))) as bob,
        listening(f"{url}/events", **bearer(hall.client("eve"))) as eve,
    ):
        for ear in (ada, bob, eve):
            assert ear.next().kind == "ready"
        hall.services.registry.experiments.set_state(secret, S.PROCESSING)
        hall.services.registry.experiments.set_state(plain, S.PROCESSING)
        for seen in (secret, plain):
            ada.until(experiment=seen, state="processing")
        assert bob.until(state="processing").data["experiment"] == plain
        assert eve.silent(0.5)
        assert bob.silent(0.2)
    problem(hall.client("bob").get(f"/experiments/{secret}/events"), 404)


def test_what_is_restricted_meanwhile_ends_the_stream_of_others(hall, shared):
    _, plain, _ = shared
    path = f"/experiments/{plain}/events"
    with quick(hall) as url, listening(url + path, **bearer(hall.client("bob"))) as ear:
        assert ear.next().kind == "experiment"
        touch(hall, plain, restricted=True)
        assert "not shared" in ear.until().data["reason"]
        assert ear.over.wait(SOON)


def test_a_membership_that_is_taken_back_ends_the_stream(hall, shared):
    project, plain, _ = shared
    path = f"/experiments/{plain}/events"
    with quick(hall) as url, listening(url + path, **bearer(hall.client("bob"))) as ear:
        assert ear.next().kind == "experiment"
        member = {"subject": hall.subject("bob")}
        assert hall.client("ada").delete(f"/projects/{project}/members", params=member).is_success
        assert ear.next().kind == "end"


@pytest.mark.parametrize("path", ["/experiments/{}/events", "/events"])
def test_a_token_that_is_revoked_ends_the_stream(hall, shared, path):
    _, plain, _ = shared
    new = {"name": "watch", "scopes": ["read"], "expires_at": in_days(1)}
    made = hall.client("ada").post("/tokens", json=new).json()
    tokens = hall.services.registry.tokens
    (kept, *_) = tokens.list(hall.subject("ada"))
    headers = {"authorization": f"Bearer {made['token']}"}
    with quick(hall) as url, listening(url + path.format(plain), **headers) as ear:
        assert ear.next().kind in ("experiment", "ready")
        tokens.revoke(kept.id, datetime.now(UTC), hall.subject("ada"))
        while (end := ear.next()).kind != "end":
            pass
        assert "revoked" in end.data["reason"]
        assert ear.over.wait(SOON)
