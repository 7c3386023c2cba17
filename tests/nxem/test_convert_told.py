"""What a person is told of a file that was converted, or changed meanwhile."""

import os
import threading

import numpy as np

from emfair.model.annotations import Annotations
from emfair.model.findings import Severity
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier, Source


def convert(path, folder, name, companions=()):
    source = Source(name, "0" * 64, companions)
    return convert_file(path, Dossier(source, Annotations(), "", {}), folder)


def a_ripple_scan(folder):
    """Write 160 MB of a scan: long enough to change it meanwhile."""
    folder.mkdir()
    size = {"width": 500, "height": 500, "depth": 160}
    words = {"offset": 0, "data-length": 4, "data-type": "unsigned",
             "byte-order": "little-endian", "record-by": "image"}  # fmt: skip
    lines = ["key\tvalue", *(f"{key}\t{value}" for key, value in (size | words).items())]
    (folder / "scan.rpl").write_text("\n".join(lines) + "\n")
    np.arange(40_000_000, dtype="<u4").tofile(folder / "scan.raw")
    return folder / "scan.rpl"


def test_a_companion_that_changes_while_it_is_read_gives_no_container(tmp_path):
    path = a_ripple_scan(tmp_path / "session")
    done = threading.Event()

    def write():
        while not done.wait(0.01):
            os.utime(path.with_suffix(".raw"))

    writer = threading.Thread(target=write)
    writer.start()
    result = convert(path, tmp_path, "session/scan.rpl", ("session/scan.raw",))
    done.set()
    writer.join()
    assert [finding.rule for finding in result.findings] == ["changed-while-read"]
    assert result.written == []
    assert convert(path, tmp_path, "session/scan.rpl", ("session/scan.raw",)).written


def test_digits_that_are_lost_are_told(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((4, 4), np.longdouble) / 3)
    result = convert(tmp_path / "a.npy", tmp_path, "a.npy")
    (finding,) = result.findings
    assert (finding.rule, finding.severity) == ("rounded-pixels", Severity.NOTE)
    assert "rounded to float64" in finding.message
    assert len(result.written) == 1


def test_a_file_that_cannot_be_opened_is_told_and_no_more(tmp_path):
    name = "long" * 80 + ".dm3"  # what a disk refuses, as it refuses what may not be read
    (finding,) = convert(tmp_path / name, tmp_path, name).findings
    assert (finding.rule, finding.severity) == ("unreadable-file", Severity.ERROR)
    assert "cannot be read" in finding.message
