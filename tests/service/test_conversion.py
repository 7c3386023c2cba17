"""Files of a folder become containers in another, without a lake."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from emfair.model.annotations import Annotations
from emfair.service.conversion import convert_files
from emfair.service.inspection import inspect_files
from tests.zspy import write_store

NO_NOTES = Annotations()


def outcomes(paths, folder):
    """Return what became of the files, in their order."""
    done = [outcome for _, _, outcome in convert_files(paths, folder, NO_NOTES)]
    return sorted(done, key=lambda outcome: outcome.place)


def test_what_belongs_to_a_broken_first_file_is_read_one_by_one(corpus, tmp_path):
    (tmp_path / "128x128-TEM_search.emi").write_bytes(b"overwritten by something else")
    shutil.copy(corpus / "FEI_new" / "128x128-TEM_search_1.ser", tmp_path)
    (outcome,) = outcomes(sorted(tmp_path.glob("128*")), tmp_path / "out")
    assert [one.file for _, one in outcome.containers] == ["128x128-TEM_search_1.ser"]
    assert {finding.file for finding in outcome.findings} == {"128x128-TEM_search.emi"}


def test_a_header_beside_broken_frames_is_not_told_to_be_alone(tmp_path):
    (tmp_path / "scan.mib").write_bytes(b"MQ1,000001,00384,01,0256")
    (tmp_path / "scan.hdr").write_text("HDR,\t\n")
    (outcome,) = outcomes(sorted(tmp_path.glob("scan.*")), tmp_path / "out")
    assert [finding.file for finding in outcome.findings] == ["scan.mib"]


def test_a_file_that_is_set_aside_is_told_and_not_read(corpus, tmp_path):
    shutil.copy(corpus / "dm3_2D_data" / "test-1.dm3", tmp_path / "good.dm3")
    (tmp_path / "bad.dm3").write_bytes(b"no microscope wrote this")
    notes = Annotations.model_validate({"files": {"bad.dm3": {"set_aside": "cut off"}}})
    done = list(convert_files(sorted(tmp_path.glob("*.dm3")), tmp_path / "out", notes))
    assert [(number, total, one.place) for number, total, one in done] == [(1, 2, 0), (2, 2, 1)]
    bad, good = (one for _, _, one in done)
    assert ([finding.rule for finding in bad.findings], bad.failed) == (["set-aside"], False)
    assert [one.file for _, one in good.containers] == ["good.dm3"]


# zarr 2 says of its own store that zarr 3 will not have it.
@pytest.mark.filterwarnings("ignore:The NestedDirectoryStore is deprecated:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning")
def test_a_store_with_a_link_out_of_it_is_not_read(tmp_path):
    write_store(tmp_path / "made.zspy", np.arange(48.0).reshape(6, 8))
    (tmp_path / "secret").write_text("{}")
    attrs = tmp_path / "made.zspy" / "Experiments" / "made" / "original_metadata" / ".zattrs"
    attrs.unlink(missing_ok=True)
    attrs.symlink_to(tmp_path / "secret")
    (outcome,) = outcomes([tmp_path / "made.zspy"], tmp_path / "out")
    assert "a link to a file outside of it" in outcome.findings[0].message
    assert outcome.containers == ()
    ((_, _, inspected),) = inspect_files([tmp_path / "made.zspy"], NO_NOTES)
    assert "a link to a file outside of it" in inspected.problem


SMALL_DISK = """
import resource, signal, sys
from pathlib import Path
from emfair.errors import Unavailable
from emfair.model.annotations import Annotations
from emfair.service.conversion import convert_files
if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    try:
        list(convert_files([Path(sys.argv[1])], Path(sys.argv[2]), Annotations()))
    except Unavailable as error:
        print(error)
"""


def test_a_full_disk_is_told_by_the_folder_that_was_given(corpus, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-c", SMALL_DISK, corpus / "dm3_2D_data" / "multi_signal.dm3", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.startswith(f"{out}: the container could not be written"), done.stderr
    assert "call it again" in done.stdout
    assert "tried again" not in done.stdout
    assert list(out.iterdir()) == []
