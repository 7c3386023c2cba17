"""Small real containers: the smallest valid tree, and hands to spoil it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from emfair.model.annotations import Annotations
from emfair.model.documents import ContainerReport, Validation
from emfair.model.findings import Finding, in_order, verdict_of
from emfair.model.manifest import Place
from emfair.nxem.container import write_container
from emfair.nxem.dossier import Dossier, Source
from emfair.vendor.read import read_signals


def group(parent: h5py.Group, name: str, nx_class: str) -> h5py.Group:
    made = parent.require_group(name)
    made.attrs["NX_class"] = nx_class
    return made


def replace(parent: h5py.Group, name: str, value: object) -> None:
    if name in parent:
        del parent[name]
    parent[name] = value


def smallest(container: h5py.File) -> h5py.Group:
    """Write the smallest tree that NXem takes (FIELD §1)."""
    entry = group(container, "entry", "NXentry")
    entry["definition"] = "NXem"
    entry["start_time"] = "2026-01-22T12:14:12+01:00"
    sample = group(entry, "sample1", "NXsample")
    sample["is_simulation"] = np.bool_(False)
    sample["preparation_date"] = "2026-01-20T00:00:00+01:00"
    sample["atom_types"] = "Si,O"
    return entry


def instrument(entry: h5py.Group) -> h5py.Group:
    measurement = group(entry, "measurement", "NXem_measurement")
    made = group(measurement, "instrument", "NXem_instrument")
    fabrication = group(made, "fabrication", "NXfabrication")
    fabrication["vendor"], fabrication["model"] = "Thermo Fisher Scientific", "Titan 80-300"
    group(made, "ebeam_column", "NXebeam_column")
    return made


def image(entry: h5py.Group, shape: tuple[int, int] = (4, 4), name: str = "image_2d") -> h5py.Group:
    """Write an image as NXem wants it, in the acquisition's first event."""
    instrument(entry)
    event = group(entry["measurement"], "event1", "NXem_event_data")
    parent = group(event, "image1", "NXimage")
    data = group(parent, name, "NXdata")
    data.attrs.update(
        {"signal": "real", "axes": ["axis_j", "axis_i"], "axis_j_indices": np.uint8(0)}
    )
    data.attrs["axis_i_indices"] = np.uint8(1)
    data["real"] = np.zeros(shape, "uint16")
    for axis, size in zip(("axis_j", "axis_i"), shape, strict=True):
        data[axis] = np.arange(size, dtype="float64")
        data[axis].attrs.update({"units": "nm", "long_name": f"{axis} (nm)"})
    data["real"].attrs["long_name"] = "counts"
    return data


def document(parts: dict[tuple[str, str], list[Finding]], *rest: Finding) -> Validation:
    """Return a validation of containers named ``(measurement, file)``, and of unread files."""
    everything = [finding for findings in parts.values() for finding in findings] + list(rest)
    return Validation(
        place=Place(project="quartz", proposal="p-1", sample="lamella-3", experiment="e-1"),
        nxdl_version="v2026.01 (gaf199a51)",
        validator="pynxtools 0.16.0",
        verdict=verdict_of(everything),
        containers=tuple(
            ContainerReport(
                measurement=measurement,
                file=file,
                container_sha256="0" * 64,
                verdict=verdict_of(findings),
                findings=tuple(findings),
            )
            for (measurement, file), findings in parts.items()
        ),
        findings=tuple(in_order(everything)),
    )


TREES = SimpleNamespace(
    group=group,
    replace=replace,
    smallest=smallest,
    instrument=instrument,
    image=image,
    document=document,
)


@pytest.fixture
def trees() -> SimpleNamespace:
    """Hand out the functions above: importlib mode lets tests import no neighbours."""
    return TREES


@pytest.fixture(scope="session")
def real(corpus: Path, velox: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return containers of real files of several formats, sound but not annotated."""
    folder = tmp_path_factory.mktemp("containers")
    files = [corpus / name for name in (
        "dm3_2D_data/test_STEM_image.dm3", "dm3_1D_data/test-EELS_spectrum.dm3",
        "dm4_2D_data/test-1.dm4", "FEI_new/128x128-TEM_search.emi",
        "bruker_data/test_TEM.bcf", "msa_files/example1.msa",
    )]  # fmt: skip
    return [
        write_container(
            signal, Dossier(Source(path.name, "0" * 64), Annotations(), "e", {}), folder
        ).path
        for path in [*files, velox / "fei_emd_image.emd"]
        for signal in read_signals(path)
    ]


@pytest.fixture
def container(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the smallest tree, spoilt by what it is given."""

    def write(
        spoil: Callable[[h5py.Group, SimpleNamespace], object] | None = None, name: str = "m.nxs"
    ) -> Path:
        path = tmp_path / name
        with h5py.File(path, "w") as file:
            entry = smallest(file)
            if spoil:
                spoil(entry, TREES)
        return path

    return write
