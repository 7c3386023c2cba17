"""Files appear whole, at the wanted pace, and the same for the same seed."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emfair.errors import BadCall, Conflict
from emfair.simulate.run import Report, Wish, simulate
from tests.simulate.made import START, make


def sums(root: Path) -> dict[str, str]:
    """Return every file's checksum."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_in_another_process(made, tmp_path):
    code = (
        # where the tests run in the background, SIGINT is ignored, and children inherit that
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from datetime import datetime; from pathlib import Path\n"
        "from emfair.simulate.run import Wish, simulate\n"
        f"wish = Wish('mixed', datetime.fromisoformat({START.isoformat()!r}))\n"
        f"list(simulate(wish, Path({str(tmp_path / 'again')!r})))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
    assert sums(tmp_path / "again") == sums(made.root)


def test_another_seed_gives_other_pictures(tmp_path):
    first, second = (sums(make(tmp_path / str(n), "sem", seed=n, files=1).root) for n in (1, 2))
    assert first.keys() == second.keys()
    assert set(first.values()).isdisjoint(second.values())


def test_an_acquisition_does_not_depend_on_those_before(made, tmp_path):
    alone = make(tmp_path / "m", "tilt").report.done[0]
    assert alone.primary.read_bytes()[1024:] == made.one("tilt/mrc/001").primary.read_bytes()[1024:]


def test_a_folder_with_files_is_refused(tmp_path):
    (tmp_path / "mine.tif").touch()
    with pytest.raises(Conflict, match=r"not empty \(mine.tif\)"):
        make(tmp_path, "sem")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.tif"]


def test_a_file_in_the_way_of_the_folder_is_a_wrong_call(tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(BadCall, match="cannot be used as a folder"):
        make(tmp_path / "taken", "sem")


def test_an_unknown_session_is_a_wrong_call(tmp_path):
    with pytest.raises(BadCall, match="no such session") as told:
        make(tmp_path / "m", "xrd")
    assert "tem, sem, tilt, mixed" in told.value.remedy


@pytest.mark.parametrize(("session", "files"), [("tem", 2), ("sem", 1), ("tilt", 1)])
def test_ctrl_c_leaves_whole_files_only(tmp_path, session, files):
    """Interrupted while the last of so many acquisitions grows."""
    whole = sums(make(tmp_path / "whole", session).root)
    root = tmp_path / "cut"
    code = (
        "from datetime import datetime; from pathlib import Path\n"
        "from emfair.simulate.run import Wish, simulate\n"
        f"wish = Wish({session!r}, datetime.fromisoformat({START.isoformat()!r}), rate=3.0)\n"
        f"list(simulate(wish, Path({str(root)!r})))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 60
        while not root.is_dir() or len(list(root.iterdir())) < files:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        assert running.wait(20) != 0
    left = sums(root)
    assert files - 1 <= len(left) < len(whole)
    assert left.items() <= whole.items()


def test_a_file_grows_while_it_is_acquired_and_comes_at_the_given_rate(tmp_path):
    wish = Wish("tilt", START, rate=1.5, files=1)
    sizes: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            sizes.extend(path.stat().st_size for path in (tmp_path / "m").glob("*.mrc"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.monotonic()
    (one,) = simulate(wish, tmp_path / "m")
    done.set()
    watcher.join()
    assert sizes == sorted(sizes)
    assert len(set(sizes)) >= 5  # seven pictures, one after the other
    assert sizes[-1] == one.primary.stat().st_size
    assert 1.4 < time.monotonic() - began < 6


def test_a_picture_comes_under_a_temporary_name(tmp_path):
    wish = Wish("sem", START, rate=2.0, files=1)
    names: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            names.update(path.name for path in (tmp_path / "m").glob("*"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    list(simulate(wish, tmp_path / "m"))
    done.set()
    watcher.join()
    assert names == {"001 gold.tif.downloading", "001 gold.tif"}


def test_hours_are_the_microscopes(tmp_path):
    made = make(tmp_path / "m", "sem", hours=0.2)
    starts = [one.acquisition.start for one in made.report.done]
    assert len(starts) > 5  # more than the list has: it begins again
    assert all((start - START).total_seconds() < 720 for start in starts)
    assert len({one.primary.name for one in made.report.done}) == len(starts)


def test_live_acquisitions_begin_when_they_do(tmp_path):
    made = make(tmp_path / "m", "sem", files=1, live=True)
    age = datetime.now(UTC) - made.report.done[0].acquisition.start
    assert abs(age.total_seconds()) < 60


def test_a_map_of_4_gb_takes_the_memory_of_a_line(tmp_path):
    """A real scan, stopped when 300 MB of it are written: the process has not grown by as much."""
    code = (
        "import resource, sys; from datetime import datetime; from pathlib import Path\n"
        "from emfair.simulate.output import Output\n"
        "from emfair.simulate.formats import FORMATS\n"
        "from emfair.simulate.sessions import sessions\n"
        "from emfair.simulate.recipes.base import Moment\n"
        "session = sessions()['tem']\n"
        "recipe = session.recipes('real')[-1]\n"
        f"start = datetime.fromisoformat({START.isoformat()!r})\n"
        "one = recipe.acquire(Moment(session.microscope, 0, 'scan', start))\n"
        "assert one.size > 4e9\n"
        f"output = Output(Path({str(tmp_path)!r}))\n"
        "growing = FORMATS['hspy'].write(one, output)\n"
        "next(growing); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "while next(growing) < 0.07: pass\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "size = output.paths[0].stat().st_size\n"
        "growing.close(); output.discard()\n"
        "print(size, (after - before) * 1024)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=120, capture_output=True, text=True
    )
    size, grown = map(int, said.stdout.split())
    assert size > 280e6
    assert grown < 60e6
    assert list(tmp_path.iterdir()) == []


def test_the_truth_names_every_file_and_its_checksum(made, tmp_path):
    made.report.save(tmp_path / "deep" / "truth.json")
    document = made.report.document()
    named = {
        name: digest for one in document["acquisitions"] for name, digest in one["files"].items()
    }
    assert named == sums(made.root)
    assert (tmp_path / "deep" / "truth.json").stat().st_size > 10_000
    assert Report(replace(made.report.wish, seed=3), made.root).document()["acquisitions"] == []
