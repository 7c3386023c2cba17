"""A deposit is sealed whole and once; a later one adds to it, or leaves everything as it was."""

from __future__ import annotations

from emfair.lake import layout
from emfair.service.documents import read_manifest
from tests.api.told import problem
from tests.api.uploads.sending import ONCE, content_of, send


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
