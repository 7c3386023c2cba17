"""Parts that clients send straight to S3: what a signature lets through, and what it does not."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from emfair.errors import BadCall
from emfair.lake.s3 import S3Lake
from emfair.lake.s3_uploads import S3Uploads
from emfair.model.canonical import sha256_bytes

MIB = 1 << 20
CONTENT = os.urandom(17 * MIB)
PARTS = {1: CONTENT[: 16 * MIB], 2: CONTENT[16 * MIB :]}
CEPH = pytest.mark.parametrize(  # moto checks no signature
    "s3_environment", ["ceph"], indirect=True
)


@pytest.fixture
def lake(s3, bucket):
    return S3Lake(bucket, "some/prefix", s3)


@pytest.fixture
def uploads(lake):
    return lake.uploads


@pytest.fixture
def begun(uploads):
    return uploads.begin("a b.dm4", len(CONTENT))


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def put(target, content: bytes, **more: str) -> httpx.Response:
    headers = {"Content-Type": "application/octet-stream", **target.headers, **more}
    return httpx.put(target.url, content=content, headers=headers, trust_env=False)


def test_parts_that_clients_send_become_the_object(lake, uploads, begun):
    for number, content in PARTS.items():
        answer = put(uploads.part_target(begun, number, md5(content)), content)
        assert answer.status_code == 200
        assert answer.headers["ETag"].strip('"') == md5(content)
    uploads.complete(begun, sha256=sha256_bytes(CONTENT))
    assert lake.read_bytes("a b.dm4") == CONTENT


def test_parts_may_come_through_emfair_and_from_clients(lake, uploads, begun):
    put(uploads.part_target(begun, 1, md5(PARTS[1])), PARTS[1])
    uploads.put_part(begun, 2, [PARTS[2]])
    assert [part.checksum for part in uploads.parts(begun)] == [md5(PARTS[1]), md5(PARTS[2])]
    assert uploads.put_part(begun, 1, [PARTS[1]]).checksum == md5(PARTS[1])
    uploads.complete(begun)
    assert lake.read_bytes("a b.dm4") == CONTENT


def test_there_is_no_url_for_a_part_beside_the_counted_ones(uploads, begun):
    with pytest.raises(BadCall, match="parts 1 to 2"):
        uploads.part_target(begun, 3, md5(b""))


@CEPH
def test_a_client_may_send_no_other_bytes(uploads, begun):
    target = uploads.part_target(begun, 2, md5(PARTS[2]))
    other = bytes(len(PARTS[2]))
    assert put(target, other).status_code == 400
    assert put(target, other, **{"Content-MD5": ""}).status_code in {400, 403}
    assert uploads.parts(begun) == []


@CEPH
@pytest.mark.parametrize("content", [PARTS[2] + b"x", PARTS[2][:-1]])
def test_a_client_may_send_no_other_amount(uploads, begun, content):
    target = uploads.part_target(begun, 2, md5(content))
    assert put(target, content).status_code == 403
    assert uploads.parts(begun) == []


@CEPH
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("partNumber=2", "partNumber=1"),
        ("a%20b.dm4", "another.dm4"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=99999"),
    ],
)
def test_a_client_may_not_change_the_url(uploads, begun, old, new):
    target = uploads.part_target(begun, 2, md5(PARTS[2]))
    assert old in target.url
    assert put(replace(target, url=target.url.replace(old, new)), PARTS[2]).status_code == 403
    assert uploads.parts(begun) == []


@CEPH
def test_a_url_ends_with_its_upload(uploads, begun):
    target = uploads.part_target(begun, 2, md5(PARTS[2]))
    uploads.abort(begun.key, begun.id)
    assert put(target, PARTS[2]).status_code == 404


@CEPH
def test_a_url_expires(lake, begun):
    brief = S3Uploads(lake, valid=timedelta(seconds=1))
    target = brief.part_target(begun, 2, md5(PARTS[2]))
    assert target.expires_at - datetime.now(UTC) < timedelta(seconds=1)
    time.sleep(2)
    assert put(target, PARTS[2]).status_code == 403
    assert brief.parts(begun) == []
