"""What every lake promises about objects that are stored one after the other (`Lake.several`)."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import ExitStack, contextmanager

import pytest

from emfair.errors import BadName, Conflict, FixityMismatch, Unavailable
from emfair.lake.base import ObjectInfo
from emfair.lake.local import LocalLake
from emfair.model.canonical import sha256_bytes

MIB = 1 << 20
FOLDER = "project=p/experiment=e/raw/files"


def put(store, key, content, *, size=None, sha256="", blocks=None):
    blocks = (
        [content[at : at + 100_000] for at in range(0, len(content), 100_000)]
        if (blocks is None)
        else blocks
    )
    size = len(content) if size is None else size
    return store(key, blocks, size=size, sha256=sha256 or sha256_bytes(content))


@contextmanager
def several_fails(lake, kind, told):
    """Store objects, the end of which fails."""
    with ExitStack() as block:
        store = block.enter_context(lake.several())
        yield store
        with pytest.raises(kind, match=told):
            block.close()


def test_objects_come_out_as_they_went_in(lake):
    contents = {f"{FOLDER}/{size}.tif": os.urandom(size) for size in (0, 1, MIB + 1, 17 * MIB)}
    with lake.several() as store:
        told = [put(store, key, content) for key, content in contents.items()]
    assert told == [ObjectInfo(key, len(content)) for key, content in contents.items()]
    assert {key: lake.read_bytes(key) for key in contents} == contents
    assert {found.key for found in lake.list("")} == set(contents)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"size": 5}, "more bytes"),
        ({"size": 7}, "1 bytes are missing"),
        ({"sha256": sha256_bytes(b"quarts")}, "its bytes hash to"),
        ({"size": 0, "sha256": sha256_bytes(b"")}, "more bytes"),
    ],
)
def test_other_bytes_than_promised_are_refused_and_the_others_stay(lake, how, told):
    with lake.several() as store:
        put(store, f"{FOLDER}/a.tif", b"before")
        with pytest.raises(FixityMismatch, match=f"b.tif.*{told}"):
            put(store, f"{FOLDER}/b.tif", b"quartz", **how)
        put(store, f"{FOLDER}/c.tif", b"after")
    assert [found.key for found in lake.list("")] == [f"{FOLDER}/a.tif", f"{FOLDER}/c.tif"]


def test_no_more_is_read_than_was_promised(lake):
    read = 0

    def endless():
        nonlocal read
        while True:
            read += MIB
            yield bytes(MIB)

    with lake.several() as store, pytest.raises(FixityMismatch, match="more bytes"):
        put(store, f"{FOLDER}/a.tif", b"", blocks=endless(), size=3 * MIB)
    assert read == 4 * MIB


def test_the_same_object_again_is_no_error_and_another_is(lake):
    with lake.several() as store:
        put(store, f"{FOLDER}/a.tif", b"quartz")
        put(store, f"{FOLDER}/a.tif", b"quartz")
        with pytest.raises(Conflict):
            put(store, f"{FOLDER}/a.tif", b"galena")
    assert lake.read_bytes(f"{FOLDER}/a.tif") == b"quartz"


def test_no_name_leads_out_of_the_lake(lake):
    with lake.several() as store:
        for key in ("../a", "/a", "a/../../b", f"{FOLDER}/../../../../x"):
            with pytest.raises(BadName):
                put(store, key, b"quartz")
    assert list(lake.list("")) == []


def test_a_folder_that_is_a_link_is_not_followed(tmp_path):
    lake, elsewhere = LocalLake(tmp_path / "lake"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    lake.put_bytes("a/there", b"")
    (tmp_path / "lake/a/link").symlink_to(elsewhere)
    (tmp_path / "lake/a/file").symlink_to(elsewhere / "file")
    with lake.several() as store:
        with pytest.raises(BadName, match="symbolic link"):
            put(store, "a/link/b", b"quartz")
        put(store, "a/c", b"quartz")
    with several_fails(lake, Conflict, "holds this name") as store:
        put(store, "a/d", b"quartz")
        put(store, "a/file", b"quartz")
    assert [lake.read_bytes(key) for key in ("a/c", "a/d")] == [b"quartz"] * 2
    assert list(elsewhere.iterdir()) == []


def test_of_two_writers_of_one_name_the_first_wins(tmp_path):
    lake = LocalLake(tmp_path)
    with several_fails(lake, Conflict, "a/1.*another object") as store:
        put(store, "a/1", b"quartz")
        put(store, "a/2", b"quartz")
        lake.put_bytes("a/1", b"galena")
    with lake.several() as store:
        put(store, "a/3", b"quartz")
        lake.put_bytes("a/3", b"quartz")
    assert [lake.read_bytes(f"a/{n}") for n in (1, 2, 3)] == [b"galena", b"quartz", b"quartz"]
    assert list((tmp_path / ".tmp").iterdir()) == []


def test_more_files_than_stay_open(tmp_path):
    lake = LocalLake(tmp_path)
    with lake.several() as store:
        for number in range(250):
            put(store, f"a/{number:03}", str(number).encode())
            assert len(os.listdir(tmp_path / ".tmp")) <= 100  # noqa: PTH208
    assert [lake.read_bytes(found.key) for found in lake.list("a/")] == [
        str(number).encode() for number in range(250)
    ]


def test_bytes_are_on_disk_before_their_name_and_names_before_the_end(tmp_path, monkeypatch):
    """By what the system is asked: a file's bytes while nothing links to it, then its folder."""
    lake, forced, fsync = LocalLake(tmp_path), list[str](), os.fsync

    def record(descriptor: int) -> None:
        found = os.fstat(descriptor)
        folder = stat.S_ISDIR(found.st_mode)
        names = len(os.listdir(tmp_path / "a")) if (tmp_path / "a").exists() else 0  # noqa: PTH208
        forced.append(f"folder with {names}" if folder else f"file, {found.st_nlink} name")
        fsync(descriptor)

    with lake.several() as store:
        put(store, "a/0", b"quartz")  # makes the folders
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", record)
        with lake.several() as store:
            for name in ("a/1", "a/2"):
                put(store, name, b"quartz")
    assert forced == ["file, 1 name", "file, 1 name", "folder with 3"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists what a process has open")
def test_no_file_stays_open_while_others_come(tmp_path):
    lake = LocalLake(tmp_path)
    with lake.several() as store:
        put(store, "a/0", b"quartz")
        before = os.listdir("/proc/self/fd")  # noqa: PTH208
        for number in range(1, 60):
            put(store, f"a/{number}", b"quartz")
        assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208


def test_what_is_safe_is_told_also_after_an_error(tmp_path):
    lake = LocalLake(tmp_path)
    with several_fails(lake, Conflict, "another object") as store:
        for name in ("a/1", "a/2", "a/3"):
            put(store, name, b"quartz")
        assert store.kept == set()
        lake.put_bytes("a/2", b"galena")
    assert store.kept == {"a/1", "a/3"}


def test_names_are_forced_to_disk_before_it_ends(tmp_path, monkeypatch):
    forced: list[str] = []
    monkeypatch.setattr(
        "emfair.lake.local_several.sync_folder", lambda path: forced.append(path.name)
    )
    lake = LocalLake(tmp_path)
    with lake.several() as store:
        for name in ("a/1", "a/2", "b/1"):
            put(store, name, b"quartz")
        assert forced == []
    assert sorted(forced) == ["a", "b"]


def test_a_disk_that_does_not_answer_at_the_end_is_told(tmp_path, monkeypatch):
    def sick(_path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("emfair.lake.local_several.sync_folder", sick)
    with several_fails(LocalLake(tmp_path), Unavailable, "Input/output error") as store:
        put(store, "a/1", b"quartz")
