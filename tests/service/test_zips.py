"""ZIP as a stream, read by Python's and Debian's programs."""

from __future__ import annotations

import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import repeat
from pathlib import Path

import pytest

from emfair.service.zips import AT_ONCE, Member, zipped

MIB = 1 << 20
WHEN = datetime(2026, 1, 22, 12, 14, 12, tzinfo=UTC)


def member(path: str, *blocks: bytes, dated: datetime = WHEN, size: int | None = None) -> Member:
    return Member(path, sum(map(len, blocks)) if size is None else size, dated, iter(blocks))


def save(members: Iterator[Member] | list[Member], folder: Path) -> Path:
    path = folder / "it.zip"
    with path.open("wb") as file:
        file.writelines(zipped(members))
    return path


def unzip(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("unzip") is None:
        pytest.skip("needs Debian's unzip")
    return subprocess.run(
        ["unzip", *options, str(path)], capture_output=True, text=True, check=False
    )


def test_what_went_in_comes_out_stored_as_it_is(tmp_path):
    content = b"quartz" * 200_000
    members = [member("a/b.dm3", content[:5], content[5:]), member("a/empty"), member("ä ö", b"x")]
    with zipfile.ZipFile(save(members, tmp_path)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a/b.dm3", "a/empty", "ä ö"]
        assert archive.read("a/b.dm3") == content
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
        assert (archive.infolist()[0].external_attr >> 16) & 0o777 == 0o644


def test_debians_unzip_reads_it_too(tmp_path):
    path = save([member("a/b.dm3", bytes(MIB)), member("c", b"x")], tmp_path)
    found = unzip(path, "-t")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "No errors detected" in found.stdout


def test_no_member_at_all_is_an_archive_still(tmp_path):
    with zipfile.ZipFile(save([], tmp_path)) as archive:
        assert archive.namelist() == []


@pytest.mark.parametrize(
    ("dated", "written"),
    [
        (WHEN.astimezone(timezone(timedelta(hours=5))), (2026, 1, 22, 12, 14, 12)),
        (datetime(1970, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
        (datetime(2200, 1, 1, tzinfo=UTC), (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_times_are_utc_as_far_as_zip_knows_them(tmp_path, dated, written):
    with zipfile.ZipFile(save([member("a", b"x", dated=dated)], tmp_path)) as archive:
        assert archive.infolist()[0].date_time == written


def test_more_members_than_zip_could_count_at_first(tmp_path):
    number = 65_535 + 10
    path = save((member(f"{n:05d}", b"x") for n in range(number)), tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert len(archive.infolist()) == number
        assert archive.read(f"{number - 1:05d}") == b"x"
    assert f"{number} files" in unzip(path, "-l").stdout


def test_a_member_of_five_gigabytes_takes_no_more_memory_than_a_small_one(tmp_path):
    """What is written is read back by `zipfile`, from a file with holes where zeros are."""
    number = 5 * 1024
    big = Member("big.raw", number * MIB, WHEN, repeat(bytes(MIB), number))
    path = tmp_path / "it.zip"
    tracemalloc.start()
    try:
        with path.open("wb") as file:
            for block in zipped([member("small", b"x"), big, member("behind", b"y")]):
                if block.count(0) == len(block):
                    file.seek(len(block), 1)
                else:
                    file.write(block)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MIB
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("big.raw")
        assert info.file_size == number * MIB
        assert archive.read("behind") == b"y"
        assert archive.getinfo("behind").header_offset > 1 << 32


def test_the_first_bytes_come_before_the_last_are_read():
    read: list[int] = []

    def blocks() -> Iterator[bytes]:
        for n in range(100):
            read.append(n)
            yield bytes(AT_ONCE)

    stream = zipped([Member("a", 100 * AT_ONCE, WHEN, blocks())])
    assert next(stream)
    assert read == [0]


def test_an_error_of_a_member_ends_the_stream_before_it_is_an_archive(tmp_path):
    def broken() -> Iterator[bytes]:
        yield bytes(MIB)
        raise ConnectionResetError

    path = tmp_path / "it.zip"
    with path.open("wb") as file, pytest.raises(ConnectionResetError):
        file.writelines(zipped([member("a", b"x"), Member("b", 2 * MIB, WHEN, broken())]))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(path)
