"""A folder for files on their way goes with its process, however that ends."""

import signal
import subprocess
import sys

import pytest

from emfair.service.scratch import PREFIX, scratch_folder

HOLD = """
import sys, time
from pathlib import Path
from emfair.service.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as own:
    (own / "half.part").write_bytes(bytes(1000))
    print(own.name, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Return a process that has a folder, and the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True
    ) as process:
        yield process, tmp_path / process.stdout.readline().strip()
        process.kill()


def test_a_folder_is_gone_afterwards(tmp_path):
    with scratch_folder(tmp_path) as own:
        (own / "deep").mkdir()
        assert own.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(holder, tmp_path):
    process, left = holder
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert left.is_dir()
    with scratch_folder(tmp_path) as own:
        assert list(tmp_path.iterdir()) == [own]


def test_what_a_living_process_has_stays(holder, tmp_path):
    _, theirs = holder
    with scratch_folder(tmp_path):
        assert (theirs / "half.part").is_file()


def test_what_is_called_otherwise_or_is_no_folder_stays(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"{PREFIX}file").touch()
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / ".emfair-backup").mkdir()
    (tmp_path / f"{PREFIX}by-hand").mkdir()
    with scratch_folder(tmp_path):
        pass
    assert len(list(tmp_path.iterdir())) == 5
