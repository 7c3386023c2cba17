"""What every lake promises about objects that arrive in parts (`emfair.lake.uploads`)."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from emfair.errors import BadCall, BadName, Conflict, FixityMismatch, NotFound
from emfair.lake.base import ObjectInfo
from emfair.lake.uploads import Upload
from emfair.model.canonical import sha256_bytes
from emfair.model.part_checksum import part_checksum

MIB = 1 << 20
KEY = "project=p/experiment=e/raw/files/scan 012.dm4"
CONTENT = os.urandom(33 * MIB + 5)  # three parts, the last of them short
SHA256 = sha256_bytes(CONTENT)


@pytest.fixture
def uploads(lake):
    return lake.uploads


@pytest.fixture
def begun(uploads) -> Upload:
    return uploads.begin(KEY, len(CONTENT))


def blocks_of(upload: Upload, number: int, content: bytes = CONTENT) -> list[bytes]:
    start = upload.start_of(number)
    part = content[start : start + upload.size_of(number)]
    return [part[at : at + 100_000] for at in range(0, len(part), 100_000)]


def send(uploads, upload: Upload, *numbers: int, content: bytes = CONTENT) -> None:
    for number in numbers or range(1, upload.count + 1):
        uploads.put_part(upload, number, blocks_of(upload, number, content))


def test_parts_in_any_order_become_the_object(lake, uploads, begun):
    send(uploads, begun, 3, 1, 2)
    assert lake.info(KEY) is None
    assert uploads.complete(begun, sha256=SHA256) == ObjectInfo(KEY, len(CONTENT))
    assert lake.read_bytes(KEY) == CONTENT
    assert [found.key for found in lake.list("")] == [KEY]


def test_parts_at_the_same_time_become_the_object(lake, uploads, begun):
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: send(uploads, begun, number), [1, 2, 3, 3, 2, 1]))
    uploads.complete(begun, sha256=SHA256)
    assert lake.read_bytes(KEY) == CONTENT


@pytest.mark.parametrize("size", [0, 1, 16 * MIB])
def test_an_object_of_one_part_needs_no_other_way(lake, uploads, size):
    content = CONTENT[:size]
    upload = uploads.begin(KEY, size)
    assert upload.count == 1
    send(uploads, upload, content=content)
    uploads.complete(upload, sha256=sha256_bytes(content))
    assert lake.read_bytes(KEY) == content


def test_the_store_tells_which_parts_are_there(uploads, begun):
    assert uploads.parts(begun) == []
    sent = [uploads.put_part(begun, number, blocks_of(begun, number)) for number in (3, 1)]
    assert uploads.parts(begun) == [sent[1], sent[0]]
    assert [(part.number, part.size) for part in uploads.parts(begun)] == [
        (1, 16 * MIB),
        (3, MIB + 5),
    ]


def test_the_same_part_again_is_no_error(lake, uploads, begun):
    send(uploads, begun)
    send(uploads, begun, 2)
    assert len(uploads.parts(begun)) == 3
    uploads.complete(begun, sha256=SHA256)
    assert lake.read_bytes(KEY) == CONTENT


def test_other_bytes_for_a_part_that_is_there_are_refused(lake, uploads, begun):
    send(uploads, begun)
    with pytest.raises(Conflict, match=r"other bytes.*remove the upload"):
        uploads.put_part(begun, 2, [bytes(16 * MIB)])
    uploads.complete(begun, sha256=SHA256)
    assert lake.read_bytes(KEY) == CONTENT


def test_a_part_that_was_damaged_on_its_way_is_replaced_by_whoever_names_it(lake, uploads, begun):
    send(uploads, begun, 1, 3)
    damaged = uploads.put_part(begun, 2, [bytes(16 * MIB)])
    with pytest.raises(Conflict):
        uploads.put_part(begun, 2, blocks_of(begun, 2), replaces="another")
    kept = uploads.put_part(begun, 2, blocks_of(begun, 2), replaces=damaged.checksum)
    assert kept != damaged
    assert uploads.parts(begun)[1] == kept
    uploads.complete(begun, sha256=SHA256)
    assert lake.read_bytes(KEY) == CONTENT


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([], "0 of 1048581 bytes arrived"),
        ([bytes(MIB)], "1048576 of 1048581 bytes arrived"),
        ([bytes(MIB), bytes(6)], "more than 1048581 bytes arrived"),
    ],
)
def test_a_part_of_another_size_leaves_nothing(uploads, begun, blocks, said):
    with pytest.raises(FixityMismatch, match=f"part 3: {said}.*Send this part again"):
        uploads.put_part(begun, 3, blocks)
    assert uploads.parts(begun) == []


def test_a_part_that_was_damaged_on_the_way_leaves_nothing(uploads, begun):
    with pytest.raises(FixityMismatch, match="its bytes hash to"):
        uploads.put_part(begun, 3, [bytes(MIB + 5)], sha256=SHA256)
    assert uploads.parts(begun) == []
    digest = sha256_bytes(bytes(MIB + 5))
    assert uploads.put_part(begun, 3, [bytes(MIB + 5)], sha256=digest).number == 3


def test_a_sender_that_breaks_off_leaves_what_was_there(uploads, begun):
    def broken():
        yield bytes(1000)
        raise ConnectionResetError

    send(uploads, begun, 1)
    for number in (1, 2):
        with pytest.raises(ConnectionResetError):
            uploads.put_part(begun, number, broken())
    assert [part.number for part in uploads.parts(begun)] == [1]


@pytest.mark.parametrize("number", [-1, 0, 4])
def test_there_are_no_parts_beside_the_counted_ones(uploads, begun, number):
    with pytest.raises(BadCall, match="parts 1 to 3"):
        uploads.put_part(begun, number, [b""])


def test_an_upload_without_all_its_parts_is_not_completed(lake, uploads, begun):
    send(uploads, begun, 2)
    with pytest.raises(FixityMismatch, match=r"2 of 3 parts are missing or not whole: 1, 3\."):
        uploads.complete(begun)
    assert lake.info(KEY) is None
    send(uploads, begun, 1, 3)
    uploads.complete(begun, sha256=SHA256)


def test_completing_again_after_a_lost_answer_is_no_error(lake, uploads, begun):
    send(uploads, begun)
    first = uploads.complete(begun, sha256=SHA256)
    assert uploads.complete(begun, sha256=SHA256) == first
    assert uploads.complete(begun) == first
    assert lake.read_bytes(KEY) == CONTENT


def test_many_that_complete_at_once_all_succeed(lake, uploads, begun):
    send(uploads, begun)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: uploads.complete(begun, sha256=SHA256), range(4)))
    assert done == [ObjectInfo(KEY, len(CONTENT))] * 4
    assert lake.read_bytes(KEY) == CONTENT


def test_an_object_that_stands_there_is_never_replaced(lake, uploads, begun):
    send(uploads, begun)
    lake.put_bytes(KEY, b"quartz")
    for _ in range(2):
        with pytest.raises(Conflict, match=r"another object.*under another name"):
            uploads.complete(begun, sha256=SHA256)
    assert lake.read_bytes(KEY) == b"quartz"


def test_the_same_object_under_the_key_is_no_conflict(lake, uploads, begun):
    send(uploads, begun)
    lake.put_bytes(KEY, CONTENT)
    assert uploads.complete(begun, sha256=SHA256) == ObjectInfo(KEY, len(CONTENT))


def test_of_two_uploads_to_one_key_one_wins(lake, uploads, begun):
    other = uploads.begin(KEY, 3)
    uploads.put_part(other, 1, [b"abc"])
    send(uploads, begun)
    uploads.complete(other)
    with pytest.raises(Conflict):
        uploads.complete(begun, sha256=SHA256)
    assert lake.read_bytes(KEY) == b"abc"


def test_what_was_given_up_is_gone_and_may_be_given_up_again(kind, uploads, begun):
    send(uploads, begun, 1)
    uploads.abort(KEY, begun.id)
    uploads.abort(KEY, begun.id)
    for call in (
        lambda: uploads.parts(begun),
        lambda: send(uploads, begun, 1),
        lambda: uploads.complete(begun),
    ):
        with pytest.raises(NotFound, match=r"no such upload.*announce the file again"):
            call()
    assert kind.leftovers() == []


def test_giving_up_what_is_complete_keeps_the_object(lake, uploads, begun):
    send(uploads, begun)
    uploads.complete(begun)
    uploads.abort(KEY, begun.id)
    assert lake.read_bytes(KEY) == CONTENT


def test_an_upload_that_nobody_touches_is_found_and_can_be_given_up(uploads, begun):
    send(uploads, begun, 1)
    now = datetime.now(UTC)
    assert list(uploads.stale(now - timedelta(minutes=1))) == []
    (found,) = uploads.stale(now + timedelta(minutes=1))
    assert found.key == KEY
    assert abs(found.touched_at - now) < timedelta(minutes=1)
    uploads.abort(found.key, found.id)
    assert list(uploads.stale(now + timedelta(minutes=1))) == []
    with pytest.raises(NotFound):
        uploads.parts(begun)


def test_an_upload_in_progress_is_no_object(lake, uploads, begun):
    send(uploads, begun, 1)
    assert list(lake.list("")) == []


@pytest.mark.parametrize("key", ["", "/etc/passwd", "a/../b", ".tmp/x"])
def test_a_key_that_is_no_relative_path_is_refused(kind, uploads, key):
    with pytest.raises(BadName):
        uploads.begin(key, 1)
    assert kind.leftovers() == []


def test_md5_is_told_by_s3_alone(kind, uploads, begun):
    part = uploads.put_part(begun, 3, blocks_of(begun, 3))
    last = b"".join(blocks_of(begun, 3))
    on_s3 = kind.lake.url.startswith("s3:")
    md5 = hashlib.md5(last, usedforsecurity=False).hexdigest()
    expected = md5 if on_s3 else part_checksum(last)
    assert part.checksum == expected


def test_another_object_under_the_key_can_be_replaced_knowingly(lake, uploads, begun):
    lake.put_bytes(KEY, b"left by a killed process")
    send(uploads, begun)
    with pytest.raises(Conflict):
        uploads.complete(begun, sha256=SHA256)
    with ThreadPoolExecutor(2) as pool:
        done = pool.map(lambda _: uploads.complete(begun, sha256=SHA256, replace=True), range(2))
        assert set(done) == {ObjectInfo(KEY, len(CONTENT))}
    assert lake.read_bytes(KEY) == CONTENT
    assert uploads.complete(begun, sha256=SHA256, replace=True) == ObjectInfo(KEY, len(CONTENT))
    assert [found.key for found in lake.list("")] == [KEY]
