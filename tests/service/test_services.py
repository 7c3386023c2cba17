"""The stores, opened: what killed processes left is swept, and is in nobody's way if it stays."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emfair.errors import BadSetting
from emfair.service.services import STALE, open_services
from emfair.settings import read_settings


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = read_settings(home=tmp_path / "home").scratch
    folder.mkdir(parents=True)
    return folder


def old(path: Path) -> Path:
    """Make a path look as if it was left two days ago."""
    time_then = time.time() - 2 * STALE
    os.utime(path, (time_then, time_then), follow_symlinks=False)
    return path


def test_what_is_a_day_old_is_removed_and_what_is_new_stays(tmp_path, scratch):
    (scratch / "folder" / "deep").mkdir(parents=True)
    (scratch / "file").touch()
    (scratch / "new").touch()
    (tmp_path / "elsewhere").mkdir()
    (scratch / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("folder", "file", "link"):
        old(scratch / name)
    with open_services(read_settings(home=tmp_path / "home")):
        assert [left.name for left in scratch.iterdir()] == ["new"]
    assert (tmp_path / "elsewhere").is_dir()


@pytest.fixture
def shared_home() -> Iterator[Path]:
    """Return a home that anybody may use: pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        (home / "scratch").mkdir(parents=True)
        for path in (Path(folder), home, home / "scratch"):
            path.chmod(0o777)
        yield home
        shutil.rmtree(home)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may remove everything: be somebody else for a moment."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_what_cannot_be_removed_stays_and_stops_nobody(shared_home, tmp_path):
    locked, other = shared_home / "scratch" / "a locked one", shared_home / "scratch" / "other"
    (locked / "deep").mkdir(parents=True)
    locked.chmod(0)
    other.mkdir()
    old(locked)
    old(other)
    other.chmod(0o777)
    with open_services(read_settings(home=tmp_path)):
        pass  # what is imported is imported now, while it may be read
    with without_privileges(), open_services(read_settings(home=shared_home)) as services:
        assert services.registry.experiments.list() == ()
        assert locked.exists()
    locked.chmod(0o700)


@pytest.mark.parametrize("where", ["home", "home/scratch"])
def test_a_file_in_the_place_of_the_scratch_folder_is_told(tmp_path, where):
    settings = read_settings(home=tmp_path / "home")
    with open_services(settings) as services:
        if where == "home":
            shutil.rmtree(tmp_path / "home")
        (tmp_path / where).touch()
        with pytest.raises(BadSetting, match="Move the file away") as caught:
            _ = services.scratch
    assert caught.value.subject == str(settings.scratch)
