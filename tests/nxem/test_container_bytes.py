"""A container is whole or not there, and the same bytes whenever and wherever it is written."""

import subprocess
import sys

import dask.array as da
import numpy as np
import pytest

from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_file
from emfair.nxem.container import write_container
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier, Source

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
BARE = Dossier(Source("f", "0" * 64), Annotations(), "e", {})


@pytest.mark.parametrize(
    "file",
    [("corpus", "dm4_3D_data/EELS_SI.dm4"), ("velox", "fei_emd_image.emd"),
     ("sem_tiffs", "test_tiff_Zeiss_SEM_512pix.tif"),
     ("corpus", "FEI_old/16x16_STEM_BF_DF_acquire.emi")],
)  # fmt: skip
def test_written_twice_it_is_byte_for_byte_the_same(places, converted, complete, tmp_path, file):
    place, file_name = file
    path = places[place] / file_name
    software = {"rosettasciio": "0.15", "emfair": "0.1"}
    dossier = Dossier(Source(file_name, sha256_file(path)), complete, "e-1", software)
    again = convert_file(path, dossier, tmp_path)
    first = converted(place, file_name)
    assert [w.measurement for w in again.written] == [w.measurement for w in first.written]
    for one, other in zip(first.written, again.written, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()
        assert one.preview == other.preview


def test_written_in_another_process_and_time_zone_it_is_the_same(places, tmp_path):
    script = """
import sys
from pathlib import Path
from emfair.model.annotations import Annotations
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier, Source
from emfair.model.canonical import canonical_json
for name in sys.argv[2:]:
    dossier = Dossier(Source("f", "0" * 64), Annotations(), "e", {})
    result = convert_file(Path(name), dossier, Path(sys.argv[1]))
    for one in result.written:
        print(canonical_json(one.measurement).decode())
"""
    names = [
        str(places["corpus"] / "phenom_data" / "Elid2Version0.elid"),
        str(places["corpus"] / "blockfile_data" / "test1.blo"),
        str(places["velox"] / "1532 Camera Ceta.emd"),
    ]
    told = []
    for zone, seed in (("UTC", "1"), ("Asia/Tokyo", "2")):
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path), *names], check=True, text=True,
            capture_output=True, env={"TZ": zone, "PYTHONHASHSEED": seed, "PATH": "/usr/bin",
                                      "PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path)},
        )  # fmt: skip
        told.append(done.stdout)
    assert told[0]
    assert told[0] == told[1]


def torn(*_, **__):
    raise OSError("the file ends here")


def test_a_reader_that_crashes_half_way_leaves_nothing_behind(made, tmp_path):
    good = da.zeros((64, 1024, 1024), chunks=(32, -1, -1), dtype=np.uint8)
    bad = da.concatenate([good, good.map_blocks(torn, dtype=np.uint8, meta=np.empty((0, 0, 0)))])
    with pytest.raises(OSError, match="ends here"):
        write_container(made(bad), BARE, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_container_that_is_there_stays_whole_when_its_successor_fails(made, tmp_path):
    data = np.ones((4, 4))
    whole = write_container(made(data), BARE, tmp_path)
    before = whole.path.read_bytes()
    bad = da.from_array(data).map_blocks(torn, dtype=float, meta=np.empty((0, 0)))
    with pytest.raises(OSError, match="ends here"):
        write_container(made(bad), BARE, tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]
