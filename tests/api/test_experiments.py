"""``/experiments``: what a client gets, and what a hostile one does not."""

from __future__ import annotations

import json
from functools import partial
from urllib.parse import quote

import pytest

from emfair.lake import layout
from emfair.model.canonical import sha256_bytes
from emfair.model.documents import Validation
from emfair.service.services import Services
from tests.api.filled import ODD, ODD_TITLE
from tests.api.server import raw_get
from tests.api.told import problem

quoted = partial(quote, safe="")
PROBLEM = "application/problem+json"


def test_pages_hold_every_experiment_once_newest_first(client, made):
    seen: list[str] = []
    after = None
    for _ in range(4):
        page = client.get(
            "/experiments", params={"limit": 1, **({"after": after} if after else {})}
        ).json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
    assert after is None
    assert seen == [made[name] for name in ("sealed", "invalid", "needs-input", "valid")]


def test_a_list_is_filtered_by_state_project_and_words(client, made):
    def ids(**params):
        return [item["id"] for item in client.get("/experiments", params=params).json()["items"]]

    assert ids(state="valid") == [made["valid"]]
    assert ids(project="ceria") == [made["sealed"], made["invalid"]]
    assert ids(text="DIFFRACTION quartz") == [made["valid"]]
    assert ids(text="diffraction ceria") == []
    assert ids(text=made["sealed"]) == [made["sealed"]]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"limit": 0}, 422),
        ({"limit": 501}, 422),
        ({"state": "happy"}, 422),
        ({"after": "e-unknown"}, 404),
        ({"text": "\x00"}, 400),
        ({"project": "a\x00b"}, 400),
    ],
)
def test_a_wrong_filter_is_a_problem_that_says_how_to_go_on(client, params, status):
    assert problem(client.get("/experiments", params=params), status)["remedy"]


def test_an_experiment_shows_what_the_chain_wrote(client, made):
    told = client.get(f"/experiments/{made['valid']}").json()
    assert told["experiment"]["state"] == "valid"
    assert told["titles"]["project"] == "Quartz"
    assert [file["name"] for file in told["manifest"]["files"]] == [
        "test_STEM_image.dm3",
        "test_diffraction_pattern.dm3",
    ]
    assert [one["verdict"] for one in told["measurements"]] == ["valid", "valid"]
    assert told["findings"]["error"] == 0


def test_every_link_of_an_experiment_leads_somewhere(client, made):
    told = client.get(f"/experiments/{made['valid']}").json()
    paths = [link for name, link in told["links"].items() if name != "events"]
    paths.append(f"{told['links']['events']}?until_rest=true")
    kinds = ("link", "preview", "container")
    paths += [one[kind] for one in told["measurements"] for kind in kinds]
    for path in paths:
        assert client.get(path.removeprefix("/api/v1")).status_code == 200, path


def test_an_experiment_that_is_not_processed_has_a_manifest_alone(client, made):
    told = client.get(f"/experiments/{made['sealed']}").json()
    assert told["manifest"]["files"]
    assert told["measurements"] == []
    assert client.get(f"/experiments/{made['sealed']}/findings").json() == []
    assert client.get(f"/experiments/{made['sealed']}/provenance").json() == []
    for part in ("report", "readme", "preview.png"):
        assert problem(client.get(f"/experiments/{made['sealed']}/{part}"), 404)["remedy"]


def test_findings_are_those_of_the_report(client, made, services: Services):
    place = services.registry.experiments.get(made["invalid"]).place
    report = Validation.model_validate_json(services.lake.read_bytes(layout.report(place, "json")))
    told = client.get(f"/experiments/{made['invalid']}/findings").json()
    assert told == [finding.model_dump(mode="json") for finding in report.findings]
    assert told[0]["severity"] == "error"


def test_provenance_is_told_in_the_order_it_happened(client, made):
    records = client.get(f"/experiments/{made['valid']}/provenance").json()
    assert [record["activity"] for record in records] == [
        "raw_upload",
        "nxem_container",
        "validation_report",
        "experiment_record",
        "metadata_index",
    ]


def test_a_report_can_run_nothing_and_fetch_nothing(client, made):
    answer = client.get(f"/experiments/{made['needs-input']}/report")
    policy = answer.headers["content-security-policy"]
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert ODD_TITLE not in answer.text


def test_a_preview_is_a_picture_that_a_browser_keeps(client, made):
    path = f"/experiments/{made['valid']}/preview.png"
    answer = client.get(path)
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["", "/findings", "/provenance", "/report", "/readme", "/preview.png", "/files/a.dm3"]
)
def test_unknown_and_impossible_identifiers_are_problems(client, path):
    assert problem(client.get(f"/experiments/e-unknown{path}"), 404)["subject"] == "e-unknown"
    problem(client.get(f"/experiments/%00{path}"), 404)
    problem(client.get(f"/experiments/E%20%C3%9F{path}"), 404)


def test_a_file_arrives_as_it_was_deposited(client, made):
    file = client.get(f"/experiments/{made['needs-input']}").json()["manifest"]["files"][0]
    assert file["name"] == ODD
    for name in (file["name"], file["path"]):
        answer = client.get(f"/experiments/{made['needs-input']}/files/{quoted(name)}")
        assert sha256_bytes(answer.content) == file["sha256"]
        assert answer.headers["etag"] == f'"{file["sha256"]}"'


def test_a_name_of_any_kind_is_saved_as_it_is_and_runs_nothing(client, made):
    path = f"/experiments/{made['needs-input']}/files/{quoted(ODD)}"
    headers = client.get(path).headers
    disposition = headers["content-disposition"]
    assert disposition == (
        f"attachment; filename=\"n_h _50__ _b_.dm3\"; filename*=UTF-8''{quoted(ODD)}"
    )
    assert headers["content-type"] == "application/octet-stream"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_container_is_the_hdf5_file_that_was_judged(client, made):
    told = client.get(f"/experiments/{made['valid']}").json()["measurements"][0]
    answer = client.get(told["container"].removeprefix("/api/v1"))
    assert answer.headers["content-type"] == "application/x-hdf5"
    assert sha256_bytes(answer.content) == told["measurement"]["container_sha256"]
    assert f"{told['measurement']['measurement']}.nxs" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=5-999999999", slice(5, None)),
        ("bytes=0-", None),
        ("bytes=9-3", None),
        ("bytes=0-1,5-9", None),
        ("lines=1-2", None),
    ],
)
def test_a_range_is_answered_with_its_bytes(client, made, asked, part):
    path = f"/experiments/{made['valid']}/files/test_STEM_image.dm3"
    whole = client.get(path).content
    answer = client.get(path, headers={"Range": asked})
    assert answer.status_code == (206 if part else 200)
    assert answer.content == (whole[part] if part else whole)
    if part:
        first = part.start % len(whole)
        expected = f"bytes {first}-{first + len(answer.content) - 1}/{len(whole)}"
        assert answer.headers["content-range"] == expected


def test_a_range_beyond_the_end_is_told_the_size(client, made):
    path = f"/experiments/{made['valid']}/files/test_STEM_image.dm3"
    size = len(client.get(path).content)
    answer = client.get(path, headers={"Range": f"bytes={size}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{size}"


def test_a_range_of_another_version_gets_the_whole(client, made):
    path = f"/experiments/{made['valid']}/files/test_STEM_image.dm3"
    headers = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert client.get(path, headers=headers).status_code == 200


def test_a_head_request_tells_the_size_without_the_bytes(client, made):
    path = f"/experiments/{made['valid']}/files/test_STEM_image.dm3"
    answer = client.head(path)
    assert int(answer.headers["content-length"]) == len(client.get(path).content)
    assert answer.content == b""


@pytest.mark.parametrize(
    "path",
    [
        "..%2F..%2Fmanifest-0001.json",
        "../manifest-0001.json",
        "../../../../../registry.db",
        "%2Fetc%2Fpasswd",
        "//etc/passwd",
        "test_STEM_image.dm3%00",
        "test_STEM_image.dm3/",
        "test_STEM_image.dm3/..",
        ".",
        "..%5C..%5Cregistry.db",
        "%FF%FE",
        "x" * 5000,
    ],
)
def test_a_path_that_is_no_deposited_file_is_not_found(client, made, path):
    status, body = raw_get(client, f"/api/v1/experiments/{made['valid']}/files/{path}")
    assert status == 404
    assert json.loads(body)["status"] == 404


@pytest.mark.parametrize("name", ["..", "nope", "conversion.json", "%2e%2e%2fconversion"])
def test_a_name_that_is_no_measurement_is_refused(client, made, name):
    for kind in (f"containers/{name}", f"previews/{name}.png"):
        status, body = raw_get(client, f"/api/v1/experiments/{made['valid']}/{kind}")
        assert status in (404, 422)
        assert json.loads(body)["status"] == status
