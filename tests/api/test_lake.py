"""The lake level by level: what is shown, to whom, and what hostile paths come to."""

from __future__ import annotations

import json

import httpx
import pytest

from emfair.lake import layout
from emfair.model.canonical import sha256_bytes
from tests.api.filled import ODD
from tests.api.hall import in_days, problem
from tests.api.server import raw_get


def level(client: httpx.Client, path: str = "", **more) -> dict[str, dict]:
    """Return the entries of a level by name."""
    answer = client.get("/lake", params={"path": path, **more})
    assert answer.status_code == 200, answer.text
    return {entry["name"]: entry for entry in answer.json()["entries"]}


def folder_of(services, experiment: str) -> str:
    return layout.experiment_prefix(services.registry.experiments.get(experiment).place)


def test_the_root_holds_projects_and_each_level_leads_to_the_next(client, made):
    entries, seen = level(client), []
    for _ in range(4):
        name = next(n for n in entries if "quartz" in n or "2026" in n or n.endswith(made["valid"]))
        assert entries[name]["kind"] == "folder"
        assert entries[name]["title"]
        seen.append(name)
        link = entries[name]["links"]["level"].removeprefix("/api/v1")
        entries = {entry["name"]: entry for entry in client.get(link).json()["entries"]}
    assert seen[0] == "project=quartz"
    assert set(entries) == {"README.md", "nexus", "previews", "provenance", "raw", "reports"}
    assert entries["README.md"]["kind"] == "object"
    assert entries["raw"] == {
        "name": "raw", "kind": "folder", "size": None, "title": "",
        "links": {"level": f"/api/v1/lake?path={'/'.join(seen)}/raw"},
    }  # fmt: skip


def test_an_experiments_folders_are_those_of_the_lake_one_at_a_time(client, made, services):
    folder = folder_of(services, made["needs-input"])
    documents = {"annotations-0001.json", "context-0001.json", "manifest-0001.json"}
    assert set(level(client, f"{folder}/raw")) == {"files", *documents}
    ((name, entry),) = level(client, f"{folder}/raw/files").items()
    found = client.get(entry["links"]["download"].removeprefix("/api/v1"))
    told = client.get(f"/experiments/{made['needs-input']}").json()["manifest"]["files"][0]
    assert told["name"] == ODD
    assert name == told["path"]
    assert sha256_bytes(found.content) == told["sha256"]
    assert found.headers["etag"] == f'"{told["sha256"]}"'
    assert len(found.content) == entry["size"]


def test_every_object_below_an_experiment_can_be_downloaded_and_runs_nothing(
    client, made, services
):
    folder = folder_of(services, made["valid"])
    for one in services.lake.list(f"{folder}/"):
        answer = client.get(f"/lake/objects/{one.key}")
        assert answer.content == services.lake.read_bytes(one.key)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["content-security-policy"]
        part = client.get(f"/lake/objects/{one.key}", headers={"Range": "bytes=1-4"})
        assert (part.status_code, part.content) == (206, answer.content[1:5])


def test_pages_of_a_level_lose_and_repeat_nothing(client, made, services):
    for path in (
        "project=ceria/proposal=2026-a/sample=ceria-lamella",
        folder_of(services, made["valid"]),
    ):
        whole, seen, after = list(level(client, path)), [], None
        while True:
            params = {"path": path, "limit": 1} | ({"after": after} if after else {})
            page = client.get("/lake", params=params).json()
            seen += [entry["name"] for entry in page["entries"]]
            if (after := page["next"]) is None:
                break
        assert seen == whole
        assert len(whole) > 1


def test_a_slash_at_the_end_is_a_folder_still(client, made, services):
    folder = folder_of(services, made["valid"])
    assert level(client, f"{folder}/raw/") == level(client, f"{folder}/raw")


HOSTILE = [
    "..", ".", "/etc/passwd", "//etc", "project=quartz/..", "project=quartz/../..",
    "project=quartz//proposal=2026-a", "project=quartz/./proposal=2026-a", "a\x00b", ".tmp",
    ".tmp/x", "x" * 1500, "project=" + "x" * 300,
]  # fmt: skip
ABSENT = [
    "index", "index/current.json", "project=QUARTZ", "project=quartz/README.md", "project=",
    "quartz", "project=quärtz", "project=ｑuartz", "project=quartz%2F..", "experiment=e-1",
    "proposal=2026-a", "project=quartz/sample=quartz-lamella", "project=nope",
    "project=quartz/proposal=nope", "project=quartz/proposal=2026-a/sample=nope",
    "project=quartz/proposal=2026-a/sample=quartz-lamella/experiment=nope", "..\\..\\registry.db",
    "project=quartz/proposal=2026-a/README.md", "\ufeffproject=quartz", "registry.db",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_what_is_no_path_is_refused(client, path):
    assert problem(client.get("/lake", params={"path": path}), 422)["remedy"]


@pytest.mark.parametrize("path", ABSENT)
def test_what_is_nothing_to_see_is_not_found(client, path):
    problem(client.get("/lake", params={"path": path}), 404)


@pytest.mark.parametrize(
    "rest",
    [
        "/..", "/%2e%2e", "/raw/../README.md", "/raw/%2e%2e/README.md", "//README.md",
        "/raw/files/../../README.md", "/README.md/", "/README.md/..", "/nothing", "/raw",
        "/raw/files", "",
        "/README.md%00", "/raw%2F..%2F..%2F..%2F..%2F..%2Fregistry.db", "/%FF%FE",
        "/" + "x" * 5000,
    ],
)  # fmt: skip
def test_an_object_is_named_by_its_own_path_and_no_other(client, made, services, rest):
    folder = folder_of(services, made["valid"])
    status, body = raw_get(client, f"/api/v1/lake/objects/{folder}{rest}")
    assert status in (404, 422), body
    assert json.loads(body)["status"] == status


@pytest.mark.parametrize(
    "path",
    [
        "%2Fetc%2Fpasswd",
        "/etc/passwd",
        "../../etc/passwd",
        "index/current.json",
        ".tmp/x",
        "project=quartz/README.md",
    ],
)
def test_no_object_outside_of_experiments_can_be_downloaded(client, made, path):
    status, _ = raw_get(client, f"/api/v1/lake/objects/{path}")
    assert status in (404, 422)


def test_an_experiment_is_at_its_own_place_alone(client, made, services):
    elsewhere = folder_of(services, made["valid"]).replace("quartz", "ceria")
    problem(client.get("/lake", params={"path": elsewhere}), 404)
    problem(client.get(f"/lake/objects/{elsewhere}/README.md"), 404)
    problem(client.get("/lake", params={"path": f"{folder_of(services, made['valid'])}/nope"}), 404)


def test_levels_show_what_whoever_asks_may_see(hall, shared):
    project, plain, secret = shared
    sample = f"project={project}/proposal=q/sample=s"
    names = {name: set(level(hall.client(name), sample)) for name in ("ada", "bob")}
    assert names["ada"] == {f"experiment={plain}", f"experiment={secret}"}
    assert names["bob"] == {f"experiment={plain}"}
    assert f"project={project}" not in level(hall.client("eve"), limit=500)
    for path in (sample, f"project={project}", f"{sample}/experiment={plain}"):
        problem(hall.client("eve").get("/lake", params={"path": path}), 404)
    hidden = f"{sample}/experiment={secret}"
    problem(hall.client("bob").get("/lake", params={"path": hidden}), 404)
    problem(hall.client("bob").get(f"/lake/objects/{hidden}/raw/files/a.dm3"), 404)
    assert (
        hall.client("ada").get(f"/lake/objects/{hidden}/raw/files/a.dm3").content == b"Secret words"
    )


def test_a_token_that_may_look_sees_no_download_and_gets_none(hall, shared):
    project, plain, _ = shared
    files = f"project={project}/proposal=q/sample=s/experiment={plain}/raw/files"
    new = {"name": "looks", "scopes": ["read"], "expires_at": in_days(1)}
    token = hall.client("ada").post("/tokens", json=new).json()
    client = hall.bearer(token["token"])
    assert level(client, files)["a.dm3"]["links"] == {}
    problem(client.get(f"/lake/objects/{files}/a.dm3"), 403)
    manifest = files.replace("files", "manifest-0001.json")
    assert client.get(f"/lake/objects/{manifest}").status_code == 200


def test_a_stranger_sees_an_empty_root(hall, shared):
    assert level(hall.bearer(None)) == {}
