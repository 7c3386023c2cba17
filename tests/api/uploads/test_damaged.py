"""What the chain finds missing or different is vouched for by nobody, and comes back over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from emfair.client.collect import LocalFile, describe
from emfair.client.engine import DepositRequest, deposit
from emfair.client.http import Client
from emfair.errors import FixityMismatch
from emfair.lake import layout
from emfair.model.manifest import Place
from emfair.model.states import ExperimentState
from emfair.service.chain.fail import fail
from emfair.service.chain.receive import receive
from emfair.service.services import Services
from tests.api.told import problem
from tests.api.uploads.sending import MIB, PART, WHEN, WHERE, content_of, send, sha256
from tests.lake.conftest import STORES

FILES = {"large.dm4": content_of(PART + MIB), "small/é & b.txt": b"small", "well.txt": b"well"}


@pytest.fixture
def session(tmp_path) -> Path:
    folder = tmp_path / "session"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def request_(session: Path) -> DepositRequest:
    return DepositRequest([session], "Quartz", "2026-A", "Lamella", "Night")


@pytest.fixture
def place(client: httpx.Client, services: Services, request_: DepositRequest) -> Place:
    """Return where a deposit lies of which one file was lost, one has other bytes, one is well."""
    with Client(address(client)) as sender:
        place = deposit(sender, request_).place
    large = layout.raw_file(place, "session/large.dm4")
    services.lake.put_bytes(large, b"x" * len(FILES["large.dm4"]), replace=True)
    services.lake.delete(layout.raw_file(place, "session/small/é & b.txt"))
    refute(services, place)
    return place


def address(client: httpx.Client) -> str:
    return str(client.base_url).removesuffix("/api/v1/")


def refute(services: Services, place: Place) -> None:
    """Let the chain fail on what it finds."""
    with pytest.raises(FixityMismatch, match="deposit the same files again") as caught:
        receive(services, place.experiment, run="test")
    fail(services, place.experiment, str(caught.value))
    assert services.registry.experiments.get(place.experiment).state is ExperimentState.FAILED


def opened_again(client: httpx.Client, session: Path) -> dict[str, Any]:
    paths = sorted(path for path in session.rglob("*") if path.is_file())
    files = [
        describe(
            LocalFile(path, f"session/{path.relative_to(session)}", path.stat().st_size),
            lambda _: None,
        )
        for path in paths
    ]
    described = [
        {"name": f.name, "size": f.size, "modified_at": WHEN, "sha256": f.sha256} for f in files
    ]
    return dict(client.post("/deposits", json=WHERE | {"files": described}).json())


def known(client: httpx.Client, title: str) -> list[str]:
    """Return which of the files' bytes are known already to whoever announces them."""
    other = client.post("/experiments", json=WHERE | {"title": title}).json()["id"]
    files = [
        {"name": name, "size": len(content), "modified_at": WHEN, "sha256": sha256(content)}
        for name, content in FILES.items()
    ]
    answer = client.post(f"/experiments/{other}/uploads", json={"files": files})
    return sorted(one["path"] for one in answer.raise_for_status().json()["known"])


def test_a_file_that_the_lake_lacks_is_known_no_more_until_it_is_back(
    client, services, place, request_
):
    assert known(client, "first") == ["session/well.txt"]
    with Client(address(client)) as sender:
        deposit(sender, request_)
    assert known(client, "second") == [f"session/{name}" for name in sorted(FILES)]


def test_the_same_deposit_puts_back_what_is_missing_or_differs_and_the_chain_runs(
    client, services, place, request_
):
    events = len(services.registry.outbox.after(0, 10))
    with Client(address(client)) as sender:
        again = deposit(sender, request_)
    assert (again.place, again.already_there) == (place, True)
    assert again.sent == len(FILES["large.dm4"]) + len(FILES["small/é & b.txt"])
    for name, content in FILES.items():
        assert services.lake.read_bytes(layout.raw_file(place, f"session/{name}")) == content
    row = services.registry.experiments.get(place.experiment)
    assert row.state is ExperimentState.SEALED
    assert len(services.registry.outbox.after(0, 10)) == events + 1
    receive(services, place.experiment, run="test")


def test_what_is_to_be_put_back_is_told_and_leaves_the_list_one_by_one(client, place, session):
    wrong = ["session/large.dm4", "session/small/é & b.txt"]
    opened = opened_again(client, session)
    assert (opened["already_sealed"], opened["todo"], opened["damaged"]) == (True, [], wrong)
    back = f"/experiments/{place.experiment}/damaged"
    for path, left in zip(wrong, (wrong[1:], []), strict=True):
        content = FILES[path.removeprefix("session/")]
        told = client.put(back, params={"path": path}, content=content)
        assert told.raise_for_status().json() == {"damaged": left}
        assert opened_again(client, session)["damaged"] == left
    problem(client.put(back, params={"path": wrong[0]}, content=b"x"), 409)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"y" + content[1:],
        lambda content: content[:-1],
        lambda content: content + b"z",
        lambda _: b"",
    ],
)
def test_other_bytes_than_the_manifests_take_nobodys_place(client, services, place, change):
    key = layout.raw_file(place, "session/large.dm4")
    there = services.lake.read_bytes(key)
    told = client.put(
        f"/experiments/{place.experiment}/damaged",
        params={"path": "session/large.dm4"},
        content=change(FILES["large.dm4"]),
    )
    problem(told, 422)
    assert services.lake.read_bytes(key) == there
    row = services.registry.experiments.get(place.experiment)
    assert row.state is ExperimentState.FAILED


def test_what_is_not_known_to_be_damaged_or_not_there_at_all_is_not_put_back(client, place):
    back = f"/experiments/{place.experiment}/damaged"
    for path, status in (("session/well.txt", 409), ("session/other.txt", 404)):
        problem(client.put(back, params={"path": path}, content=b"well"), status)


@pytest.mark.parametrize("kind", STORES, indirect=True)
def test_bytes_that_a_store_could_not_prove_are_mended_by_the_same_deposit(
    client, services, session, request_
):
    """It was told their own MD5, and the server another file's SHA-256."""
    opened = opened_again(client, session)
    for upload in opened["todo"]:
        content = FILES[upload["name"].removeprefix("session/")]
        for number, start in enumerate(range(0, len(content), PART), 1):
            part = content[start : start + PART]
            send(client, upload["id"], number, part[::-1]).raise_for_status()
        client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()
    place = Place.model_validate(opened["place"])
    client.post(f"/experiments/{place.experiment}/seal").raise_for_status()
    refute(services, place)
    with Client(address(client)) as sender:
        deposit(sender, request_)
    receive(services, place.experiment, run="test")
    for name, content in FILES.items():
        assert services.lake.read_bytes(layout.raw_file(place, f"session/{name}")) == content
