"""Small files come together: each whole and proved, or told what is wrong with it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest

from emfair.errors import NotFound
from emfair.lake import layout
from emfair.service import together
from emfair.service import uploads as service
from emfair.service.documents import read_manifest
from tests.api.told import eventually, problem
from tests.api.uploads.sending import ONCE, WHEN, WHERE

TILES = {f"tiles/{number:02}.tif": b"tile %d " % number * (number * 700) for number in range(30)}


@pytest.fixture
def announce(client: httpx.Client, draft: str) -> Callable[..., list[str]]:
    """Return a function that announces files by their bytes; the answer names their uploads."""

    def announced(files: dict[str, bytes], *, proved: bool = True) -> list[str]:
        new = [
            {"name": name, "size": len(content), "modified_at": WHEN}
            | ({"sha256": hashlib.sha256(content).hexdigest()} if proved else {})
            for name, content in files.items()
        ]
        answer = client.post(f"/experiments/{draft}/uploads", json={"files": new})
        return [upload["id"] for upload in answer.raise_for_status().json()["uploads"]]

    return announced


@pytest.fixture
def put(client: httpx.Client, draft: str) -> Callable[..., httpx.Response]:
    def put_together(uploads: list[str], content: bytes) -> httpx.Response:
        asked = [("upload", each) for each in uploads]
        return client.put(f"/experiments/{draft}/contents", params=asked, content=content)

    return put_together


def refused(answer: httpx.Response, status: int, told: str) -> None:
    assert told in str(problem(answer, status))


def arrived(client: httpx.Client, draft: str) -> set[str]:
    told = client.get(f"/experiments/{draft}/uploads").raise_for_status().json()
    return {one["name"] for one in told if one["done_at"]}


def test_files_that_come_together_are_sealed_as_any_others(client, services, draft, announce, put):
    files = TILES | {"näh/☃.dm3": b"", "電子.dm4": bytes(3 << 20)}
    told = put(announce(files), b"".join(files.values())).raise_for_status().json()
    assert [one["name"] for one in told] == list(files)
    assert all(one["done_at"] for one in told)
    client.post(f"/experiments/{draft}/seal").raise_for_status()
    row = services.registry.experiments.get(draft)
    manifest = read_manifest(services, row.place, 1)
    assert {file.name: (file.size, file.sha256) for file in manifest.files} == {
        name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in files.items()
    }
    kept = {f.name: services.lake.read_bytes(layout.raw_file(row.place, f.path)) for f in
            manifest.files}  # fmt: skip
    assert kept == files


@ONCE
def test_again_is_the_same(client, draft, announce, put):
    uploads, content = announce(TILES), b"".join(TILES.values())
    first = put(uploads, content).raise_for_status().json()
    assert put(uploads, content).raise_for_status().json() == first
    more = announce({"one more.tif": b"new"})
    told = put([*uploads[:3], *more], b"".join([*list(TILES.values())[:3], b"new"]))
    assert [one["done_at"] for one in told.raise_for_status().json()[:3]] == [
        one["done_at"] for one in first[:3]
    ]
    assert arrived(client, draft) == {*TILES, "one more.tif"}


@ONCE
def test_two_that_send_the_same_at_once_both_succeed(client, draft, announce, put):
    uploads, content, said = announce(TILES), b"".join(TILES.values()), list[int]()
    threads = [
        threading.Thread(target=lambda: said.append(put(uploads, content).status_code))
        for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert said == [200] * 4
    assert arrived(client, draft) == set(TILES)


@ONCE
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"firstsecondthird!", "more bytes"),
        (b"firstsecondthir", "1 of its 5 bytes are missing"),
        (b"firstsecondthirD", "its bytes hash to"),
        (b"firstsecond", "5 of its 5 bytes are missing"),
    ],
)
def test_what_arrived_before_an_error_stays(client, draft, announce, put, content, told):
    uploads = announce({"a": b"first", "b": b"second", "c": b"third"})
    refused(put(uploads, content), 422, told)
    assert arrived(client, draft) == {"a", "b", *(["c"] if content.endswith(b"d!") else [])}
    assert put(uploads, b"firstsecondthird").is_success
    assert arrived(client, draft) == {"a", "b", "c"}


@ONCE
def test_who_goes_away_half_way_goes_on_later(client, draft, announce, put):
    files = {"a": b"first", "b": bytes(2 << 20), "c": b"third"}
    uploads = announce(files)

    def cut() -> Iterator[bytes]:
        yield b"first"
        yield bytes(1 << 20)
        raise httpx.WriteError("the cable was pulled")

    with pytest.raises(httpx.WriteError):
        put(uploads, cut())
    assert eventually(lambda: arrived(client, draft) == {"a"}), "what has come is not thrown away"
    assert put(uploads, b"".join(files.values())).is_success
    assert arrived(client, draft) == set(files)


@ONCE
def test_what_cannot_come_together_is_told(client, draft, announce, put):
    (alone,) = announce({"unproved": b"x"}, proved=False)
    refused(put([alone], b"x"), 400, "whose SHA-256 was announced")
    (large,) = announce({"large": bytes(17 << 20)})
    refused(put([large], b"x"), 400, "of one part")
    two = announce({"16": bytes(16 << 20), "16.1": bytes(16 << 20), "1": b"x"})
    refused(put(two, b"x"), 413, "32 MiB")
    refused(put([two[2], two[2]], b"xx"), 400, "twice")
    refused(put(["u-unknown"], b"x"), 404, "no such upload")
    refused(put([], b""), 422, "upload")
    refused(put([two[2]] * (together.FILES + 1), b"x"), 422, "upload")
    client.put(f"/uploads/{two[2]}/parts/1", content=b"x").raise_for_status()
    refused(put([two[2]], b"x"), 409, "in parts")
    assert arrived(client, draft) == set()


@ONCE
def test_an_upload_of_another_experiment_is_not_there(client, draft, announce, put):
    other = client.post("/experiments", json=WHERE | {"title": "Day"}).json()["id"]
    new = {"name": "a", "size": 1, "modified_at": WHEN, "sha256": hashlib.sha256(b"x").hexdigest()}
    told = client.post(f"/experiments/{other}/uploads", json={"files": [new]})
    refused(put([told.json()["uploads"][0]["id"]], b"x"), 404, "no such upload")
    assert arrived(client, other) == set()


@ONCE
def test_a_file_that_is_taken_out_meanwhile_leaves_nothing(client, services, draft, announce, put):
    uploads = announce({"a": b"first", "b": b"second"})
    rows = together.chosen(services, draft, uploads)
    of = services.registry.experiments.get(draft)

    def blocks() -> Iterator[bytes]:
        yield b"first"
        client.delete(f"/uploads/{uploads[0]}").raise_for_status()
        yield b"second"

    with pytest.raises(NotFound):
        together.put(services, of, rows, blocks())
    assert arrived(client, draft) == {"b"}
    key = layout.raw_file(of.place, rows[0].path)
    assert services.lake.info(key) is None


@ONCE
def test_a_removal_takes_nothing_of_the_file_that_came_after(
    client, services, draft, announce, put
):
    """The bytes of one that was taken out lie where the next one's belong: parts replace them."""
    (old,) = announce({"a": b"wrong"})
    row = service.find(services, old)
    of = services.registry.experiments.get(draft)
    services.lake.put_bytes(layout.raw_file(of.place, row.path), b"wrong")
    services.registry.uploads.remove(old, actor="local:ada")
    (new,) = announce({"a": b"right"})
    refused(put([new], b"right"), 409, "another object")
    client.put(f"/uploads/{new}/parts/1", content=b"right").raise_for_status()
    client.post(f"/uploads/{new}/complete", json={}).raise_for_status()
    service.discard(services, of, [row])
    assert services.lake.read_bytes(layout.raw_file(of.place, row.path)) == b"right"


@ONCE
def test_a_file_that_lies_where_a_folder_belongs_is_told(client, services, draft, announce, put):
    place = services.registry.experiments.get(draft).place
    services.lake.put_bytes(layout.raw_file(place, "a"), b"left behind")
    refused(put(announce({"a/b": b"first"}), b"first"), 409, "holds this name")
    assert put(announce({"c": b"second"}), b"second").is_success
    assert arrived(client, draft) == {"c"}
