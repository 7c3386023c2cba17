"""A reader that hangs or dies costs one file; the next is converted."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from emfair.crew import Crew
from emfair.errors import ReaderHung
from emfair.model.annotations import Annotations
from emfair.nxem.dossier import Dossier, Source
from emfair.service.sandbox import Sandbox


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """Return a file that takes long to convert, and whose name tells nothing of it.

    A Ripple header, with 60 GB of zeros that take no place on the disk.
    """
    path = tmp_path / "endless.rpl"
    size = {"width": 1024, "height": 1024, "depth": 7680}
    words = {"offset": 0, "data-length": 8, "data-type": "float", "byte-order": "little-endian",
             "record-by": "vector"}  # fmt: skip
    lines = ["key\tvalue", *(f"{key}\t{value}" for key, value in (size | words).items())]
    path.write_text("\n".join(lines) + "\n")
    with path.with_suffix(".raw").open("wb") as raw:
        raw.truncate(8 * 1024 * 1024 * 7680)
    return path


def task(path: Path, folder: Path) -> tuple[Path, Dossier, Path, int]:
    folder.mkdir(exist_ok=True)
    return path, Dossier(Source(path.name, "0" * 64), Annotations(), "e-1", {}), folder, 1000


@pytest.fixture
def workers() -> Iterator[Crew]:
    workers = Crew(1, 8 << 30)
    yield workers
    workers.close()


def test_a_reader_that_hangs_is_ended_and_the_next_file_is_converted(
    endless, corpus, workers, tmp_path
):
    sandbox = Sandbox(20, workers)
    hung = sandbox.convert(*task(endless, tmp_path / "out"))
    (finding,) = hung.findings
    assert (finding.rule, finding.file) == ("reader-hung", "endless.rpl")
    assert not hung.read
    good = sandbox.convert(*task(corpus / "dm3_2D_data" / "test-1.dm3", tmp_path / "out"))
    assert [one.path for one in good.written] == list((tmp_path / "out").iterdir())
    assert good.written[0].path.suffix == ".nxs"


@pytest.mark.parametrize(
    ("killed_by", "rule", "advice"),
    [
        (signal.SIGSEGV, "reader-died", "transferred whole"),
        (signal.SIGKILL, "too-large-for-memory", "larger one"),
    ],
)
def test_a_reader_that_dies_is_a_finding_and_leaves_nothing_half_written(
    killed_by, rule, advice, endless, workers, tmp_path
):
    with workers.turn() as worker:
        worker.call(60, abs, 1)
        killer = threading.Timer(4, os.kill, (worker.pid, killed_by))
    killer.start()
    died = Sandbox(workers=workers).convert(*task(endless, tmp_path / "out"))
    killer.join()
    (finding,) = died.findings
    assert finding.rule == rule
    assert advice in finding.hint
    assert list((tmp_path / "out").iterdir()) == []


def test_what_a_share_of_the_memory_is_too_little_for_gets_all_of_it(corpus, tmp_path):
    path = tmp_path / "large.npy"
    np.save(path, np.zeros((600, 1024, 256), np.float32))  # 629 MB
    with path.open("r+b") as file:
        file.seek(128)
        file.write(b"\x01" * 4096)
    small = Crew(1, 500 << 20)
    starved = Sandbox(workers=small).convert(*task(path, tmp_path / "out"))
    assert [one.rule for one in starved.findings] == ["too-large-for-memory"]
    several = Crew(3, 1500 << 20)
    assert Sandbox(workers=several).convert(*task(path, tmp_path / "out")).written
    small.close()
    several.close()


def test_a_file_on_which_a_reader_hangs_is_told_by_its_name(endless, workers):
    with pytest.raises(ReaderHung, match="after 1 s") as failed:
        Sandbox(1, workers).call(0, sleep_over, endless)
    assert failed.value.subject == "endless.rpl"
    assert "transferred whole" in failed.value.remedy


def test_a_large_file_may_take_longer(endless, workers):
    assert Sandbox(1, workers).call(10_000_000, sleep_over, endless) == "endless.rpl"


def sleep_over(path: Path) -> str:
    time.sleep(3)
    return path.name
