"""A reader that hangs or dies costs one file; the next is converted."""

import os
import signal
import threading
from pathlib import Path

import pytest

from emfair.errors import ReaderHung
from emfair.model.annotations import Annotations
from emfair.nxem.dossier import Dossier, Source
from emfair.service.sandbox import Sandbox
from emfair.vendor.read import read_signals


@pytest.fixture
def endless(corpus: Path, tmp_path: Path) -> Path:
    """Return a truncated Phenom file on which RosettaSciIO 0.15 never ends."""
    path = tmp_path / "endless.elid"
    whole = (corpus / "phenom_data" / "Elid2Version3.elid").read_bytes()
    path.write_bytes(whole[:57937])
    return path


def task(path: Path, folder: Path) -> tuple[Path, Dossier, Path]:
    folder.mkdir(exist_ok=True)
    return path, Dossier(Source(path.name, "0" * 64), Annotations(), "e-1", {}), folder


def test_a_reader_that_hangs_is_ended_and_the_next_file_is_converted(endless, corpus, tmp_path):
    with Sandbox(patience=6) as sandbox:
        hung = sandbox.convert(*task(endless, tmp_path / "out"))
        (finding,) = hung.findings
        assert (finding.rule, finding.file) == ("reader-hung", "endless.elid")
        assert not hung.read
        good = sandbox.convert(*task(corpus / "dm3_2D_data" / "test-1.dm3", tmp_path / "out"))
    assert len(good.written) == 1
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".nxs"]


def test_a_reader_that_dies_is_a_finding_and_leaves_nothing_half_written(endless, tmp_path):
    with Sandbox() as sandbox:
        sandbox.worker.call(60, abs, 1)
        killer = threading.Timer(4, os.kill, (sandbox.worker.pid, signal.SIGSEGV))
        killer.start()
        died = sandbox.convert(*task(endless, tmp_path / "out"))
        killer.join()
    (finding,) = died.findings
    assert finding.rule == "reader-died"
    assert "SIGSEGV" in finding.message
    assert "transferred whole" in finding.hint
    assert list((tmp_path / "out").iterdir()) == []


def test_a_sandbox_leaves_no_process_behind(corpus, tmp_path):
    with Sandbox() as sandbox:
        sandbox.convert(*task(corpus / "dm3_2D_data" / "test-1.dm3", tmp_path / "out"))
        pid = sandbox.worker.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_file_on_which_a_reader_hangs_can_be_inspected(endless, tmp_path):
    with Sandbox(patience=6) as sandbox, pytest.raises(ReaderHung, match="after 6 s") as failed:
        sandbox.call(read_signals, endless)
    assert failed.value.subject == "endless.elid"
    assert "transferred whole" in failed.value.remedy
