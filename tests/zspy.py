"""What HyperSpy saves as ``.zspy``: a folder of many files, hidden ones among them."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray


def write_store(folder: Path, data: NDArray[Any]) -> None:
    """Write a picture with pixels of 0.5 nm, from 1 nm on, titled ``made``."""
    from rsciio.zspy import file_writer

    axes = [
        {"_type": "UniformDataAxis", "name": name, "units": "nm", "scale": 0.5, "offset": 1.0,
         "size": size, "navigate": False, "is_binned": False}
        for name, size in zip("yx", data.shape, strict=True)
    ]  # fmt: skip
    signal = {
        "data": data,
        "axes": axes,
        "metadata": {"General": {"title": "made"}},
        "original_metadata": {},
        "package_info": {"package": "emfair", "package_version": "0"},
        "learning_results": {},
        "attributes": {"_lazy": False},
        "models": {},
    }
    file_writer(str(folder), signal)
