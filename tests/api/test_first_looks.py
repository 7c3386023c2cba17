"""What the files of a deposit say before the seal, over the API."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator

import httpx
import pytest

from emfair.api.app import create_app
from emfair.lake.memory import MemoryLake
from emfair.model.deposits import Whereto
from emfair.model.states import ExperimentState
from emfair.service import deposits, together, uploads
from emfair.service.services import Services, open_services
from emfair.service.uploads import Announced
from emfair.settings import read_settings
from tests.api.server import serving
from tests.api.told import problem
from tests.service.lab import someone
from tests.services.registries import furnished


@pytest.fixture
def services(tmp_path) -> Iterator[Services]:
    with open_services(
        read_settings(home=furnished(tmp_path / "home")), lake=MemoryLake()
    ) as opened:
        yield opened


@pytest.fixture
def client(services) -> Iterator[httpx.Client]:
    with (
        serving(create_app(services)) as url,
        httpx.Client(base_url=f"{url}/api/v1", timeout=60) as client,
    ):
        yield client


def begun(services, files: dict[str, bytes]) -> str:
    """Draft an experiment, and let its files arrive."""
    access = someone(services)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella 1", "Day"))
    said = [
        Announced(name, len(content), services.now(), hashlib.sha256(content).hexdigest())
        for name, content in files.items()
    ]
    ids = [one.id for one in uploads.announce(access, row.id, said)]
    rows = together.chosen(services, row.id, ids)
    together.put(services, row, rows, [files[one.name] for one in rows])
    return row.id


def all_over(client, experiment: str) -> dict:
    until = time.monotonic() + 120
    while True:
        told = client.get(f"/experiments/{experiment}/first-looks").json()
        if not told["now"] and told["over"] == told["files"]:
            return told
        assert time.monotonic() < until
        time.sleep(0.05)


def test_what_is_in_the_files_is_told_before_the_seal_and_until_the_chain_has_read_them(
    client, services, corpus
):
    image = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    experiment = begun(services, {"good.dm3": image, "bad.dm3": b"no microscope wrote this" * 9})
    told = all_over(client, experiment)
    (one,) = told["measurements"]
    assert (one["file"], len(one["shape"])) == ("good.dm3", 2)
    assert "acceleration_voltage" in [fact["key"] for fact in one["facts"]]
    assert [bad["file"] for bad in told["unreadable"]] == ["bad.dm3"]
    assert told["unreadable"][0]["findings"][0]["severity"] == "error"
    assert "sample.atom_types" in told["missing"]
    assert "sample.atom_types" in one["lacks"]
    shown = client.get(one["picture"].removeprefix("/api/v1"))
    assert shown.content.startswith(b"\x89PNG")
    known = {"If-None-Match": shown.headers["etag"]}
    assert client.get(one["picture"].removeprefix("/api/v1"), headers=known).status_code == 304
    client.post(f"/experiments/{experiment}/seal").raise_for_status()
    after = client.get(f"/experiments/{experiment}/first-looks").json()
    assert ([each["id"] for each in after["measurements"]], after["files"]) == ([one["id"]], 0)
    assert client.get(one["picture"].removeprefix("/api/v1")).content == shown.content
    for state in (ExperimentState.PROCESSING, ExperimentState.INVALID):
        services.registry.experiments.set_state(experiment, state)
    assert client.get(f"/experiments/{experiment}/first-looks").json()["measurements"] == []
    problem(client.get(one["picture"].removeprefix("/api/v1")), 404)


def test_a_file_that_cannot_be_read_is_taken_out_with_what_is_nothing_without_it(client, services):
    experiment = begun(services, {"bad.dm3": b"no microscope wrote this" * 9, "log.txt": b"a"})
    assert [bad["file"] for bad in all_over(client, experiment)["unreadable"]] == ["bad.dm3"]
    path = f"/experiments/{experiment}/first-looks"
    assert client.post(f"{path}/again").status_code == 204
    assert len(client.delete(path, params={"file": "bad.dm3"}).json()) == 1
    assert client.delete(path, params={"file": "bad.dm3"}).json() == []
    assert all_over(client, experiment)["unreadable"] == []
    left = client.get(f"/experiments/{experiment}/uploads").json()
    assert [one["name"] for one in left] == ["log.txt"]
    problem(client.delete(path), 422)
