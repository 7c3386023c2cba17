"""Bytes on their way into each kind of lake: checked, counted, interrupted."""

from __future__ import annotations

import os

import pytest

from emfair.errors import FixityMismatch, NotFound
from emfair.model.canonical import sha256_bytes

MIB = 1 << 20
KEY = "project=p/experiment=e/raw/files/scan 012.dm4"
SIZES = [0, 1, MIB, 8 * MIB, 8 * MIB + 1]  # ends of blocks and of parts


class CallerError(Exception):
    """What the caller's own code raises in the middle."""


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
def test_an_interrupted_write_leaves_nothing(kind, file, size, error, keys):
    done = 0

    def stop_half_way(count: int) -> None:
        nonlocal done
        done += count
        if done >= size // 2:
            raise error

    with pytest.raises(error):
        kind.lake.put_file(KEY, file(os.urandom(size)), progress=stop_half_way)
    assert kind.lake.info(KEY) is None
    assert keys() == []
    assert kind.leftovers() == []


def test_an_interrupted_replacement_keeps_the_old_object(kind, file):
    kind.lake.put_bytes(KEY, b"old")

    def stop(_: int) -> None:
        raise CallerError

    with pytest.raises(CallerError):
        kind.lake.put_file(KEY, file(b"new"), replace=True, progress=stop)
    assert kind.lake.read_bytes(KEY) == b"old"


def test_nothing_is_seen_before_it_is_whole(lake, file, keys):
    seen = []
    lake.put_file(
        KEY,
        file(bytes(9 * MIB)),
        progress=lambda _: seen.append((lake.info(KEY), keys())),
    )
    assert seen
    assert all(state == (None, []) for state in seen)


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
