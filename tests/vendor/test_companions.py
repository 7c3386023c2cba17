"""A file that another belongs to is refused by that one's name, wherever the name stands."""

import re
import shutil
from pathlib import Path

import h5py
import pytest

from emfair.errors import MissingCompanion
from emfair.vendor.read import read_signals


def missing_beside(path):
    """Return the name of the file that a refused one is said to need."""
    with pytest.raises(MissingCompanion) as told:
        read_signals(path)
    assert told.value.subject == path.name
    (name,) = re.findall(r"cannot be read without (.*), which is not beside it", told.value.message)
    assert name in told.value.remedy
    return name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("FEI_new/128x128-TEM_search.emi", "128x128-TEM_search_1.ser"),
        ("tvips_files/test_tvips_2345_split_001.tvips", "test_tvips_2345_split_000.tvips"),
        ("impulse_data/StubExperiment_Heat raw.csv", "StubExperiment_Metadata.log"),
        ("ripple_files/test_ripple_sdim-2_ndim-1_uint8_meta.rpl",
         "test_ripple_sdim-2_ndim-1_uint8_meta.raw"),
        ("empad_data/stack_images.xml", "series_x10.raw"),
        ("empad_data/map128x128_version1.2.0.xml", "scan_x128_y128.raw"),
    ],
)  # fmt: skip
def test_a_real_file_alone(corpus, tmp_path, file, name):
    assert missing_beside(shutil.copy(corpus / file, tmp_path / Path(file).name)) == name


def test_a_merlin_header_alone(tmp_path):
    path = tmp_path / "001.hdr"
    path.write_text("HDR,\t\n")
    assert missing_beside(path) == "001.mib"


def test_a_master_file_whose_frames_are_elsewhere(tmp_path):
    path = tmp_path / "scan_master.h5"
    with h5py.File(path, "w") as file:
        frames = h5py.ExternalLink("scan_data_000001.h5", "entry/data/data")
        file.create_group("entry/data")["data_000001"] = frames
    assert missing_beside(path) == "scan_data_000001.h5"


def test_a_wrong_name_asks_for_nothing(corpus, tmp_path):
    path = shutil.copy(corpus / "dm3_2D_data" / "test_STEM_image.dm3", tmp_path / "a.emi")
    assert read_signals(path)[0].reader == "DigitalMicrograph"
