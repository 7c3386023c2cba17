"""A reader that hangs or dies costs one file; the next is converted."""

import os
import signal
import threading
from pathlib import Path

import pytest

from emfair.model.annotations import Annotations
from emfair.nxem.container import Source
from emfair.service.sandbox import Sandbox, Task


@pytest.fixture
def endless(corpus: Path, tmp_path: Path) -> Path:
    """Return a truncated Phenom file on which RosettaSciIO 0.15 never ends."""
    path = tmp_path / "endless.elid"
    whole = (corpus / "phenom_data" / "Elid2Version3.elid").read_bytes()
    path.write_bytes(whole[:57937])
    return path


def task(path: Path, folder: Path) -> Task:
    folder.mkdir(exist_ok=True)
    return Task(path, Source(path.name, "0" * 64), Annotations(), folder, "e-1", {})


def test_a_reader_that_hangs_is_ended_and_the_next_file_is_converted(endless, corpus, tmp_path):
    with Sandbox(patience=6) as sandbox:
        hung = sandbox.convert(task(endless, tmp_path / "out"))
        (finding,) = hung.findings
        assert (finding.rule, finding.file) == ("reader-hung", "endless.elid")
        assert not hung.read
        good = sandbox.convert(task(corpus / "dm3_2D_data" / "test-1.dm3", tmp_path / "out"))
    assert len(good.written) == 1
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".nxs"]


def test_a_reader_that_dies_is_a_finding_and_leaves_nothing_half_written(endless, tmp_path):
    with Sandbox() as sandbox:
        process, _ = sandbox._ready()
        killer = threading.Timer(4, os.kill, (process.pid, signal.SIGSEGV))
        killer.start()
        died = sandbox.convert(task(endless, tmp_path / "out"))
        killer.join()
    (finding,) = died.findings
    assert finding.rule == "reader-died"
    assert "SIGSEGV" in finding.message
    assert "transferred whole" in finding.hint
    assert list((tmp_path / "out").iterdir()) == []


def test_a_sandbox_leaves_no_process_behind(corpus, tmp_path):
    with Sandbox() as sandbox:
        sandbox.convert(task(corpus / "dm3_2D_data" / "test-1.dm3", tmp_path / "out"))
        pid = sandbox._ready()[0].pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
