"""What a person takes away at once: archives, checksums, lists of downloads."""

from __future__ import annotations

import io
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from emfair.api.app import create_app
from emfair.client.engine import DepositRequest
from emfair.lake import layout
from emfair.lake.base import Lake
from emfair.lake.local import LocalLake
from emfair.lake.memory import MemoryLake
from emfair.lake.s3 import S3Lake, s3_client
from emfair.model.canonical import sha256_bytes
from emfair.model.states import ExperimentState
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.hall import in_days
from tests.api.server import serving
from tests.api.told import problem
from tests.service.lab import deposit
from tests.services.ceph import gateway
from tests.services.registries import furnished

MIB = 1 << 20


def unzipped(answer: httpx.Response) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def level(client: httpx.Client, experiment: str, depth: int) -> str:
    """Return the path of a level above an experiment: 1 for its project … 3 for its sample."""
    place = client.get(f"/experiments/{experiment}").json()["experiment"]["place"]
    words = ("projects", "project"), ("proposals", "proposal"), ("samples", "sample")
    return "".join(f"/{word}/{place[noun]}" for word, noun in words[:depth])


@contextmanager
def small(
    tmp_path: Path, lake: Lake, *names: str, times: int = 1
) -> Iterator[tuple[httpx.Client, Services, str]]:
    """Serve a home with one sealed deposit; yield client, services, and the experiment."""
    session = tmp_path / "session"
    for name in names:
        (session / name).parent.mkdir(parents=True, exist_ok=True)
        (session / name).write_bytes(f"bytes of {name}".encode() * times)
    with open_services(read_settings(home=furnished(tmp_path / "home")), lake=lake) as services:
        made = deposit(services, DepositRequest([session], "P", "Q", "S"))
        with (
            serving(create_app(services)) as url,
            httpx.Client(base_url=f"{url}/api/v1", timeout=30) as client,
        ):
            yield client, services, made.place.experiment


def test_an_archive_holds_an_experiment_as_it_stands_in_the_lake(client, made, services):
    experiment = made["valid"]
    answer = client.get(f"/experiments/{experiment}/archive.zip")
    folder = layout.experiment_prefix(services.registry.experiments.get(experiment).place)
    lake = {one.key.removeprefix(f"{folder}/") for one in services.lake.list(f"{folder}/")}
    archive = unzipped(answer)
    inside = {name.removeprefix(f"{experiment}/") for name in archive.namelist()}
    assert inside == lake | {"manifest-sha256.txt"}
    for name in lake:
        assert archive.read(f"{experiment}/{name}") == services.lake.read_bytes(f"{folder}/{name}")
    assert f'filename="{experiment}.zip"' in answer.headers["content-disposition"]
    assert answer.headers["content-type"] == "application/zip"


@pytest.mark.parametrize(
    ("part", "folders"),
    [
        ("raw", {"raw"}),
        ("nexus", {"nexus"}),
        ("reports", {"reports", "previews", "provenance"}),
        ("all", {"raw", "nexus", "reports", "previews", "provenance"}),
    ],
)
def test_a_part_is_its_folders_and_the_readme(client, made, part, folders):
    path = f"/experiments/{made['valid']}/archive.zip"
    names = unzipped(client.get(path, params={"part": part})).namelist()
    inside = [name.split("/", 1)[1] for name in names]
    assert {name.split("/")[0] for name in inside if "/" in name} == folders
    assert {name for name in inside if "/" not in name} == {"README.md", "manifest-sha256.txt"}


def test_a_part_that_is_none_is_a_problem(client, made):
    problem(client.get(f"/experiments/{made['valid']}/archive.zip", params={"part": "x"}), 422)


def test_the_same_data_are_the_same_archive(client, made):
    for path in (f"/experiments/{made['valid']}", level(client, made["valid"], 1)):
        first = client.get(f"{path}/archive.zip").content
        assert client.get(f"{path}/archive.zip").content == first


def test_files_have_their_own_times(client, made):
    told = client.get(f"/experiments/{made['valid']}").json()["manifest"]["files"][0]
    archive = unzipped(client.get(f"/experiments/{made['valid']}/archive.zip"))
    info = archive.getinfo(f"{made['valid']}/raw/files/{told['path']}")
    written = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*info.date_time)
    assert abs(int(written[-2:]) - int(told["modified_at"][17:19])) <= 1  # ZIP counts by twos
    assert written[:16] == told["modified_at"][:16]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_level_holds_its_experiments_under_readmes_of_its_own(client, made, depth):
    path = level(client, made["valid"], depth)
    archive = unzipped(client.get(f"{path}/archive.zip"))
    names = archive.namelist()
    root = path.rsplit("/", 1)[1]
    assert {name.split("/")[0] for name in names} == {root}
    for experiment in (made["valid"], made["needs-input"]):
        assert any(f"experiment={experiment}/raw/files/" in name for name in names)
    readmes = [name for name in names if name.endswith("README.md") and "experiment=" not in name]
    assert len(readmes) == 4 - depth
    text = archive.read(f"{root}/README.md").decode()
    assert (made["valid"] if depth == 3 else "| 2 |") in text


def test_what_is_sealed_and_not_processed_is_its_files(client, made):
    archive = unzipped(client.get(f"/experiments/{made['sealed']}/archive.zip"))
    assert [name.split("/", 1)[1] for name in archive.namelist()] == [
        "raw/annotations-0001.json",
        "raw/context-0001.json",
        "raw/manifest-0001.json",
        "raw/files/test-5.dm3",
        "manifest-sha256.txt",
    ]


@pytest.mark.parametrize("depth", [1, 3, 4])
def test_an_unpacked_archive_passes_sha256sum(client, made, tmp_path, depth):
    path = f"/experiments/{made['valid']}"
    path = path if depth == 4 else level(client, made["valid"], depth)
    archive = unzipped(client.get(f"{path}/archive.zip"))
    archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    (folder / "sha256sums.txt").write_text(client.get(f"{path}/sha256sums.txt").text)
    for name in ("sha256sums.txt", "manifest-sha256.txt"):
        checked = subprocess.run(
            ["sha256sum", "-c", "--strict", name],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr
    listed = (folder / "manifest-sha256.txt").read_text().splitlines()
    assert len(listed) == len(archive.namelist()) - 1


def test_a_spoilt_file_fails_the_check(client, made, tmp_path):
    path = f"/experiments/{made['sealed']}"
    unzipped(client.get(f"{path}/archive.zip")).extractall(tmp_path)
    folder = tmp_path / made["sealed"]
    (folder / "raw/files/test-5.dm3").write_bytes(b"spoilt")
    (folder / "sums").write_text(client.get(f"{path}/sha256sums.txt").text)
    checked = subprocess.run(
        ["sha256sum", "-c", "sums"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 1
    assert "raw/files/test-5.dm3: FAILED" in checked.stdout


@pytest.mark.parametrize("ending", ["archive.zip", "sha256sums.txt", "downloads.aria2"])
def test_what_was_never_sealed_is_nothing_to_take(hall, ending):
    project = hall.project()
    draft = hall.experiment(project)
    answer = hall.client("ada").get(f"/experiments/{draft}/{ending}")
    assert "draft" in problem(answer, 404)["detail"]
    whole = hall.client("ada").get(f"/projects/{project}/{ending}")
    assert whole.status_code == 200


PATHS = ["/experiments/{}", "/projects/p", "/projects/p/proposals/q/samples/s"]


@pytest.mark.parametrize("path", PATHS)
def test_a_file_that_the_lake_has_lost_breaks_the_transfer(tmp_path, path):
    with small(tmp_path, MemoryLake(), "a", "b", times=MIB // 4) as (client, services, experiment):
        place = services.registry.experiments.get(experiment).place
        services.lake.delete(layout.raw_file(place, "session/b"))
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(f"{path.format(experiment)}/archive.zip")


@pytest.mark.parametrize("path", PATHS)
def test_a_file_that_has_changed_breaks_the_transfer(tmp_path, path):
    with small(tmp_path, MemoryLake(), "a", times=MIB // 4) as (client, services, experiment):
        key = layout.raw_file(services.registry.experiments.get(experiment).place, "session/a")
        content = services.lake.read_bytes(key)
        services.lake.put_bytes(key, b"B" + content[1:], replace=True)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(f"{path.format(experiment)}/archive.zip")


@pytest.mark.parametrize("path", PATHS)
def test_what_is_wrong_before_the_first_bytes_is_told_as_a_problem(tmp_path, path):
    with small(tmp_path, MemoryLake(), "a") as (client, services, experiment):
        key = layout.raw_file(services.registry.experiments.get(experiment).place, "session/a")
        services.lake.put_bytes(key, b"other bytes", replace=True)
        told = problem(client.get(f"{path.format(experiment)}/archive.zip"), 422)
        assert told["subject"] == key
        services.lake.delete(key)
        problem(client.get(f"{path.format(experiment)}/archive.zip"), 404)


def test_a_lost_manifest_is_a_problem_and_no_archive(tmp_path):
    with small(tmp_path, MemoryLake(), "a") as (client, services, experiment):
        place = services.registry.experiments.get(experiment).place
        services.lake.delete(layout.manifest(place, 1))
        for ending in ("archive.zip", "sha256sums.txt"):
            problem(client.get(f"/experiments/{experiment}/{ending}"), 404)


def test_what_the_chain_has_made_and_the_lake_has_lost_is_missed(tmp_path):
    with small(tmp_path, MemoryLake(), "a") as (client, services, experiment):
        for state in (ExperimentState.PROCESSING, ExperimentState.VALID):
            services.registry.experiments.set_state(experiment, state)
        path = f"/experiments/{experiment}/archive.zip"
        for part in ("nexus", "reports", "all"):
            told = problem(client.get(path, params={"part": part}), 404)
            assert told["subject"].endswith("nexus/conversion.json")
        assert unzipped(client.get(path, params={"part": "raw"})).namelist()


def test_a_big_file_streams_at_once_and_in_bounded_memory(tmp_path):
    """A sparse file of 2 GiB: the first bytes come at once, the server holds some blocks of it."""
    size = 2 << 30
    home = tmp_path / "home"
    with small(tmp_path, LocalLake(home / "lake"), "a") as (client, services, experiment):
        row = services.registry.experiments.get(experiment)
        path = Path(services.lake.locate(layout.raw_file(row.place, "session/a")))
        path.chmod(0o644)
        with path.open("r+b") as file:
            file.truncate(size)
        before, arrived = resident(), [(time.monotonic(), 0)]
        with pytest.raises(httpx.RemoteProtocolError):  # its checksum is another one now
            take(client, f"/experiments/{experiment}/archive.zip", arrived)
        assert sum(amount for _, amount in arrived) > size - MIB
        assert arrived[1][0] - arrived[0][0] < 2
        assert resident() - before < 100 * MIB


def take(client: httpx.Client, path: str, arrived: list[tuple[float, int]]) -> None:
    """Note when how many bytes arrive."""
    with client.stream("GET", path) as answer:
        arrived.extend((time.monotonic(), len(block)) for block in answer.iter_raw())


def resident() -> int:
    """Return the bytes of memory that this process holds; the server is one of its threads."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def parse_aria2(text: str) -> dict[str, tuple[str, str]]:
    """Return address and checksum by path, as aria2c reads an input file."""
    found: dict[str, tuple[str, str]] = {}
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for url, out, checksum in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        assert not url.startswith(" ")
        assert out.startswith("  out=")
        assert checksum.startswith("  checksum=sha-256=")
        found[out.removeprefix("  out=")] = (url, checksum.rpartition("=")[2])
    return found


@pytest.mark.parametrize("depth", [1, 4])
def test_a_list_of_downloads_leads_to_this_server_where_the_lake_has_no_addresses(
    client, made, depth
):
    path = f"/experiments/{made['valid']}" if depth == 4 else level(client, made["valid"], depth)
    answer = client.get(f"{path}/downloads.aria2")
    listed = parse_aria2(answer.text)
    assert "Authorization: Bearer" in answer.text.splitlines()[1]
    sums = client.get(f"{path}/sha256sums.txt").text.splitlines()
    assert {line.split("  ", 1)[1] for line in sums} == set(listed)
    for url, checksum in listed.values():
        assert sha256_bytes(httpx.get(url).content) == checksum


@pytest.mark.parametrize("store", ["moto", "ceph"])
def test_a_list_of_downloads_leads_straight_to_an_object_store(
    tmp_path, monkeypatch, request, store
):
    environment = moto(request) if store == "moto" else gateway().environment()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    bucket = f"lake-{uuid4().hex[:12]}"
    s3_client().create_bucket(Bucket=bucket)
    lake = S3Lake(bucket, "some/prefix")
    with small(tmp_path, lake, "a b.dm3", "ü/50 %.txt") as (client, _, experiment):
        path = f"/experiments/{experiment}"
        answer = client.get(f"{path}/downloads.aria2")
        assert "hold until" in answer.text
        assert "Bearer" not in answer.text
        listed = parse_aria2(answer.text)
        assert "raw/files/session/ü/50 %25.txt" in listed
        for url, checksum in listed.values():
            assert url.startswith(environment["AWS_ENDPOINT_URL"])
            found = httpx.get(url)
            assert sha256_bytes(found.content) == checksum
            assert found.headers["content-disposition"] == "attachment"
        archive = unzipped(client.get(f"{path}/archive.zip"))
        assert len(archive.namelist()) == len(listed) + 1
        part = client.get(f"{path}/files/session/a%20b.dm3", headers={"Range": "bytes=9-"})
        assert (part.status_code, part.content) == (206, b"a b.dm3")


def moto(request) -> dict[str, str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    request.addfinalizer(server.stop)
    host, port = server.get_host_and_port()
    keys = {"AWS_ACCESS_KEY_ID": "emfair", "AWS_SECRET_ACCESS_KEY": "secret"}
    return {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", **keys,
        "AWS_REGION": "us-east-1", "NO_PROXY": "127.0.0.1",
    }  # fmt: skip


@pytest.mark.parametrize("ending", ["archive.zip", "sha256sums.txt", "downloads.aria2"])
def test_a_level_holds_what_whoever_asks_may_download_and_tells_of_nothing_else(
    hall, shared, ending
):
    project, plain, secret = shared
    for name, sees in (("ada", True), ("bob", False)):
        content = hall.client(name).get(f"/projects/{project}/{ending}").content
        assert plain.encode() in content
        assert (secret.encode() in content) is sees
        assert sees or b"Secret words" not in content


@pytest.mark.parametrize("ending", ["archive.zip", "sha256sums.txt", "downloads.aria2"])
def test_what_may_not_be_seen_is_not_there(hall, shared, ending):
    project, _, secret = shared
    problem(hall.client("bob").get(f"/experiments/{secret}/{ending}"), 404)
    problem(hall.client("eve").get(f"/projects/{project}/{ending}"), 404)


def test_whoever_takes_what_is_restricted_is_written_down(hall, shared):
    project, _, secret = shared
    hall.join(project, "cleo", "editor")
    hall.client("cleo").get(f"/projects/{project}/archive.zip")
    deeds = hall.services.registry.audit.list(subject=secret, action="restricted-read")
    assert hall.subject("cleo") in {deed.actor for deed in deeds}


def test_a_token_needs_the_scope_for_downloads(hall, shared):
    project, plain, _ = shared
    for scopes, status in ((["read"], 403), (["read", "download"], 200)):
        token = hall.client("ada").post(
            "/tokens", json={"name": "script", "scopes": scopes, "expires_at": in_days(1)}
        ).json()["token"]  # fmt: skip
        client = hall.bearer(token)
        assert client.get(f"/experiments/{plain}/archive.zip").status_code == status
        whole = client.get(f"/projects/{project}/archive.zip")
        assert (plain.encode() in whole.content) is (status == 200)
