"""The app as it is served: pages and the API on one port, in a process of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from emfair.client.engine import DepositRequest
from emfair.model.canonical import sha256_bytes
from emfair.model.manifest import Place
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.test_archives import parse_aria2
from tests.e2e.browser import app
from tests.service.lab import deposit
from tests.services.held import free_port
from tests.services.registries import furnished

FILES = {"a b.txt": b"one", "ü/50 %.txt": b"two"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Place]]:
    folder = tmp_path_factory.mktemp("app")
    session, home = folder / "session", furnished(folder / "home")
    for name, content in FILES.items():
        (session / name).parent.mkdir(parents=True, exist_ok=True)
        (session / name).write_bytes(content)
    with open_services(read_settings(home=home)) as services:
        place = deposit(services, DepositRequest([session], "P", "Q", "S")).place
    with (
        app(Path(home), free_port()) as url,
        httpx.Client(base_url=f"{url}/api/v1", timeout=30) as client,
    ):
        yield client, place


@pytest.mark.parametrize("level", ["project", "proposal", "sample", "experiment"])
def test_a_list_of_downloads_leads_to_the_files(served, level):
    client, place = served
    path = {
        "project": f"/projects/{place.project}",
        "proposal": f"/projects/{place.project}/proposals/{place.proposal}",
        "sample": f"/projects/{place.project}/proposals/{place.proposal}/samples/{place.sample}",
        "experiment": f"/experiments/{place.experiment}",
    }[level]
    answer = client.get(f"{path}/downloads.aria2")
    assert answer.status_code == 200, answer.text
    listed = parse_aria2(answer.text)
    sums = client.get(f"{path}/sha256sums.txt").text.splitlines()
    assert {line.split("  ", 1)[1] for line in sums} == set(listed)
    for url, checksum in listed.values():
        assert url.startswith(str(client.base_url))
        assert sha256_bytes(httpx.get(url).content) == checksum
    assert {sha256_bytes(content) for content in FILES.values()} <= {
        checksum for _, checksum in listed.values()
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [("/lake/objects/..%2f..%2fx", 400), ("/experiments/%00", 400), ("/nothing%0Ahere", 404)],
)
def test_what_is_refused_before_a_route_sees_it_is_a_problem_document(served, path, status):
    client, _ = served
    answer = client.get(client.base_url.copy_with(raw_path=f"/api/v1{path}".encode()))
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.json()["remedy"]


def test_a_wrong_name_of_the_server_is_a_problem_document_too(served):
    client, _ = served
    answer = client.get("/health", headers={"Host": "elsewhere.test"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["title"]) == (400, "Bad Request")


def test_an_answer_of_a_route_is_left_as_it_is(served):
    client, place = served
    sums = client.get(f"/experiments/{place.experiment}/sha256sums.txt")
    assert sums.headers["content-type"].startswith("text/plain")
    assert sha256_bytes(b"one") in sums.text
    told = client.get("/experiments/e-nothing").json()
    assert told["type"] == "urn:emfair:problem:not-found"
