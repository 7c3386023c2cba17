"""What every lake promises (`emfair.lake.base.Lake`), asked of each kind."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emfair.errors import BadName, Conflict, EmfairError, FixityMismatch, NotFound
from emfair.lake.base import Lake, ObjectInfo
from emfair.model.canonical import sha256_bytes
from emfair.model.paths import lake_path

MIB = 1 << 20
KEY = "project=p/experiment=e/raw/files/scan 012.dm4"
SIZES = [0, 1, MIB, 8 * MIB, 8 * MIB + 1]  # ends of blocks and of parts
TRAVERSALS = [
    "", "/", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "a//b", "a/", "./a", "a/./b",
    "a\0b", "\ud800", ".tmp", ".tmp/x", "a/" + "b" * 256, "/".join(["abcdefg"] * 129),
]  # fmt: skip


class CallerError(Exception):
    """What the caller's own code raises in the middle."""


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    numbers = itertools.count()

    def make(content: bytes) -> Path:
        path = tmp_path / f"source-{next(numbers)}.bin"
        path.write_bytes(content)
        return path

    return make


def _keys(lake: Lake, prefix: str = "") -> list[str]:
    return [found.key for found in lake.list(prefix)]


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


def test_nothing_lies_below_an_object(lake):
    lake.put_bytes("a", b"x")
    assert lake.info("a/b") is None
    assert _keys(lake, "a/") == []
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


@pytest.mark.parametrize("size", SIZES)
def test_bytes_that_differ_from_the_digest_are_not_stored(kind, file, size):
    with pytest.raises(FixityMismatch, match="send it again"):
        kind.lake.put_file(KEY, file(bytes(size)), sha256=sha256_bytes(b"something else"))
    assert kind.lake.info(KEY) is None
    assert kind.leftovers() == []


def test_a_file_that_changes_while_it_is_sent_is_not_stored(kind, file):
    content = bytes(20 * MIB)
    source = file(content)

    def scribble(_: int) -> None:
        with source.open("r+b") as stream:
            stream.seek(-1, os.SEEK_END)
            stream.write(b"\xff")

    with pytest.raises(FixityMismatch):
        kind.lake.put_file(KEY, source, sha256=sha256_bytes(content), progress=scribble)
    assert kind.leftovers() == []


@pytest.mark.parametrize("size", [3 * MIB, 30 * MIB])
@pytest.mark.parametrize("error", [CallerError, ConnectionResetError, KeyboardInterrupt])
def test_an_interrupted_write_leaves_nothing(kind, file, size, error):
    done = 0

    def stop_half_way(count: int) -> None:
        nonlocal done
        done += count
        if done >= size // 2:
            raise error

    with pytest.raises(error):
        kind.lake.put_file(KEY, file(os.urandom(size)), progress=stop_half_way)
    assert kind.lake.info(KEY) is None
    assert _keys(kind.lake) == []
    assert kind.leftovers() == []


def test_an_interrupted_replacement_keeps_the_old_object(kind, file):
    kind.lake.put_bytes(KEY, b"old")

    def stop(_: int) -> None:
        raise CallerError

    with pytest.raises(CallerError):
        kind.lake.put_file(KEY, file(b"new"), replace=True, progress=stop)
    assert kind.lake.read_bytes(KEY) == b"old"


def test_nothing_is_seen_before_it_is_whole(lake, file):
    seen = []
    lake.put_file(
        KEY,
        file(bytes(9 * MIB)),
        progress=lambda _: seen.append((lake.info(KEY), _keys(lake))),
    )
    assert seen
    assert all(state == (None, []) for state in seen)


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


def test_writers_and_deleters_in_one_folder_do_not_disturb_one_another(lake):
    def come_and_go(number: int) -> None:
        for _ in range(10):
            lake.put_bytes(f"a/b/{number}", b"x")
            lake.delete(f"a/b/{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(come_and_go, range(4)))
    assert _keys(lake) == []


@pytest.mark.parametrize("already_there", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_progress_adds_up_to_the_size(lake, file, size, already_there):
    source, counts = file(bytes(size)), []
    if already_there:
        lake.put_file(KEY, source)
    lake.put_file(KEY, source, progress=counts.append)
    assert sum(counts) == size


@pytest.mark.parametrize("name", ["missing.dm4", "", "folder-of-file.dm4/scan.dm4"])
def test_a_source_that_is_no_file_is_not_found(kind, tmp_path, name):
    (tmp_path / "folder-of-file.dm4").write_bytes(b"")
    with pytest.raises(NotFound) as caught:
        kind.lake.put_file(KEY, tmp_path / name)
    assert caught.value.subject == str(tmp_path / name)
    assert caught.value.remedy
    assert kind.leftovers() == []


def test_the_order_is_that_of_whole_keys(lake):
    keys = ["a", "a-b", "a.b", "a/b", "a/b.c", "a0", "b/c/d", "b/c-d", "é", "z", "𝔸", "Ａ"]
    keys.remove("a")  # a folder too: no file system holds both
    for key in keys:
        lake.put_bytes(key, key.encode())
    expected = sorted(keys, key=str.encode)
    assert list(lake.list("")) == [ObjectInfo(key, len(key.encode())) for key in expected]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("a", ["a/b1", "a/b2/c", "a/d", "ab"]),
        ("a/", ["a/b1", "a/b2/c", "a/d"]),
        ("a/b", ["a/b1", "a/b2/c"]),
        ("a/b2", ["a/b2/c"]),
        ("a/b2/", ["a/b2/c"]),
        ("a/b2/c", ["a/b2/c"]),
        ("a/b2/c/", []),
        ("x/y/", []),
        ("ab", ["ab"]),
    ],
)
def test_a_prefix_may_end_within_a_segment(lake, prefix, expected):
    for key in ["a/b1", "a/b2/c", "a/d", "ab", "c"]:
        lake.put_bytes(key, b"")
    assert _keys(lake, prefix) == expected


def test_an_empty_lake_lists_nothing(lake):
    assert _keys(lake) == []


def test_a_deleted_object_is_gone_and_may_be_deleted_again(lake):
    lake.put_bytes("a/b/c", b"x")
    lake.put_bytes("a/d", b"y")
    lake.delete("a/b/c")
    lake.delete("a/b/c")
    assert lake.info("a/b/c") is None
    assert _keys(lake) == ["a/d"]
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


@pytest.mark.parametrize("key", TRAVERSALS)
def test_a_key_that_is_no_relative_path_is_refused_everywhere(kind, file, tmp_path, key):
    source, lake = file(b"x"), kind.lake
    calls: list[Callable[[], object]] = [
        lambda: lake.put_file(key, source),
        lambda: lake.put_file(key, source, replace=True),
        lambda: lake.put_bytes(key, b"x"),
        lambda: lake.read_bytes(key),
        lambda: lake.open(key),
        lambda: lake.local_copy(key, tmp_path / "scratch").__enter__(),
        lambda: lake.info(key),
        lambda: lake.delete(key),
        lambda: lake.locate(key),
    ]
    for call in calls:
        with pytest.raises(BadName) as caught:
            call()
        assert caught.value.remedy
    assert kind.leftovers() == []


@pytest.mark.parametrize("prefix", ["/", "../", "a/../", "a//", "./a", "a\0", ".tmp/"])
def test_a_prefix_that_no_key_begins_with_is_refused_at_once(lake, prefix):
    with pytest.raises(BadName):
        lake.list(prefix)


def test_a_person_is_told_where_an_object_is(lake):
    assert lake.locate(KEY).endswith(KEY)


_segments = st.text(min_size=1, max_size=40).filter(lambda text: "/" not in text)


def _key_of(segments: list[str]) -> str | None:
    try:
        key = lake_path("/".join(segments))
    except EmfairError:
        return None
    return None if key.split("/")[0] == ".tmp" else key


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    key=st.lists(_segments, min_size=1, max_size=4).map(_key_of).filter(lambda key: key is not None)
)
def test_every_name_that_may_stand_in_the_lake_comes_back_from_it(lake, key):
    lake.put_bytes(key, key.encode())
    try:
        assert lake.read_bytes(key) == key.encode()
        assert _keys(lake) == [key]
        assert _keys(lake, key[: len(key) // 2]) == [key]
        assert lake.info(key) == ObjectInfo(key, len(key.encode()))
    finally:
        lake.delete(key)
    assert _keys(lake) == []
