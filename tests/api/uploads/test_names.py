"""Names of files: of any script, never leading elsewhere, never on one another."""

from __future__ import annotations

import pytest

from tests.api.told import problem
from tests.api.uploads.sending import ONCE, WHEN, send


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
