"""What is known already, and the token that sends one file."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from emfair.errors import Unauthenticated
from emfair.identity.capabilities import check_capability, new_capability
from emfair.identity.secret import parts as secret_parts
from tests.api.told import problem
from tests.api.uploads.sending import WHEN, WHERE, content_of, send, sha256


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
