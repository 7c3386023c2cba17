"""What every lake promises (`emfair.lake.base.Lake`), of each kind."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from emfair.errors import BadName, Conflict, NotFound
from emfair.lake.base import Entry, ObjectInfo
from emfair.model.canonical import sha256_bytes

MIB = 1 << 20
KEY = "project=p/experiment=e/raw/files/scan 012.dm4"
SIZES = [0, 1, MIB, 8 * MIB, 8 * MIB + 1]  # ends of blocks and of parts


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_out_as_it_went_in(lake, file, size):
    content = os.urandom(size)
    assert lake.put_file(KEY, file(content), sha256=sha256_bytes(content)) == ObjectInfo(KEY, size)
    assert lake.info(KEY) == ObjectInfo(KEY, size)
    assert lake.read_bytes(KEY) == content


def test_a_file_needs_no_digest(lake, file):
    lake.put_file(KEY, file(b"quartz"))
    assert lake.read_bytes(KEY) == b"quartz"


def test_bytes_come_out_as_they_went_in(lake):
    assert lake.put_bytes(KEY, b"\x00\xff") == ObjectInfo(KEY, 2)
    assert lake.read_bytes(KEY) == b"\x00\xff"


def test_an_object_can_be_read_in_pieces(lake, file):
    content = os.urandom(3 * MIB + 7)
    lake.put_file(KEY, file(content))
    with lake.open(KEY) as stream:
        assert stream.read(10) == content[:10]
        assert stream.read(2 * MIB) == content[10 : 10 + 2 * MIB]
        assert stream.read() == content[10 + 2 * MIB :]
        assert stream.read(1) == b""


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, 10), (MIB - 1, MIB + 1), (2 * MIB, None), (3, 3), (5, 2), (0, 9 * MIB),
        (3 * MIB + 6, None), (3 * MIB + 7, None), (9 * MIB, None), (9 * MIB, 10 * MIB),
    ],
)  # fmt: skip
def test_a_part_of_an_object_can_be_read(lake, file, start, end):
    content = os.urandom(3 * MIB + 7)
    lake.put_file(KEY, file(content))
    with lake.open(KEY, start, end) as stream:
        assert stream.read() == (content[start:end] if end is None or end > start else b"")
        assert stream.read(1) == b""


def test_an_empty_object_has_no_part(lake):
    lake.put_bytes(KEY, b"")
    for start, end in ((0, 1), (0, None), (7, None)):
        with lake.open(KEY, start, end) as stream:
            assert stream.read() == b""


def test_a_part_of_what_is_not_there_is_not_found(lake):
    with pytest.raises(NotFound, match="no such object"):
        lake.open("nothing/here", 5, 5)


def test_a_link_leads_to_the_bytes_and_never_to_a_page(lake):
    lake.put_bytes(KEY, b"<script>quartz</script>")
    link = lake.link(KEY)
    if link is None:
        assert not lake.url.startswith("s3:")
        return
    answer = httpx.get(link.url, headers={"Range": "bytes=8-13"})
    assert (answer.status_code, answer.content) == (206, b"quartz")
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert timedelta(0) < link.expires_at - datetime.now(UTC) <= timedelta(hours=1)


@pytest.fixture
def tree(lake):
    """Put objects in folders, at places where ``/`` does not sort as a folder's end."""
    for key in ("a/b/1", "a/b/2/3", "a/b-1", "a/b0", "a/c/x", "a/ä ö", "ab", "a!"):
        lake.put_bytes(key, key.encode())
    return lake


def test_a_level_holds_what_lies_directly_in_a_folder(tree):
    assert [(entry.name, entry.size) for entry in tree.level("a")] == [
        ("b-1", 5), ("b/", None), ("b0", 4), ("c/", None), ("ä ö", 7)
    ]  # fmt: skip
    assert [entry.name for entry in tree.level("")] == ["a!", "a/", "ab"]
    assert tree.level("a/b/2") == [Entry("3", 7)]


def test_a_level_tells_since_when_objects_are_there_where_the_store_knows(lake):
    before = datetime.now(UTC) - timedelta(minutes=1)
    lake.put_bytes("a/b", b"quartz")
    (entry,) = lake.level("a")
    if lake.url.startswith("memory:"):
        assert entry.modified is None
    else:
        assert before < entry.modified < datetime.now(UTC) + timedelta(minutes=1)


def test_a_level_comes_in_pages_that_lose_and_repeat_nothing(tree):
    whole = tree.level("a")
    for limit in (1, 2, 3):
        after, pages = "", []
        while page := tree.level("a", after=after, limit=limit):
            assert len(page) <= limit
            pages += page
            after = page[-1].name
        assert pages == whole


@pytest.mark.parametrize("folder", ["nothing", "a!", "a/c/x"])
def test_what_is_no_folder_has_no_level(tree, folder):
    assert tree.level(folder) == []


@pytest.mark.parametrize("folder", ["a/", "/a", "a/../a", ".", "a//b"])
def test_a_folder_is_named_as_a_key_is(tree, folder):
    with pytest.raises(BadName):
        tree.level(folder)


@pytest.mark.parametrize("ask", ["read_bytes", "open"])
def test_what_is_not_there_is_not_found(lake, ask):
    with pytest.raises(NotFound, match=r"no such object.*Check the key"):
        getattr(lake, ask)("nothing/here")


def test_no_local_copy_of_what_is_not_there(lake, tmp_path):
    with pytest.raises(NotFound), lake.local_copy("nothing/here", tmp_path / "scratch"):
        pass


def test_what_is_not_there_has_no_info(lake):
    assert lake.info("nothing/here") is None


def test_a_folder_is_no_object(lake):
    lake.put_bytes("a/b", b"x")
    assert lake.info("a") is None
    with pytest.raises(NotFound):
        lake.read_bytes("a")


def test_nothing_lies_below_an_object(lake, keys):
    lake.put_bytes("a", b"x")
    assert lake.info("a/b") is None
    assert keys("a/") == []
    lake.delete("a/b")
    with pytest.raises(NotFound):
        lake.read_bytes("a/b")


@pytest.mark.parametrize("given_digest", [True, False])
def test_the_same_file_can_be_put_again(lake, file, given_digest):
    source = file(b"quartz")
    digest = sha256_bytes(b"quartz") if given_digest else None
    first = lake.put_file(KEY, source, sha256=digest)
    assert lake.put_file(KEY, source, sha256=digest) == first


@pytest.mark.parametrize("given_digest", [True, False])
@pytest.mark.parametrize("other", [b"garnet", b"gold", b"quarts and more"])
def test_another_file_under_a_taken_key_is_a_conflict(lake, file, other, given_digest):
    lake.put_bytes(KEY, b"quartz")
    digest = sha256_bytes(other) if given_digest else None
    with pytest.raises(Conflict, match=r"another object.*under another name"):
        lake.put_file(KEY, file(other), sha256=digest)
    assert lake.read_bytes(KEY) == b"quartz"


def test_bytes_are_as_immutable_as_files(lake):
    lake.put_bytes(KEY, b"quartz")
    assert lake.put_bytes(KEY, b"quartz") == ObjectInfo(KEY, 6)
    with pytest.raises(Conflict):
        lake.put_bytes(KEY, b"garnet")
    assert lake.read_bytes(KEY) == b"quartz"


def test_an_empty_object_is_as_immutable_as_a_full_one(lake):
    lake.put_bytes(KEY, b"")
    with pytest.raises(Conflict):
        lake.put_bytes(KEY, b"x")
    assert lake.put_bytes(KEY, b"") == ObjectInfo(KEY, 0)


@pytest.mark.parametrize("size", [3, 9 * MIB])
def test_a_caller_can_replace_knowingly(lake, file, size):
    content = os.urandom(size)
    lake.put_bytes(KEY, b"old")
    assert lake.put_file(KEY, file(content), replace=True) == ObjectInfo(KEY, size)
    assert lake.read_bytes(KEY) == content
    lake.put_bytes(KEY, b"newest", replace=True)
    assert lake.read_bytes(KEY) == b"newest"


def test_of_many_writers_of_one_key_exactly_one_wins(lake, file):
    sources = [file(os.urandom(3000)) for _ in range(8)]
    start = threading.Barrier(len(sources))

    def put(source: Path) -> bytes | None:
        start.wait()
        try:
            lake.put_file(KEY, source)
        except Conflict:
            return None
        return source.read_bytes()

    with ThreadPoolExecutor(len(sources)) as pool:
        won = [content for content in pool.map(put, sources) if content is not None]
    assert won == [lake.read_bytes(KEY)]


def test_many_writers_of_the_same_object_all_succeed(lake, file):
    source = file(os.urandom(3000))
    with ThreadPoolExecutor(8) as pool:
        infos = list(pool.map(lambda _: lake.put_file(KEY, source), range(8)))
    assert infos == [ObjectInfo(KEY, 3000)] * 8


def test_a_reader_sees_the_old_object_or_the_new_one(lake):
    versions = [bytes([number]) * 50_000 for number in range(20)]
    lake.put_bytes(KEY, versions[0])
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(
            lambda: [lake.put_bytes(KEY, version, replace=True) for version in versions]
        )
        while not writing.done():
            assert lake.read_bytes(KEY) in versions
    assert lake.read_bytes(KEY) == versions[-1]


def test_writers_and_deleters_in_one_folder_do_not_disturb_one_another(lake, keys):
    def come_and_go(number: int) -> None:
        for _ in range(10):
            lake.put_bytes(f"a/b/{number}", b"x")
            lake.delete(f"a/b/{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(come_and_go, range(4)))
    assert keys() == []


def test_a_deleted_object_is_gone_and_may_be_deleted_again(lake, keys):
    lake.put_bytes("a/b/c", b"x")
    lake.put_bytes("a/d", b"y")
    lake.delete("a/b/c")
    lake.delete("a/b/c")
    assert lake.info("a/b/c") is None
    assert keys() == ["a/d"]
    lake.put_bytes("a/b/c", b"another")
    assert lake.read_bytes("a/b/c") == b"another"


def test_a_local_copy_holds_the_object_and_keeps_its_ending(kind, file, tmp_path):
    content = os.urandom(2 * MIB)
    kind.lake.put_file(KEY, file(content))
    scratch = tmp_path / "scratch"
    with kind.lake.local_copy(KEY, scratch) as path:
        assert path.read_bytes() == content
        assert path.name == "scan 012.dm4"
        assert path.is_relative_to(scratch) == kind.copies
    assert path.exists() != kind.copies
    assert not scratch.exists() or list(scratch.iterdir()) == []
    assert kind.lake.read_bytes(KEY) == content


def test_a_failure_of_the_reader_removes_the_local_copy_and_passes_through(kind, tmp_path):
    kind.lake.put_bytes(KEY, b"quartz")
    scratch = tmp_path / "scratch"
    with pytest.raises(ConnectionResetError), kind.lake.local_copy(KEY, scratch):
        raise ConnectionResetError
    assert not scratch.exists() or list(scratch.iterdir()) == []
    assert kind.lake.read_bytes(KEY) == b"quartz"


def test_a_person_is_told_where_an_object_is(lake):
    assert lake.locate(KEY).endswith(KEY)
