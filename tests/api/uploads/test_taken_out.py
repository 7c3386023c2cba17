"""A file that is taken out leaves its place to the one that comes after, whoever is slow."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from emfair.errors import NotFound
from emfair.lake import layout
from emfair.lake.uploads import Upload
from emfair.service import uploads as service
from tests.api.told import problem
from tests.api.uploads.sending import WHEN, WHERE, send, sha256


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


def test_a_file_of_a_deposit_opened_with_its_files_can_begin_anew(client, services):
    """Its bytes were wrong: refused where the lake proves them, not yet where it cannot."""
    files = {"a.dm3": b"right..", "b.dm3": b"more"}
    opened = client.post("/deposits", json=deposit_of(files)).raise_for_status().json()
    first, second = opened["todo"]
    send(client, first["id"], 1, b"wrong..").raise_for_status()
    client.post(f"/uploads/{first['id']}/complete", json={})
    assert client.delete(f"/uploads/{first['id']}").status_code == 204
    problem(client.get(f"/uploads/{first['id']}"), 404)
    todo = client.post("/deposits", json=deposit_of(files)).json()["todo"]
    assert [one["path"] for one in todo] == ["a.dm3", "b.dm3"]
    assert todo[1] == second
    for one in todo:
        assert not one["begun"]
        send(client, one["id"], 1, files[one["path"]]).raise_for_status()
        client.post(f"/uploads/{one['id']}/complete", json={}).raise_for_status()
    told = problem(client.delete(f"/uploads/{second['id']}"), 409)
    assert "give it up" in told["remedy"]
    experiment = opened["place"]["experiment"]
    assert client.post(f"/experiments/{experiment}/seal").json()["state"] == "sealed"
    place = services.registry.experiments.get(experiment).place
    for path, content in files.items():
        assert services.lake.read_bytes(layout.raw_file(place, path)) == content


def deposit_of(files: dict[str, bytes]) -> dict[str, Any]:
    described = [
        {"name": name, "size": len(content), "modified_at": WHEN, "sha256": sha256(content)}
        for name, content in files.items()
    ]
    return WHERE | {"files": described}


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
