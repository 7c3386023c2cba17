"""EMD of NCEM, version 0.2: one group of data with its dimensions, fast axis first.

https://emdatasets.com/format: ``dim1`` belongs to the array's first index. The file grows by a
picture at a time.
"""

from __future__ import annotations

from collections.abc import Generator

import h5py
import numpy as np

from emfair.simulate.acquisition import Acquisition
from emfair.simulate.output import Output

TOLD = frozenset({"acceleration_voltage"})


def write(acquisition: Acquisition, output: Output) -> Generator[float]:
    """Write a picture or a series."""
    with h5py.File(output.new(f"{acquisition.name}.emd"), "w") as file:
        file.attrs["version_major"], file.attrs["version_minor"] = 0, 2
        kilovolts = acquisition.number("acceleration_voltage") / 1e3
        file.create_group("microscope").attrs["voltage"] = f"{kilovolts:g} kV"
        file.create_group("user").attrs["name"] = acquisition.operator
        file.create_group("comments").attrs["acquired"] = acquisition.start.isoformat()
        group = file.create_group(f"data/{acquisition.name}")
        group.attrs["emd_group_type"] = 1
        for number, axis in enumerate(reversed(acquisition.axes), 1):
            points = axis.offset + axis.scale * np.arange(axis.size)
            dimension = group.create_dataset(f"dim{number}", data=points)
            dimension.attrs["name"] = axis.name
            dimension.attrs["units"] = f"[{'_'.join(axis.unit)}]"
        shape = acquisition.shape[::-1]
        chunks = (*shape[:2], 1) if len(shape) > 2 else None
        data = group.create_dataset("data", shape, acquisition.dtype, chunks=chunks)
        done = 0
        for piece in acquisition.pieces():
            data[..., done : done + len(piece)] = piece.T
            done += len(piece)
            file.flush()
            yield done / acquisition.shape[0]
