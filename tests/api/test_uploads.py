"""Files arrive in parts through the API: in any order, resumed, checked, and never half."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import Request
from starlette.types import Message

from emfair.api.app import create_app
from emfair.api.bodies import consume
from emfair.errors import NotFound, Stalled, Unauthenticated
from emfair.identity.capabilities import check_capability, new_capability
from emfair.identity.secret import parts as secret_parts
from emfair.lake import claims, layout
from emfair.lake.base import Lake
from emfair.lake.uploads import Upload
from emfair.service import uploads as service
from emfair.service.documents import read_manifest
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.conftest import serving
from tests.api.told import problem
from tests.lake.conftest import (  # noqa: F401  fixtures of the lakes
    kind,
    lake,
    s3_endpoint,
)

ONCE = pytest.mark.parametrize("kind", ["local"], indirect=True)
"""For what is decided before any lake is asked."""
WHEN = "2026-01-22T12:20:05Z"
MIB = 1 << 20
PART = 16 * MIB
Whereto = dict[str, Any]
WHERE: Whereto = {"project": "Quartz", "proposal": "2026-A", "sample": "Lamella", "title": "Night"}


@pytest.fixture
def services(tmp_path, lake: Lake) -> Iterator[Services]:  # noqa: F811
    with open_services(read_settings(home=tmp_path / "home"), lake=lake) as opened:
        yield opened


@pytest.fixture
def client(services: Services) -> Iterator[httpx.Client]:
    with (
        serving(create_app(services)) as url,
        httpx.Client(base_url=f"{url}/api/v1", timeout=60) as client,
    ):
        yield client


@pytest.fixture
def draft(client: httpx.Client) -> str:
    return str(client.post("/experiments", json=WHERE).raise_for_status().json()["id"])


@pytest.fixture
def announce(client: httpx.Client, draft: str) -> Callable[..., dict[str, Any]]:
    """Return a function that announces one file of these bytes; the answer is its upload."""

    def announced(content: bytes, name: str = "session/scan.dm4", **more: str) -> dict[str, Any]:
        file = {"name": name, "size": len(content), "modified_at": WHEN, **more}
        answer = client.post(f"/experiments/{draft}/uploads", json={"files": [file]})
        return dict(answer.raise_for_status().json()["uploads"][0])

    return announced


def send(client: httpx.Client, upload: str, number: int, part: bytes) -> httpx.Response:
    """Ask where a part goes, and send it there."""
    md5 = hashlib.md5(part, usedforsecurity=False).hexdigest()
    target = client.post(f"/uploads/{upload}/parts/{number}", json={"md5": md5})
    told = target.raise_for_status().json()
    url = told["url"] if "://" in told["url"] else client.base_url.join(told["url"])
    return httpx.put(url, content=part, headers=told["headers"], timeout=60)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def content_of(size: int) -> bytes:
    return hashlib.shake_128(b"emfair").digest(size)


def test_parts_in_any_order_become_a_sealed_file(client, services, draft, announce):
    content = content_of(2 * PART + 12345)
    upload = announce(content, sha256=sha256(content))
    for number in (3, 1, 2):
        send(client, upload["id"], number, content[(number - 1) * PART : number * PART])
    whole = client.post(f"/uploads/{upload['id']}/complete", json={})
    assert whole.raise_for_status().json()["sha256"] == sha256(content)
    sealed = client.post(f"/experiments/{draft}/seal").raise_for_status().json()
    assert sealed["state"] == "sealed"
    row = services.registry.experiments.get(draft)
    manifest = read_manifest(services, row.place, 1)
    assert [(f.name, f.size, f.sha256) for f in manifest.files] == [
        ("session/scan.dm4", len(content), sha256(content))
    ]
    key = layout.raw_file(row.place, manifest.files[0].path)
    assert services.lake.read_bytes(key) == content
    assert [event.kind for event in services.registry.outbox.after(0, 10)] == ["deposit-sealed"]


def test_whoever_was_cut_off_sends_only_what_is_missing(client, announce):
    content = content_of(2 * PART)
    upload = announce(content)
    send(client, upload["id"], 2, content[PART:])
    state = client.get(f"/uploads/{upload['id']}").json()
    assert [(part["number"], part["size"]) for part in state["parts"]] == [(2, PART)]
    assert state["part_size"] == PART
    assert announce(content)["id"] == upload["id"]
    send(client, upload["id"], 1, content[:PART])
    done = client.post(f"/uploads/{upload['id']}/complete", json={"sha256": sha256(content)})
    assert done.raise_for_status().json()["done_at"]


def test_a_part_may_come_twice_and_completing_may_be_repeated(client, announce):
    content = content_of(1000)
    upload = announce(content)
    for _ in range(2):
        send(client, upload["id"], 1, content).raise_for_status()
    first = client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status().json()
    again = client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status().json()
    assert first == again
    assert first["sha256"] == sha256(content)


def test_a_file_with_nothing_in_it_is_a_file(client, draft, announce):
    upload = announce(b"", "empty.txt")
    send(client, upload["id"], 1, b"").raise_for_status()
    client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()
    assert client.post(f"/experiments/{draft}/seal").json()["state"] == "sealed"


def test_missing_parts_are_named_and_nothing_appears(client, services, draft, announce):
    content = content_of(2 * PART)
    upload = announce(content)
    send(client, upload["id"], 2, content[PART:])
    told = problem(client.post(f"/uploads/{upload['id']}/complete", json={}), 422)
    assert "1 of 2 parts are missing" in told["detail"]
    place = services.registry.experiments.get(draft).place
    assert services.lake.info(layout.raw_file(place, upload["path"])) is None


def test_another_checksum_than_announced_is_refused(client, announce):
    content = content_of(1000)
    upload = announce(content, sha256=sha256(content))
    send(client, upload["id"], 1, content)
    wrong = {"sha256": sha256(b"other")}
    told = problem(client.post(f"/uploads/{upload['id']}/complete", json=wrong), 422)
    assert "announced" in told["detail"]
    client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()


def test_a_deposit_is_not_sealed_while_a_file_is_missing(client, draft, announce):
    announce(content_of(10))
    told = problem(client.post(f"/experiments/{draft}/seal"), 409)
    assert "session/scan.dm4" in told["detail"]
    assert client.get(f"/experiments/{draft}").json()["experiment"]["state"] == "uploading"


@ONCE
def test_a_deposit_of_nothing_is_not_sealed(client, draft):
    assert "no file" in problem(client.post(f"/experiments/{draft}/seal"), 409)["detail"]


def test_sealing_twice_is_sealing_once(client, services, draft, announce):
    upload = announce(b"x")
    send(client, upload["id"], 1, b"x")
    client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()
    for _ in range(2):
        client.post(f"/experiments/{draft}/seal").raise_for_status()
    assert len(services.registry.outbox.after(0, 10)) == 1
    problem(client.post(f"/uploads/{upload['id']}/complete", json={}), 404)
    problem(client.get(f"/uploads/{upload['id']}"), 404)


def test_a_later_deposit_adds_a_manifest_of_all_files(client, services, draft, announce):
    for version, name in enumerate(("a.dm3", "b.dm3"), 1):
        upload = announce(name.encode(), name)
        send(client, upload["id"], 1, name.encode())
        client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()
        client.post(f"/experiments/{draft}/seal").raise_for_status()
        row = services.registry.experiments.get(draft)
        assert row.manifest_version == version
        services.registry.experiments.set_state(draft, type(row.state)("processing"))
        services.registry.experiments.set_state(draft, type(row.state)("valid"))
    manifest = read_manifest(services, row.place, 2)
    assert [file.name for file in manifest.files] == ["a.dm3", "b.dm3"]


def test_a_later_deposit_that_is_given_up_leaves_everything_as_it_was(
    client, services, draft, announce
):
    upload = announce(b"a", "a.dm3")
    send(client, upload["id"], 1, b"a")
    client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()
    client.post(f"/experiments/{draft}/seal").raise_for_status()
    before = services.registry.experiments.get(draft)
    for state in ("processing", "valid"):
        services.registry.experiments.set_state(draft, type(before.state)(state))
    later = announce(b"bb", "b.dm3")
    send(client, later["id"], 1, b"bb")
    client.post(f"/uploads/{later['id']}/complete", json={}).raise_for_status()
    key = layout.raw_file(before.place, "b.dm3")
    assert services.lake.info(key) is not None
    why = {"reason": "the wrong file"}
    told = client.post(f"/experiments/{draft}/give-up", json=why).raise_for_status().json()
    assert (told["state"], told["reason"]) == ("valid", "the wrong file")
    assert services.lake.info(key) is None
    after = services.registry.experiments.get(draft)
    assert (after.run_key, after.content_digest) == (before.run_key, before.content_digest)


def test_a_file_taken_out_can_come_again_with_other_bytes(client, draft, announce):
    upload = announce(b"wrong")
    send(client, upload["id"], 1, b"wrong")
    client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()
    told = problem(
        client.post(
            f"/experiments/{draft}/uploads",
            json={"files": [{"name": "session/scan.dm4", "size": 7, "modified_at": WHEN}]},
        ),
        409,
    )
    assert "other bytes" in told["detail"]
    assert client.delete(f"/uploads/{upload['id']}").status_code == 204
    right = announce(b"right..")
    send(client, right["id"], 1, b"right..").raise_for_status()
    client.post(f"/uploads/{right['id']}/complete", json={}).raise_for_status()
    assert client.post(f"/experiments/{draft}/seal").json()["state"] == "sealed"


def test_an_object_that_a_killed_removal_left_is_in_nobodys_way(client, services, draft, announce):
    place = services.registry.experiments.get(draft).place
    upload = announce(b"right")
    services.lake.put_bytes(layout.raw_file(place, upload["path"]), b"left behind")
    send(client, upload["id"], 1, b"right")
    client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()
    assert services.lake.read_bytes(layout.raw_file(place, upload["path"])) == b"right"


def test_a_removal_that_ends_late_takes_nothing_of_the_file_that_came_after(
    client, services, draft, announce
):
    old = service.find(services, announce(b"wrong")["id"])
    services.registry.uploads.remove(old.id, actor="local:ada")  # and its bytes are to go, soon
    new = announce(b"right..")
    send(client, new["id"], 1, b"right..").raise_for_status()
    client.post(f"/uploads/{new['id']}/complete", json={}).raise_for_status()
    for _ in range(2):
        of = services.registry.experiments.get(draft)
        service.discard(services, of, [old])
        assert services.lake.read_bytes(layout.raw_file(of.place, old.path)) == b"right.."
        client.post(f"/experiments/{draft}/seal").raise_for_status()


def test_completing_what_was_taken_out_meanwhile_takes_nothing_of_the_file_that_came_after(
    client, services, draft, announce
):
    old = announce(b"wrong")
    send(client, old["id"], 1, b"wrong").raise_for_status()
    slow = service.find(services, old["id"])
    services.registry.uploads.remove(slow.id, actor="local:ada")
    new = announce(b"right..")
    send(client, new["id"], 1, b"right..").raise_for_status()
    client.post(f"/uploads/{new['id']}/complete", json={}).raise_for_status()
    with pytest.raises(NotFound):
        service.complete(services, slow, None)
    key = layout.raw_file(services.registry.experiments.get(draft).place, slow.path)
    assert services.lake.read_bytes(key) == b"right.."


@pytest.fixture
def beside() -> Callable[[Callable[[], object]], None]:
    """Return a function that begins something in a thread, once, and waits for it a second."""
    threads = list[threading.Thread]()

    def begin(work: Callable[[], object]) -> None:
        if not threads:
            threads.append(threading.Thread(target=work))
            threads[0].start()
            threads[0].join(1)

    return begin


def test_a_removal_that_takes_long_takes_nothing_of_a_file_that_comes_meanwhile(
    client, services, draft, announce, beside, monkeypatch
):
    old = announce(b"wrong")
    send(client, old["id"], 1, b"wrong").raise_for_status()
    client.post(f"/uploads/{old['id']}/complete", json={}).raise_for_status()
    came = threading.Event()

    def come_again() -> None:
        new = announce(b"right..")
        send(client, new["id"], 1, b"right..").raise_for_status()
        client.post(f"/uploads/{new['id']}/complete", json={}).raise_for_status()
        came.set()

    def slowly(key: str, delete: Callable[[str], None] = services.lake.delete) -> None:
        beside(come_again)
        delete(key)

    monkeypatch.setattr(services.lake, "delete", slowly)
    assert client.delete(f"/uploads/{old['id']}").status_code == 204
    assert came.wait(10)
    key = layout.raw_file(services.registry.experiments.get(draft).place, old["path"])
    assert services.lake.read_bytes(key) == b"right.."


def test_what_takes_the_place_of_a_left_object_is_never_in_that_of_the_file_that_came_after(
    client, services, draft, announce, beside, monkeypatch
):
    old = announce(b"wrong")
    key = layout.raw_file(services.registry.experiments.get(draft).place, old["path"])
    services.lake.put_bytes(key, b"left behind")
    send(client, old["id"], 1, b"wrong").raise_for_status()
    came = threading.Event()

    def come_again() -> None:
        services.registry.uploads.remove(old["id"], actor="local:ada")  # its bytes go, soon
        new = announce(b"right..")
        send(client, new["id"], 1, b"right..").raise_for_status()
        client.post(f"/uploads/{new['id']}/complete", json={}).raise_for_status()
        came.set()

    def slowly(upload: Upload, *, complete=services.lake.uploads.complete, **how: Any) -> object:
        if how.get("replace"):
            beside(come_again)
        return complete(upload, **how)

    monkeypatch.setattr(services.lake.uploads, "complete", slowly)
    client.post(f"/uploads/{old['id']}/complete", json={})
    assert came.wait(10)
    assert services.lake.read_bytes(key) == b"right.."


def test_what_is_known_already_is_told_to_who_may_see_it(client, draft, announce):
    upload = announce(b"x", "first.dm3", sha256=sha256(b"x"))
    send(client, upload["id"], 1, b"x")
    client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()
    client.post(f"/experiments/{draft}/seal").raise_for_status()
    other = client.post("/experiments", json=WHERE | {"title": "Again"}).json()["id"]
    file = {"name": "again.dm3", "size": 1, "modified_at": WHEN, "sha256": sha256(b"x")}
    told = client.post(f"/experiments/{other}/uploads", json={"files": [file]}).json()
    assert told["known"] == [{"sha256": sha256(b"x"), "experiment": draft, "path": "first.dm3"}]


def test_an_uploads_own_token_sends_it_and_nothing_else(client, services, announce):
    content = content_of(100)
    upload, other = announce(content), announce(content, "other.dm4")
    made = client.post(f"/uploads/{upload['id']}/capability").raise_for_status().json()
    assert secret_parts(made["token"])
    headers = {"Authorization": f"Bearer {made['token']}"}
    with httpx.Client(base_url=client.base_url, headers=headers) as page:
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        asked = page.post(f"/uploads/{upload['id']}/parts/1", json={"md5": md5})
        told = asked.raise_for_status().json()
        own = {} if "://" in told["url"] else headers
        url = told["url"] if "://" in told["url"] else client.base_url.join(told["url"])
        httpx.put(url, content=content, headers=told["headers"] | own).raise_for_status()
        page.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()
        problem(page.get(f"/uploads/{other['id']}"), 401)
        problem(page.delete(f"/uploads/{upload['id']}"), 401)
        problem(page.get("/experiments"), 401)
        again = client.post(f"/uploads/{upload['id']}/capability").json()["token"]
        assert again != made["token"]
        problem(page.get(f"/uploads/{upload['id']}"), 401)
    until = datetime.fromisoformat(made["expires_at"])
    assert timedelta(minutes=59) < until - services.now() <= timedelta(hours=1)


def test_an_uploads_token_ends_within_the_hour_and_its_end_cannot_be_moved():
    text, kept, until = new_capability("u-1", datetime.now(UTC))
    check_capability(text, "u-1", kept, until - timedelta(seconds=1))
    with pytest.raises(Unauthenticated, match="ended"):
        check_capability(text, "u-1", kept, until)
    moved = text.replace(str(int(until.timestamp())), str(int(until.timestamp()) + 7200))
    with pytest.raises(Unauthenticated, match="no token"):
        check_capability(moved, "u-1", kept, until)
    with pytest.raises(Unauthenticated, match="no token"):
        check_capability(text, "u-2", kept, until - timedelta(seconds=1))


@ONCE
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("../manifest-0001.json", "relative"),
        ("/etc/passwd", "relative"),
        ("a//b", "relative"),
        ("a/./b", "relative"),
        ("x" * 300, "too long"),
        ("a\x00b", "no text"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(client, draft, name, what):
    file = {"name": name, "size": 1, "modified_at": WHEN}
    told = client.post(f"/experiments/{draft}/uploads", json={"files": [file]})
    assert told.status_code in (400, 422)
    assert what in told.json()["detail"]


@ONCE
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Scan.dm4", "scan.DM4"),
        ("na\u0308h.dm4", "n\u00e4h.dm4"),
        ("session", "session/scan.dm4"),
    ],
)
def test_names_that_fall_on_one_another_are_refused(client, draft, announce, one, other):
    announce(b"x", one)
    file = {"name": other, "size": 1, "modified_at": WHEN}
    answer = client.post(f"/experiments/{draft}/uploads", json={"files": [file]})
    problem(answer, 422)


@pytest.mark.parametrize(
    "name",
    ['näh 50% "b".dm3', "スキャン.dm4", "робота/скан.dm4", "a'; DROP TABLE file;--", "🔬.tif"],
)
def test_names_of_any_script_arrive_as_they_are(client, services, draft, announce, name):
    upload = announce(b"x", name)
    send(client, upload["id"], 1, b"x").raise_for_status()
    client.post(f"/uploads/{upload['id']}/complete", json={}).raise_for_status()
    client.post(f"/experiments/{draft}/seal").raise_for_status()
    manifest = client.get(f"/experiments/{draft}").json()["manifest"]
    assert [file["name"] for file in manifest["files"]] == [name]


@ONCE
def test_more_files_than_a_call_takes_are_refused_with_the_way_out(client, draft):
    files = [{"name": f"{n}.dm3", "size": 1, "modified_at": WHEN} for n in range(1001)]
    told = problem(client.post(f"/experiments/{draft}/uploads", json={"files": files}), 413)
    assert "portions" in told["remedy"]


@ONCE
def test_a_file_that_no_store_keeps_is_refused(client, draft):
    file = {"name": "huge.raw", "size": service.LARGEST + 1, "modified_at": WHEN}
    told = problem(client.post(f"/experiments/{draft}/uploads", json={"files": [file]}), 413)
    assert "5 TiB" in told["detail"]


@ONCE
def test_huge_json_is_refused_before_it_is_read(client, draft):
    heap = b'{"files": [' + b" " * (33 << 20) + b"]}"
    headers = {"content-type": "application/json"}
    url = f"/experiments/{draft}/uploads"
    told = problem(client.post(url, content=heap, headers=headers), 413)
    assert "32 MiB" in told["detail"]
    chunked = iter([heap[start : start + (1 << 20)] for start in range(0, len(heap), 1 << 20)])
    problem(client.post(url, content=chunked, headers=headers), 413)


def through(client: httpx.Client, upload: str, content: bytes, **headers: str) -> httpx.Response:
    """Send part 1 through the server itself, whatever the lake is."""
    return client.put(f"/uploads/{upload}/parts/1", content=content, headers=headers)


def test_a_part_through_the_server_is_checked_against_its_digest(client, announce):
    upload = announce(b"right")["id"]
    digest = base64.b64encode(hashlib.sha256(b"right").digest()).decode()
    right = {"Repr-Digest": f"sha-256=:{digest}:"}
    assert "hash to" in problem(through(client, upload, b"wrong", **right), 422)["detail"]
    through(client, upload, b"right", **right).raise_for_status()
    bad = problem(through(client, upload, b"right", **{"Repr-Digest": "md5=:x:"}), 400)
    assert "SHA-256" in bad["detail"]


@pytest.mark.parametrize("content", [b"", b"righ", b"right.", b"x" * (17 << 20)])
def test_a_part_of_a_wrong_size_is_refused_and_leaves_nothing(client, announce, content):
    upload = announce(b"right")["id"]
    assert "arrived" in problem(through(client, upload, content), 422)["detail"]
    assert client.get(f"/uploads/{upload}").json()["parts"] == []
    through(client, upload, b"right").raise_for_status()


@ONCE
@pytest.mark.parametrize("number", [0, 2, 10_001, -1])
def test_a_part_that_there_is_not_is_refused(client, announce, number):
    upload = announce(b"right")["id"]
    answer = client.put(f"/uploads/{upload}/parts/{number}", content=b"right")
    assert answer.status_code in (400, 422), answer.text


def test_a_part_that_is_there_with_other_bytes_is_a_conflict(client, announce):
    upload = announce(b"right")["id"]
    through(client, upload, b"right").raise_for_status()
    problem(through(client, upload, b"wrong"), 409)
    through(client, upload, b"right").raise_for_status()


def test_a_sender_that_goes_away_leaves_nothing_and_the_server_well(client, announce):
    upload = announce(content_of(1 << 20))["id"]
    host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port)) as line:
        head = f"PUT /api/v1/uploads/{upload}/parts/1 HTTP/1.1\r\nHost: {host}\r\n"
        line.sendall(f"{head}Content-Length: {1 << 20}\r\n\r\n".encode() + b"x" * 1000)
    assert client.get(f"/uploads/{upload}").json()["parts"] == []
    through(client, upload, content_of(1 << 20)).raise_for_status()


@pytest.fixture
def half_sent(client: httpx.Client, tmp_path: Path) -> Iterator[Callable[..., socket.socket]]:
    """Return a function that sends part 1 of the only upload but for the last MiB.

    It returns the line once the beginning lies in its place.
    """
    with ExitStack() as lines:

        def begin(upload: str, content: bytes) -> socket.socket:
            host, port = client.base_url.host, client.base_url.port
            line = lines.enter_context(socket.create_connection((host, port), timeout=60))
            head = f"PUT /api/v1/uploads/{upload}/parts/1 HTTP/1.1\r\nHost: {host}\r\n"
            line.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode())
            line.sendall(content[:-MIB])
            while not any(
                data.read_bytes().startswith(content[:MIB])
                for data in tmp_path.glob("**/uploads/*.data")
            ):
                time.sleep(0.02)
            return line

        yield begin


@ONCE
def test_who_sends_a_part_that_another_is_sending_is_told_to_wait(
    client, announce, half_sent, monkeypatch
):
    monkeypatch.setattr(claims, "PATIENCE", 0.1)
    content = content_of(3 * MIB)
    upload = announce(content)["id"]
    line = half_sent(upload, content)
    refused = through(client, upload, content)
    assert "someone else" in problem(refused, 429)["detail"]
    assert int(refused.headers["retry-after"]) > 0
    assert client.get(f"/uploads/{upload}").json()["parts"] == []
    line.sendall(content[-MIB:])
    assert line.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
    through(client, upload, content).raise_for_status()
    whole = client.post(f"/uploads/{upload}/complete", json={"sha256": sha256(content)})
    whole.raise_for_status()


@ONCE
def test_a_part_whose_sender_drips_is_taken_from_another(client, announce, half_sent, monkeypatch):
    impatient = partial(consume, silence=1.0, floor=4 * MIB)
    monkeypatch.setattr("emfair.api.uploads.consume", impatient)
    content = content_of(3 * MIB)
    upload = announce(content)["id"]
    line, over = half_sent(upload, content), threading.Event()

    def drip() -> None:
        with suppress(OSError):
            while not over.wait(0.1):
                line.sendall(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        through(client, upload, content).raise_for_status()
    finally:
        over.set()
        dripping.join()
    answer = line.recv(1 << 16)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"too slow" in answer
    whole = client.post(f"/uploads/{upload}/complete", json={"sha256": sha256(content)})
    whole.raise_for_status()


@ONCE
def test_many_slow_senders_keep_nobody_from_asking(client, draft):
    files = [{"name": f"{n}.dm3", "size": 1000, "modified_at": WHEN} for n in range(60)]
    told = client.post(f"/experiments/{draft}/uploads", json={"files": files}).json()
    host, port = client.base_url.host, client.base_url.port
    with ExitStack() as lines:
        for upload in told["uploads"]:
            line = lines.enter_context(socket.create_connection((host, port)))
            head = f"PUT /api/v1/uploads/{upload['id']}/parts/1 HTTP/1.1\r\nHost: {host}\r\n"
            line.sendall(f"{head}Content-Length: 1000\r\n\r\n".encode() + b"x" * 10)
        time.sleep(1)  # each holds its thread now
        assert client.get("/experiments", timeout=5).status_code == 200


def test_a_sender_that_falls_silent_gives_its_place_back():
    async def silence() -> Message:
        if not (said := pieces.pop() if pieces else b""):
            await anyio.sleep_forever()
        return {"type": "http.request", "body": said, "more_body": True}

    pieces = [b"x" * 10]
    request = Request({"type": "http", "path": "/", "headers": []}, silence)
    with pytest.raises(Stalled, match="fell silent"):
        anyio.run(lambda: consume(request, b"".join, "ada", silence=0.05))
