"""A file becomes containers, or findings that a person can act on."""

import os
import shutil
import subprocess
import sys
import threading
import time

import h5py
import numpy as np
import pytest

from emfair.errors import BadAnnotations, Unavailable
from emfair.model.annotations import Annotations, InstrumentNotes, SampleNotes
from emfair.model.canonical import sha256_bytes
from emfair.model.findings import Severity
from emfair.nxem.convert import Converted, convert_file
from emfair.nxem.dossier import Dossier, Source

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def convert(path, folder, notes=Annotations(), profile=None) -> Converted:  # noqa: B008  frozen
    folder.mkdir(exist_ok=True)
    source = Source(f"d/{path.name}", sha256_bytes(b"x"))
    return convert_file(path, Dossier(source, notes, "e-1", {}, profile), folder)


@pytest.mark.parametrize(
    ("name", "content", "rule", "severity"),
    [
        ("scan.dm4", b"", "empty-file", Severity.ERROR),
        ("scan.dm4", b"not at all", "unreadable-file", Severity.ERROR),
        ("notes.txt", b"Monday", "not-a-measurement", Severity.NOTE),
        ("all.zip", b"PK\x03\x04...", "not-a-measurement", Severity.NOTE),
        ("noise.msa", b"\xff" * 99, "unreadable-file", Severity.ERROR),
        ("noise.blo", b"\xff" * 4096, "unreadable-file", Severity.ERROR),
    ],
)
def test_what_is_no_use_becomes_one_finding(tmp_path, name, content, rule, severity):
    path = tmp_path / name
    path.write_bytes(content)
    result = convert(path, tmp_path / "out")
    assert not result.read
    assert result.written == []
    (finding,) = result.findings
    assert (finding.rule, finding.severity, finding.file) == (rule, severity, f"d/{name}")
    assert finding.hint
    assert str(tmp_path) not in finding.message
    assert list((tmp_path / "out").iterdir()) == []


def test_a_missing_companion_is_told_without_the_servers_folders(corpus, tmp_path):
    shutil.copy(corpus / "empad_data" / "map4x4.xml", tmp_path)
    result = convert(tmp_path / "map4x4.xml", tmp_path / "out")
    (finding,) = result.findings
    assert finding.rule == "missing-companion"
    assert "without scan_x4_y4.raw" in finding.message
    assert str(tmp_path) not in finding.message
    assert "Deposit scan_x4_y4.raw together with it" in finding.hint
    assert list((tmp_path / "out").iterdir()) == []


def test_with_its_companion_it_is_converted(corpus, tmp_path):
    shutil.copy(corpus / "empad_data" / "map4x4.xml", tmp_path)
    frames = np.random.default_rng(0).random((4, 4, 130, 128), np.float32)
    (tmp_path / "scan_x4_y4.raw").write_bytes(frames.tobytes())
    (written,) = convert(tmp_path / "map4x4.xml", tmp_path / "out").written
    assert written.measurement.kind == "image_4d"
    assert written.measurement.shape == (4, 4, 128, 128)
    plain = np.ascontiguousarray(frames[:, :, :128])
    assert written.measurement.data_sha256 == sha256_bytes(plain.tobytes())


def test_one_signal_without_a_place_does_not_stop_the_others(corpus, tmp_path):
    result = convert(corpus / "nexus_files" / "saved_multi_signal.nxs", tmp_path / "out")
    assert result.read
    assert len(result.written) == 7
    (finding,) = result.findings
    assert (finding.rule, finding.severity) == ("unsupported-signal", Severity.NOTE)


@pytest.mark.parametrize("file", ["emd_files/example_object_dtype_data.emd"])
def test_a_file_whose_only_signal_has_no_place_was_read(corpus, tmp_path, file):
    result = convert(corpus / file, tmp_path / "out")
    assert (result.read, result.written) == (True, [])
    assert [finding.rule for finding in result.findings] == ["unsupported-signal"]


def test_a_torn_file_never_raises_and_never_leaves_a_part(corpus, tmp_path):
    for name in ("dm3_2D_data/test_STEM_image.dm3", "dm4_3D_data/EELS_SI.dm4",
                 "blockfile_data/test1.blo", "emd_files/example_image.emd",
                 "FEI_new/128x128-TEM_search_1.ser", "tiff_files/olympus_SIS.tif"):  # fmt: skip
        whole = (corpus / name).read_bytes()
        for share in (0.1, 0.6, 0.98):
            path = tmp_path / name.rpartition("/")[2]
            path.write_bytes(whole[: int(len(whole) * share)])
            out = tmp_path / f"out-{path.name}-{share}"
            result = convert(path, out)
            assert result.written or result.findings
            assert {p.name for p in out.iterdir()} == {w.path.name for w in result.written}


def test_a_bad_quantity_in_the_form_is_not_the_files_fault(corpus, tmp_path):
    notes = Annotations(sample=SampleNotes(thickness="thin"))
    with pytest.raises(BadAnnotations):
        convert(corpus / "msa_files" / "example1.msa", tmp_path / "out", notes)


def test_a_folder_that_is_gone_is_a_sick_store(corpus, tmp_path):
    gone = tmp_path / "gone"
    dossier = Dossier(Source("a.msa", "0" * 64), Annotations(), "e", {})
    with pytest.raises(Unavailable, match="could not be written"):
        convert_file(corpus / "msa_files" / "example1.msa", dossier, gone)


def test_an_instruments_profile_fills_what_no_file_carries(corpus, tmp_path):
    profile = InstrumentNotes(vendor="FEI", model="Titan", location="hall 2")
    (written,) = convert(
        corpus / "msa_files" / "example1.msa", tmp_path / "out", profile=profile
    ).written
    found = {fact.key: fact for fact in written.measurement.facts}
    assert found["instrument_location"].value_text == "hall 2"
    assert found["instrument_location"].source == "profile"


SMALL_DISK = """
import resource, signal, sys
from pathlib import Path
from emfair.errors import Unavailable
from emfair.model.annotations import Annotations
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier, Source
path, folder = Path(sys.argv[1]), Path(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    dossier = Dossier(Source(path.name, "0" * 64), Annotations(), "", {})
    convert_file(path, dossier, folder)
except Unavailable as error:
    print("unavailable:", error.message, sorted(folder.iterdir()))
"""


def test_a_full_disk_is_not_the_files_fault(corpus, tmp_path):
    """HDF5 tells a failed write in a RuntimeError; a data finding would accuse a sound file."""
    done = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, corpus / "dm3_2D_data" / "multi_signal.dm3", tmp_path],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert "unavailable: the container could not be written" in done.stdout, done.stderr
    assert done.stdout.rstrip().endswith("[]")


def test_a_file_that_changes_while_it_is_read_gives_no_container(tmp_path):
    path = tmp_path / "growing.npy"
    np.save(path, np.arange(40_000_000, dtype=np.uint32).reshape(160, 500, 500))

    def write() -> None:
        time.sleep(0.2)
        while not done.wait(0.01):
            os.utime(path)

    done = threading.Event()
    writer = threading.Thread(target=write)
    writer.start()
    result = convert(path, tmp_path / "out")
    done.set()
    writer.join()
    assert [finding.rule for finding in result.findings] == ["changed-while-read"]
    assert result.written == []
    assert list((tmp_path / "out").iterdir()) == []


def test_an_array_that_lies_in_any_other_file_is_not_fetched(tmp_path):
    (tmp_path / "secret").write_bytes(b"root:x:0:0" * 30)
    path = tmp_path / "curious.hspy"
    with h5py.File(path, "w") as file:
        group = file.create_group("Experiments/a")
        outside = [(str(tmp_path / "secret"), 0, 256)]
        group.create_dataset("data", (16, 16), "u1", external=outside)
    result = convert(path, tmp_path / "out")
    assert result.written == []
    assert "lies in another file" in result.findings[0].message


@pytest.mark.parametrize("scale", [float("nan"), 0.0, "wide"])
def test_a_broken_calibration_is_told_and_invents_no_unit(tmp_path, scale):
    path = tmp_path / "scan.hspy"
    with h5py.File(path, "w") as file:
        file.attrs.update({"file_format": "HyperSpy", "file_format_version": "3.3"})
        signal = file.create_group("Experiments/scan")
        signal["data"] = np.ones((4, 5))
        for number, (name, size) in enumerate([("y", 4), ("x", 5)]):
            axis = signal.create_group(f"axis-{number}")
            axis.attrs.update({"name": name, "size": size, "units": "nm", "navigate": False})
            axis.attrs.update({"scale": scale if name == "x" else 0.5, "offset": 0.0})
        signal.create_group("metadata"), signal.create_group("original_metadata")
    result = convert(path, tmp_path / "out")
    (finding,) = [one for one in result.doubts if one.rule == "broken-calibration"]
    assert (finding.file, finding.severity) == ("d/scan.hspy", Severity.RECOMMENDED)
    assert f"axis x has a scale of {scale} (nm)" in finding.message
    rows, columns = result.written[0].measurement.axes
    assert (rows.unit, rows.scale) == ("nm", 0.5)
    assert (columns.unit, columns.scale, columns.offset) == ("", 1.0, 0.0)
