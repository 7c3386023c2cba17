"""Files arrive in parts: in any order, resumed, checked, and never half."""

from __future__ import annotations

from emfair.lake import layout
from emfair.service.documents import read_manifest
from tests.api.told import problem
from tests.api.uploads.sending import PART, content_of, send, sha256


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
