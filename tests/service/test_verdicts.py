"""A file on which HDF5 never returns, or crashes, costs one verdict."""

import signal
from pathlib import Path

import h5py
import pytest

from emfair.errors import NotFound
from emfair.model.findings import Severity, Verdict, verdict_of
from emfair.service.verdicts import not_judged, verdicts
from emfair.worker import DiedError


@pytest.fixture
def simple(tmp_path: Path) -> Path:
    path = tmp_path / "simple.nxs"
    with h5py.File(path, "w") as file:
        file.create_group("entry").attrs["NX_class"] = "NXentry"
    return path


def test_containers_are_judged_in_the_order_given(simple, tmp_path):
    text = tmp_path / "text.nxs"
    text.write_text("no HDF5")
    judged = list(verdicts([text, simple]))
    assert [path for path, _ in judged] == [text, simple]
    assert all(verdict_of(findings) is Verdict.INVALID for _, findings in judged)


def test_a_file_that_is_not_done_in_time_is_a_finding(simple):
    """The first one waits for the validator's imports, and these take longer."""
    ((_, findings),) = verdicts([simple], patience=0.05)
    assert [finding.rule for finding in findings] == ["validator-hung"]
    assert verdict_of(findings) is Verdict.INVALID
    assert "fetch it again" in findings[0].hint


def test_what_is_no_file_is_a_finding_and_the_next_is_judged(simple, tmp_path):
    (tmp_path / "link.nxs").symlink_to("nowhere")
    (tmp_path / "folder.nxs").mkdir()
    judged = list(verdicts([tmp_path / "link.nxs", tmp_path / "folder.nxs", simple]))
    assert [[f.rule for f in found] for _, found in judged[:2]] == [["no-file"], ["no-file"]]
    assert judged[2][0] == simple


def test_a_file_that_is_not_there_is_the_callers_mistake(tmp_path):
    with pytest.raises(NotFound):
        list(verdicts([tmp_path / "none.nxs"]))


def test_a_crash_is_a_finding_that_says_how():
    finding = not_judged(DiedError(-signal.SIGSEGV))
    assert (finding.rule, finding.severity) == ("validator-died", Severity.ERROR)
    assert "SIGSEGV" in finding.message
