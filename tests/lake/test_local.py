"""What only a lake in a directory promises: the disk's side of things."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from emfair.errors import BadName, BadSetting, Conflict, Unavailable
from emfair.lake.disk import translated
from emfair.lake.local import LocalLake

LIMITED = """
import resource, sys
from pathlib import Path
from emfair.errors import Unavailable
from emfair.lake.local import LocalLake
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    LocalLake(Path(sys.argv[1])).put_bytes("a/b", bytes(4 << 20))
except Unavailable as error:
    print(error)
"""


@pytest.fixture
def root(tmp_path):
    return tmp_path / "lake"


@pytest.fixture
def lake(root):
    return LocalLake(root)


def test_a_lake_that_was_only_read_leaves_no_folder(lake, root):
    assert lake.info("a") is None
    assert list(lake.list("")) == []
    lake.delete("a/b")
    assert not root.exists()


def test_an_immutable_object_is_read_only_on_disk(lake, root):
    lake.put_bytes("a", b"x")
    assert (root / "a").stat().st_mode & 0o222 == 0


def test_a_replaceable_object_can_replace_an_immutable_one(lake, root):
    lake.put_bytes("a", b"x")
    lake.put_bytes("a", b"y", replace=True)
    assert (root / "a").read_bytes() == b"y"
    assert (root / "a").stat().st_mode & 0o200


def test_a_folder_that_loses_its_last_object_goes(lake, root):
    lake.put_bytes("a/b/c", b"x")
    lake.put_bytes("a/d", b"x")
    lake.delete("a/b/c")
    assert not (root / "a/b").exists()
    lake.delete("a/d")
    assert not (root / "a").exists()
    assert root.exists()


def test_a_full_disk_is_said_and_leaves_nothing(root):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, root], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("a/b: the disk is full")
    assert "Free space" in done.stdout
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_what_a_killed_writer_left_goes_with_the_next_write_a_day_later(lake, root):
    lake.put_bytes("a", b"x")
    dead, alive = root / ".tmp/dead", root / ".tmp/alive"
    dead.write_bytes(b"half")
    alive.write_bytes(b"half")
    os.utime(dead, times=(time.time() - 90_000,) * 2)
    LocalLake(root).put_bytes("b", b"x")
    assert not dead.exists()
    assert alive.exists()


def test_unfinished_files_are_never_listed(lake, root):
    lake.put_bytes("a", b"x")
    (root / ".tmp/half").write_bytes(b"half")
    assert [found.key for found in lake.list("")] == ["a"]
    assert list(lake.list(".tmp")) == []


@pytest.mark.parametrize("key", ["link", "folder/secret", "inner/../link"])
def test_a_symbolic_link_is_never_followed(lake, root, tmp_path, key):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    lake.put_bytes("a", b"x")
    (root / "link").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside)
    calls = [
        lambda: lake.read_bytes(key),
        lambda: lake.info(key),
        lambda: lake.put_bytes(key, b"overwritten", replace=True),
        lambda: lake.put_bytes(key, b"overwritten"),
        lambda: lake.delete(key),
    ]
    for call in calls:
        with pytest.raises(BadName):
            call()
    assert (outside / "secret").read_bytes() == b"secret"
    assert [found.key for found in lake.list("")] == ["a"]


def test_the_root_itself_may_be_a_link(root, tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    root.symlink_to(real)
    lake = LocalLake(root)
    lake.put_bytes("a", b"x")
    assert lake.read_bytes("a") == b"x"
    assert (real / "a").read_bytes() == b"x"


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize(("there", "wanted"), [("a", "a/b"), ("a/b", "a")])
def test_a_name_is_not_a_file_and_a_folder_at_once(lake, there, wanted, replace):
    lake.put_bytes(there, b"x")
    with pytest.raises(Conflict, match="a folder or another writer"):
        lake.put_bytes(wanted, b"x", replace=replace)
    assert [found.key for found in lake.list("")] == [there]


def test_a_relative_root_stays_where_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lake = LocalLake("lake")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    lake.put_bytes("a", b"x")
    assert (tmp_path / "lake/a").exists()
    assert lake.locate("a") == str(tmp_path / "lake/a")
    assert lake.url == (tmp_path / "lake").as_uri()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ENOSPC", Unavailable),
        ("EDQUOT", Unavailable),
        ("EIO", Unavailable),
        ("ESTALE", Unavailable),
        ("EACCES", BadSetting),
        ("EROFS", BadSetting),
        ("EXDEV", BadSetting),
        ("ENAMETOOLONG", BadName),
    ],
)
def test_each_refusal_of_the_disk_has_its_error_and_remedy(code, kind):
    import errno

    number = getattr(errno, code)
    error = translated(OSError(number, os.strerror(number)), "a/b")
    assert type(error) is kind
    assert error.subject == "a/b"
    assert error.remedy
