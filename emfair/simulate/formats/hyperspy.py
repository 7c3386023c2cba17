"""HyperSpy's own files, ``.hspy`` (HDF5) and ``.zspy`` (zarr): what scripts at a microscope save.

RosettaSciIO writes the trees of metadata; the array grows beside them, a piece at a time. Units are
those of HyperSpy's metadata convention.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator
from math import degrees
from typing import Any

import h5py
import numpy as np

from emfair.simulate.acquisition import Acquisition
from emfair.simulate.output import Output

_PLACES: dict[str, tuple[str, Callable[[float], float]]] = {
    "acceleration_voltage": ("beam_energy", lambda volt: volt / 1e3),
    "beam_current": ("beam_current", lambda ampere: ampere * 1e9),
    "convergence_angle": ("convergence_angle", lambda rad: rad * 1e3),
    "camera_length": ("camera_length", lambda metre: metre * 1e3),
    "magnification": ("magnification", float),
    "tilt_alpha": ("Stage/tilt_alpha", degrees),
    "stage_x": ("Stage/x", lambda metre: metre * 1e3),
    "stage_y": ("Stage/y", lambda metre: metre * 1e3),
    "stage_z": ("Stage/z", lambda metre: metre * 1e3),
    "acquisition_time": ("Detector/EDS/live_time", float),
}
TOLD = frozenset(_PLACES) | {"thickness"}


def write_hspy(acquisition: Acquisition, output: Output) -> Generator[float]:
    """Write a signal as HDF5."""
    from rsciio.hspy import file_writer

    path = output.new(f"{acquisition.name}.hspy")
    file_writer(str(path), _signal(acquisition), show_progressbar=False)
    with h5py.File(path, "r+") as file:
        group = _emptied(file, acquisition)
        packed = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
        data = group.create_dataset(
            "data", acquisition.shape, acquisition.dtype, chunks=_chunks(acquisition),
            **({} if len(acquisition.shape) > 3 else packed),  # patterns come too fast for gzip
        )  # fmt: skip
        for part in _filled(data, acquisition):
            file.flush()
            yield part


def write_zspy(acquisition: Acquisition, output: Output) -> Generator[float]:
    """Write a signal as a folder of zarr's chunks."""
    import zarr  # type: ignore[import-untyped]
    from rsciio.zspy import file_writer

    path = output.new(f"{acquisition.name}.zspy")
    with warnings.catch_warnings():  # zarr's, of the kind of store that RosettaSciIO 0.15 takes
        warnings.simplefilter("ignore", FutureWarning)
        file_writer(str(path), _signal(acquisition), show_progressbar=False, consolidate=False)
    root = zarr.open_group(str(path), mode="r+")
    data = _emptied(root, acquisition).create_dataset(
        "data", shape=acquisition.shape, dtype=acquisition.dtype, chunks=_chunks(acquisition),
        dimension_separator="/",
    )  # fmt: skip
    yield from _filled(data, acquisition)
    zarr.consolidate_metadata(root.store)


def _emptied(root: Any, acquisition: Acquisition) -> Any:
    """Return the signal's group without the placeholder that RosettaSciIO has written."""
    group = root[f"Experiments/{acquisition.name}"]
    del group["data"]
    return group


def _filled(data: Any, acquisition: Acquisition) -> Generator[float]:
    done = 0
    for piece in acquisition.pieces():
        data[done : done + len(piece)] = piece
        done += len(piece)
        yield done / acquisition.shape[0]


def _chunks(acquisition: Acquisition) -> tuple[int, ...]:
    """Return a spectrum's or a pattern's neighbours along a line: some 4 MB, as HyperSpy likes."""
    shape = acquisition.shape
    if len(shape) < 3:
        return shape
    signal = shape[2:]
    several = max(1, 4_000_000 // (int(np.prod(signal)) * acquisition.dtype.itemsize))
    return (1, min(several, shape[1]), *signal)


def _signal(acquisition: Acquisition) -> dict[str, Any]:
    """Return RosettaSciIO's dictionary, with one number for the array."""
    return {
        "data": np.zeros((1,) * len(acquisition.shape), acquisition.dtype),
        "axes": [
            {
                "_type": "UniformDataAxis",
                "name": axis.name,
                "units": axis.unit,
                "navigate": axis.navigate,
                "is_binned": False,
                "size": axis.size,
                "scale": axis.scale,
                "offset": axis.offset,
            }
            for axis in acquisition.axes
        ],
        "metadata": _metadata(acquisition),
        "original_metadata": {},
        "package_info": {"package": "emfair simulate", "package_version": "1"},
        "learning_results": {},
        "attributes": {"_lazy": False, "ragged": False},
        "models": {},
        "tmp_parameters": {},
    }


def _metadata(acquisition: Acquisition) -> dict[str, Any]:
    column: dict[str, Any] = {"acquisition_mode": acquisition.technique.split()[0][-4:]}
    for key, (place, turned) in _PLACES.items():
        if key in acquisition.values:
            branch = column
            *above, name = place.split("/")
            for step in above:
                branch = branch.setdefault(step, {})
            branch[name] = turned(acquisition.number(key))
    sample: dict[str, Any] = {"elements": sorted(acquisition.elements)}
    if "thickness" in acquisition.values:
        sample["thickness"] = acquisition.number("thickness") * 1e9
    if "collection_angle" in acquisition.physics:
        detector = column.setdefault("Detector", {}).setdefault("EELS", {})
        detector["collection_angle"] = acquisition.physics["collection_angle"] * 1e3
    kind = "SEM" if acquisition.technique.startswith("SEM") else "TEM"
    return {
        "General": {
            "title": acquisition.name,
            "date": acquisition.start.date().isoformat(),
            "time": acquisition.start.time().isoformat(),
            "time_zone": acquisition.start.isoformat()[-6:],
        },
        "Signal": {"signal_type": acquisition.signal_type},
        "Acquisition_instrument": {kind: column},
        "Sample": sample,
        "_HyperSpy": {},
    }
