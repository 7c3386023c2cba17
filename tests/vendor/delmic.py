"""A file as Odemis writes it for Delmic's SPARC, with as little in it as its reader wants."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

PIXEL = 2e-7  # m
TIME = 1_700_000_000.0  # s since 1970


def write_delmic(path: Path, **pictures: np.ndarray) -> None:
    """Write pictures (y, x), or maps (wavelength, y, x), each under its channel's title.

    Blanks in a title stand as ``_`` in its name.
    """
    with h5py.File(path, "w") as file:
        for number, (name, array) in enumerate(pictures.items()):
            _write(file.create_group(f"Acquisition{number}"), name.replace("_", " "), array)


def _write(group: h5py.Group, title: str, array: np.ndarray) -> None:
    image = group.create_group("ImageData")
    cube = array.reshape(-1, 1, 1, *array.shape[-2:])
    image["Image"] = cube
    for place, label in enumerate("CTZYX"):
        image["Image"].dims[place].label = label
    if len(cube) > 1:
        image["DimensionScaleC"] = np.linspace(400e-9, 700e-9, len(cube))
    for axis in "XY":
        image[f"DimensionScale{axis}"] = PIXEL
        image[f"{axis}Offset"] = 0.0
    image["TOffset"] = TIME
    about = group.create_group("PhysicalData")
    about["Title"] = title
    about["ChannelDescription"] = [title]
    for one in about.values():
        one.attrs["State"] = np.array([115])
    maker = group.create_group("SVIData")
    maker["Company"], maker["WriterVersion"] = "Delmic", "0.2"
