"""A kept tree gives the findings of a fresh one."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from emfair.model.annotations import Annotations
from emfair.nxem.container import Source, write_container
from emfair.validation import trees
from emfair.validation.validate import validate_container
from emfair.vendor.read import read_signals


@pytest.fixture(scope="module")
def containers(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return containers of several formats, none annotated, and two that are broken."""
    folder = tmp_path_factory.mktemp("containers")
    files = [
        "dm3_2D_data/test_STEM_image.dm3", "dm3_1D_data/test-EELS_spectrum.dm3",
        "FEI_new/128x128-TEM_search.emi", "bruker_data/test_TEM.bcf", "msa_files/example1.msa",
    ]  # fmt: skip
    made = [
        write_container(
            signal, Source(name, "0" * 64), Annotations(), folder, experiment="e", software={}
        ).path
        for name in files
        for signal in read_signals(corpus / name)
    ]
    for number, spoil in enumerate((_reversed_axes, _wrong_types)):
        path = folder / f"broken-{number}.nxs"
        path.write_bytes(made[0].read_bytes())
        with h5py.File(path, "r+") as file:
            spoil(file["entry"])
        made.append(path)
    return made


def _reversed_axes(entry: h5py.Group) -> None:
    data = entry["measurement/event1/image1/image_2d"]
    data.attrs["axes"] = ["axis_i", "axis_j", "axis_q"]


def _wrong_types(entry: h5py.Group) -> None:
    entry["start_time"] = "yesterday"
    entry["sample1/is_simulation"] = np.int64(3)
    entry["measurement/event1/instrument/stage1/tilt1"].attrs["units"] = "V"


def test_a_kept_tree_gives_the_findings_of_a_fresh_one_in_any_order(
    containers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "LIFE", 1)
    fresh = {path: validate_container(path) for path in containers}
    monkeypatch.setattr(trees, "LIFE", 1000)
    forwards = {path: validate_container(path) for path in containers}
    backwards = {path: validate_container(path) for path in reversed(containers)}
    assert any(fresh.values())
    assert forwards == fresh
    assert backwards == fresh


def test_a_tree_is_thrown_away_after_its_life() -> None:
    built = []
    kept = trees.Trees()
    for _ in range(2 * trees.LIFE + 1):
        kept.tree("NXem", lambda name: built.append(name) or name)
    assert built == ["NXem"] * 3
