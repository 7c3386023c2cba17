"""A container is whole or not there, and the same bytes whenever and wherever it is written."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import dask.array as da
import numpy as np
import pytest

from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_file
from emfair.nxem.container import write_container
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier, Source
from tests.nxem.saved import saved

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


SCRIPT = """
import os, sys
from pathlib import Path
from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json, sha256_bytes
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier, Source
cores, folder, *names = sys.argv[1:]
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
for name in names:
    dossier = Dossier(Source(Path(name).name, "0" * 64), Annotations(), "e", {})
    result = convert_file(Path(name), dossier, Path(folder))
    assert result.written, result.findings
    for one in result.written:
        print(name, canonical_json(one.measurement).decode("ascii", "backslashreplace"))
        print(sha256_bytes(one.preview))
"""
"""Prints all that is known of each container, its SHA-256 among it, and its preview's."""

ONE_OF_EACH = (
    "blockfile_data/test1.blo",
    "bruker_data/bruker_nano.spx",
    "bruker_data/P45_the_default_job.bcf",
    "dens_data/file1.dens",
    "dm3_2D_data/multi_signal.dm3",
    "dm4_3D_data/EELS_SI.dm4",
    "emd_files/example_signal.emd",
    "emd_files/Si100_3D.emd",
    "FEI_new/16x16-line_profile_horizontal_5x128x128_EDS.emi",
    "FEI_old/X - Au NP EELS_2.ser",
    "hdf5_files/example2_v2.2.hspy",
    "impulse_data/StubExperiment_Heat raw.csv",
    "JEOL_files/met03.EDS",
    "msa_files/example1.msa",
    "nexus_files/simple_signal.nxs",
    "phenom_data/Elid2Version0.elid",
    "protochips_data/protochips_electrothermal.csv",
    "ripple_files/test_ripple_sdim-2_ndim-1_float32_meta.rpl",
    "sur_data/test_spectral_map.sur",
    "tiff_files/test_loading_image_saved_with_imageJ_stack.tif",
    "tvips_files/test_tvips_2345_000.tvips",
    "unf_files/example_image_complex.unf",
)


@pytest.fixture
def told(tmp_path):
    """Return a function that converts files in a process of its own, and what that tells."""

    def told(names: list[str], cores: int, **env: str) -> str:
        folder = tmp_path / env["TZ"].replace("/", "-")
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", SCRIPT, str(cores), str(folder), *names],
            check=True,
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            env={"PATH": "/usr/bin", "PYTHONPATH": ":".join(sys.path), "HOME": str(folder)} | env,
        )
        return done.stdout

    return told


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores are given on Linux only")
def test_the_process_its_clock_locale_hashes_and_cores_leave_no_trace(places, told):
    names = [str(places["corpus"] / name) for name in ONE_OF_EACH]
    names += [str(places["velox"] / "fei_SI_SuperX-HAADF_10frames_10x50.emd")]
    names += [str(places["sem_tiffs"] / "test_tiff_Zeiss_SEM_512pix.tif")]
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(told, names, 64, TZ="UTC", PYTHONHASHSEED="1", LC_ALL="C.UTF-8")
        other = pool.submit(told, names, 1, TZ="Asia/Tokyo", PYTHONHASHSEED="2", LC_ALL="C",
                            PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")  # fmt: skip
    here, there = one.result(), other.result()
    assert len(here.splitlines()) >= 2 * len(names)
    assert here.splitlines() == there.splitlines()


@pytest.mark.filterwarnings("ignore:The NestedDirectoryStore is deprecated:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning")
@pytest.mark.parametrize("ending", ["hspy", "zspy"])
def test_a_zone_that_a_file_stores_is_the_same_on_every_machine(tmp_path, told, ending):
    zones = ("UTC", "Europe/Rome", "CEST", "W. Europe Standard Time")
    names = [saved(tmp_path / f"{number}.{ending}", zone) for number, zone in enumerate(zones)]
    here, there = (told(names, 64, TZ=zone) for zone in ("America/New_York", "Europe/Paris"))
    assert here == there
    lines = [line for line in here.splitlines() if line.startswith(str(tmp_path))]
    assert len(lines) == len(zones)
    for line in lines:
        facts = json.loads(line.split(" ", 1)[1])["facts"]
        (start,) = (fact for fact in facts if fact["key"] == "start_time")
        assert (start["value_text"], start["raw"]) == ("2025-07-03T13:17:19", "2025-07-03 13:17:19")


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
