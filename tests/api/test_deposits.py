"""Deposits through the API: the same one again is the same, and who may begin one where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from emfair.api.app import create_app
from emfair.identity.roles import Role
from emfair.identity.table import Action, Condition, table
from emfair.lake import layout
from emfair.lake.memory import MemoryLake
from emfair.service.documents import read_manifest
from emfair.service.services import Services, open_services
from emfair.service.uploads import LARGEST
from emfair.settings import read_settings
from tests.api.asgi import ask
from tests.api.conftest import serving
from tests.api.told import problem
from tests.api.world import PROJECT, PROPOSAL, SAMPLE, copy, fill
from tests.services.registries import furnished

CONTENT = {"a.dm3": b"first", "b.dm3": b"second"}
NOTES = {"sample": {"atom_types": ["Si", "O"]}}


def new(**more: Any) -> dict[str, Any]:
    """Return a deposit of two small files."""
    files = [
        {
            "name": name,
            "size": len(content),
            "modified_at": "2026-01-22T12:20:05Z",
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, content in CONTENT.items()
    ]
    where = {"project": "Quartz", "proposal": "2026-A", "sample": "Lamella", "title": "Night"}
    return where | {"files": files} | more


def send(client, todo: list[dict[str, Any]]) -> None:
    for upload in todo:
        content = CONTENT[upload["name"]]
        client.put(f"/uploads/{upload['id']}/parts/1", content=content).raise_for_status()
        client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()


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
        httpx.Client(base_url=f"{url}/api/v1", timeout=30) as client,
    ):
        yield client


def test_a_deposit_is_opened_sent_sealed_and_recognised(client, services):
    opened = client.post("/deposits", json=new(annotations=NOTES)).raise_for_status().json()
    assert not opened["already_sealed"]
    assert [upload["name"] for upload in opened["todo"]] == ["a.dm3", "b.dm3"]
    send(client, opened["todo"])
    experiment = opened["place"]["experiment"]
    sealed = client.post(f"/experiments/{experiment}/seal").raise_for_status().json()
    assert (sealed["state"], sealed["title"]) == ("sealed", "Night")
    again = client.post("/deposits", json=new(annotations=NOTES)).raise_for_status().json()
    assert (again["place"], again["already_sealed"], again["todo"]) == (opened["place"], True, [])
    place = services.registry.experiments.get(experiment).place
    assert read_manifest(services, place, 1).deposited_by.subject.startswith("local:")
    notes = services.lake.read_bytes(layout.annotation_document(place, 1))
    assert b'"atom_types":["Si","O"]' in notes


def test_a_deposit_cut_short_goes_on_where_it_stopped(client):
    opened = client.post("/deposits", json=new()).json()
    send(client, opened["todo"][:1])
    again = client.post("/deposits", json=new()).json()
    assert again["place"] == opened["place"]
    assert [upload["name"] for upload in again["todo"]] == ["b.dm3"]
    assert again["todo"] == opened["todo"][1:]


def test_words_about_a_file_that_does_not_come_are_refused_and_nothing_is_stored(client, services):
    notes = {"files": {"c.dm3": {"title": "which one?"}}}
    told = problem(client.post("/deposits", json=new(annotations=notes)), 422)
    assert "files.c.dm3" in told["subject"]
    assert services.registry.experiments.list() == ()


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"files": []}, 422),
        ({"project": "\u200b"}, 400),
        ({"title": ""}, 400),
        ({"title": "x" * 501}, 422),
        ({"unknown": 1}, 422),
        ({"annotations": {"sample": {"atom_types": ["Qq"]}}}, 422),
        ({"annotations": {"measurement": {"dwell_time": "3 kg"}}}, 422),
    ],
)
def test_what_is_no_deposit_is_refused_in_words(client, services, wrong, status):
    problem(client.post("/deposits", json=new(**wrong)), status)
    assert services.registry.experiments.list() == ()


def test_a_file_that_no_store_keeps_is_refused_by_its_name(client, services):
    one = new()["files"][0] | {"size": LARGEST + 1}
    told = problem(client.post("/deposits", json=new(files=[one])), 413)
    assert told["subject"] == one["name"]
    assert "5 TiB" in told["detail"]
    assert services.registry.experiments.list() == ()
    whole = one | {"size": LARGEST}
    client.post("/deposits", json=new(files=[whole])).raise_for_status()


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_files_time_that_no_calendar_holds_in_utc_is_refused_by_its_field(client, when):
    one = new()["files"][0] | {"modified_at": when}
    told = problem(client.post("/deposits", json=new(files=[one])), 422)
    assert told["subject"] == "files.0.modified_at"
    draft = client.post("/experiments", json={k: v for k, v in new().items() if k != "files"})
    path = f"/experiments/{draft.json()['id']}/uploads"
    problem(client.post(path, json={"files": [one]}), 422)
    broken = one | {"modified_at": "1601-01-01T00:00:00Z"}  # a clock that was never set
    client.post("/deposits", json=new(files=[broken])).raise_for_status()


@pytest.mark.parametrize("path", ["/deposits", "/experiments"])
def test_a_title_whose_identifier_another_has_is_a_conflict_that_names_it(client, path):
    other = {"id": "quartz-2nd", "card": {"title": "Calcite"}}
    client.post("/projects", json=other).raise_for_status()
    wanted = new(project="Quartz 2nd")
    if path == "/experiments":
        del wanted["files"]
    told = problem(client.post(path, json=wanted), 409)
    assert told["subject"] == "Quartz 2nd"
    assert "quartz-2nd" in told["detail"]
    assert "'Calcite'" in told["detail"]
    assert "choose another title" in told["remedy"]


def test_samples_that_differ_by_a_greek_letter_are_two(client):
    alpha, beta, again = (
        client.post("/deposits", json=new(sample=name)).raise_for_status().json()
        for name in ("α-Fe", "β-Fe", "α-Fe")
    )
    assert (alpha["titles"]["sample"], beta["titles"]["sample"]) == ("α-Fe", "β-Fe")
    assert alpha["place"] == again["place"]
    assert alpha["place"]["sample"] != beta["place"]["sample"]


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"project": "Quartz",}', b"\xff\xfe", b'{"project": "\xe4"}', b"[" * 100_000],
)
def test_a_body_that_is_no_json_is_told_like_any_other_that_does_not_fit(client, body):
    headers = {"content-type": "application/json"}
    told = problem(client.post("/deposits", content=body, headers=headers), 422)
    assert told["type"] == "urn:emfair:problem:invalid-request"
    assert told["subject"] == "body"
    assert "is no JSON" in told["detail"]


def test_a_draft_that_is_given_up_is_a_tombstone_with_its_reason(client):
    draft = client.post("/experiments", json={k: v for k, v in new().items() if k != "files"})
    assert draft.status_code == 201
    experiment = draft.json()["id"]
    told = client.post(f"/experiments/{experiment}/give-up", json={"reason": "wrong sample"})
    assert (told.json()["state"], told.json()["reason"]) == ("tombstoned", "wrong sample")
    problem(client.post(f"/experiments/{experiment}/give-up", json={"reason": "again"}), 409)


def test_the_manifest_tells_when_it_was_sealed_not_when_it_was_opened(client, services):
    opened = client.post("/deposits", json=new()).json()
    send(client, opened["todo"])
    experiment = opened["place"]["experiment"]
    begun = services.now()
    client.post(f"/experiments/{experiment}/seal").raise_for_status()
    row = services.registry.experiments.get(experiment)
    assert row.created_at < begun <= read_manifest(services, row.place, 1).sealed_at


def test_withdrawing_needs_the_version_that_was_seen(client):
    opened = client.post("/deposits", json=new()).json()
    send(client, opened["todo"])
    url = f"/experiments/{opened['place']['experiment']}"
    sealed = client.post(f"{url}/seal")
    assert sealed.json()["depositor_name"]
    why = {"reason": "a mistake"}
    problem(client.request("DELETE", url, json=why), 428)
    problem(client.request("DELETE", url, json=why, headers={"If-Match": '"v1"'}), 412)
    problem(client.request("DELETE", url, json=why, headers={"If-Match": "no tag"}), 400)
    etag = {"If-Match": sealed.headers["etag"]}
    assert client.request("DELETE", url, json=why, headers=etag).json()["state"] == "tombstoned"


def test_what_is_withdrawn_can_be_read_about_and_not_be_taken(client):
    opened = client.post("/deposits", json=new()).json()
    send(client, opened["todo"])
    url = f"/experiments/{opened['place']['experiment']}"
    sealed = client.post(f"{url}/seal")
    place = opened["place"]
    folder = "/".join(
        f"{word}={place[word]}" for word in ("project", "proposal", "sample", "experiment")
    )
    data = [
        f"{url}/files/a.dm3", f"{url}/archive.zip", f"{url}/sha256sums.txt?part=raw",
        f"{url}/downloads.aria2", f"/lake/objects/{folder}/raw/files/a.dm3",
    ]  # fmt: skip
    for path in data:
        assert client.get(path).status_code == 200, path
    why, etag = {"reason": "a mistake"}, {"If-Match": sealed.headers["etag"]}
    client.request("DELETE", url, json=why, headers=etag).raise_for_status()
    for path in [*data, f"{url}/preview.png", f"/lake/objects/{folder}/previews/x.png"]:
        told = problem(client.get(path), 410)
        assert "a mistake" in told["detail"]
    gone = client.get(url)
    assert gone.json()["manifest"]["files"][0]["name"] == "a.dm3"
    seen = {"If-Match": gone.headers["etag"]}
    assert (
        "is withdrawn"
        in problem(client.patch(url, json={"title": "Another"}, headers=seen), 409)["detail"]
    )


def test_an_edit_of_what_someone_else_has_changed_is_told(client):
    draft = client.post("/experiments", json={k: v for k, v in new().items() if k != "files"})
    url, seen = f"/experiments/{draft.json()['id']}", {"If-Match": draft.headers["etag"]}
    changed = client.patch(url, json={"title": "Another"}, headers=seen)
    assert changed.json()["title"] == "Another"
    told = problem(client.patch(url, json={"title": "Mine"}, headers=seen), 412)
    assert "version" in told["detail"]
    assert client.get(url).json()["experiment"]["title"] == "Another"
    assert client.get(url).headers["etag"] == changed.headers["etag"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("world") / "home"


@pytest.fixture(scope="module")
def world(home):
    return fill(home)


@pytest.fixture
def fresh(home, world, tmp_path) -> Iterator[FastAPI]:
    with copy(home, world[0], tmp_path / "copy") as app:
        yield app


LEVELS = {
    Action.CREATE_EXPERIMENT: (PROJECT, PROPOSAL, SAMPLE),
    Action.CREATE_SAMPLE: (PROJECT, PROPOSAL, "new"),
    Action.CREATE_PROPOSAL: (PROJECT, "new", "new"),
    Action.CREATE_PROJECT: ("new", "new", "new"),
}
"""Whoever makes a level must be allowed to; the first new one decides."""


@pytest.mark.parametrize(("role", "action"), list(product(Role, LEVELS)))
def test_who_may_begin_a_deposit_is_decided_by_the_first_new_level(fresh, role, action):
    where = dict(zip(("project", "proposal", "sample"), LEVELS[action], strict=True))
    header = {} if role is Role.ANYONE else {"authorization": f"Bearer {role}"}
    cells = table().rows[action].cells
    everyone = () if role in (Role.ANYONE, Role.REFEREE) else (Role.DEPOSITOR,)
    wanted = (Condition.ANY, Condition.PLAIN, Condition.OPEN)  # for anyone to begin
    may = any(cells[one] in wanted for one in (role, *everyone))
    for path, body in (
        ("/api/v1/deposits", new(**where)),
        ("/api/v1/experiments", {"title": "x", **_other(where)}),
    ):
        answer = ask(fresh, "POST", path, body=json.dumps(body).encode(), **header)
        assert (answer.status in (200, 201)) is may, answer
        assert may or answer.status in (401, 403, 404)


def _other(where: dict[str, str]) -> dict[str, str]:
    """Return the same place with other new levels: the first request has made those."""
    return {level: name.replace("new", "newer") for level, name in where.items()}


def test_whoever_makes_a_project_owns_it(fresh):
    body = json.dumps(new(project="Mine")).encode()
    header = {"authorization": "Bearer depositor"}
    assert ask(fresh, "POST", "/api/v1/deposits", body=body, **header).status == 200
    (row,) = fresh.state.services.registry.memberships.of_project("mine")
    assert row.role == "owner"


def test_the_same_deposit_as_a_restricted_one_shows_and_changes_nothing_of_it(hall):
    ada, admin = hall.client("ada"), hall.client("root")
    order = new(project=hall.project())
    opened = ada.post("/deposits", json=order).raise_for_status().json()["place"]["experiment"]
    tag = {"If-Match": ada.get(f"/experiments/{opened}").headers["etag"]}
    sharing = f"/experiments/{opened}/sharing"
    ada.put(sharing, json={"restricted": True}, headers=tag).raise_for_status()
    said = {"annotations": {"sample": {"atom_types": ["Au"]}}}
    assert opened not in str(problem(admin.post("/deposits", json=order | said), 404))
    assert "Au" not in ada.get(f"/experiments/{opened}/annotations").text
    assert ada.post("/deposits", json=order).json()["place"]["experiment"] == opened
