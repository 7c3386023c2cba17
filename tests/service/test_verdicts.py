"""A file on which HDF5 never returns, or crashes, costs one verdict."""

import signal
from pathlib import Path

import h5py
import pytest

from emfair.crew import Crew
from emfair.errors import NotFound
from emfair.model.findings import Severity, Verdict, verdict_of
from emfair.service.verdicts import not_judged, verdict, verdicts
from emfair.worker import DiedError


@pytest.fixture
def simple(tmp_path: Path) -> Path:
    path = tmp_path / "simple.nxs"
    with h5py.File(path, "w") as file:
        file.create_group("entry").attrs["NX_class"] = "NXentry"
    return path


def test_each_verdict_says_which_container_it_is_about(simple, tmp_path):
    text = tmp_path / "text.nxs"
    text.write_text("no HDF5")
    judged = dict(verdicts([text, simple]))
    assert [finding.rule for finding in judged[0]] == ["not-hdf5"]
    assert verdict_of(judged[0]) is verdict_of(judged[1]) is Verdict.INVALID
    assert len(judged) == 2


def test_a_verdict_names_the_measurement_and_the_raw_file(simple):
    findings = verdict(simple, measurement="m-1", file="x.dm3")
    assert {(one.measurement, one.file) for one in findings} == {("m-1", "x.dm3")}


def test_a_file_that_is_not_done_in_time_is_a_finding(simple):
    """The first one waits for the validator's imports, and these take longer."""
    workers = Crew(1, 4 << 30)
    ((_, findings),) = verdicts([simple], patience=0.05, workers=workers)
    workers.close()
    assert [finding.rule for finding in findings] == ["validator-hung"]
    assert verdict_of(findings) is Verdict.INVALID
    assert "fetch it again" in findings[0].hint


def test_what_is_no_file_is_a_finding_and_the_next_is_judged(simple, tmp_path):
    (tmp_path / "link.nxs").symlink_to("nowhere")
    (tmp_path / "folder.nxs").mkdir()
    judged = dict(verdicts([tmp_path / "link.nxs", tmp_path / "folder.nxs", simple]))
    assert [[f.rule for f in judged[place]] for place in (0, 1)] == [["no-file"], ["no-file"]]
    assert "no-file" not in {finding.rule for finding in judged[2]}


def test_a_file_that_is_not_there_is_the_callers_mistake(tmp_path):
    with pytest.raises(NotFound):
        list(verdicts([tmp_path / "none.nxs"]))


def test_a_crash_is_a_finding_that_says_how():
    finding = not_judged(DiedError(-signal.SIGSEGV))
    assert (finding.rule, finding.severity) == ("validator-died", Severity.ERROR)
    assert "SIGSEGV" in finding.message
