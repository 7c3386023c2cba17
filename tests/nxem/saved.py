"""Files that HyperSpy saves, made as it makes them."""

from importlib import import_module
from pathlib import Path

import numpy as np


def saved(path: Path, zone: str) -> str:
    """Save a picture with the name of a zone beside its time; return its path."""
    module = import_module("rsciio.hspy" if path.suffix == ".hspy" else "rsciio.zspy")
    axes = [
        {"_type": "UniformDataAxis", "name": name, "units": "nm", "scale": 1.0, "offset": 0.0,
         "size": 4, "navigate": False, "is_binned": False}
        for name in "yx"
    ]  # fmt: skip
    general = {"title": "made", "date": "2025-07-03", "time": "13:17:19", "time_zone": zone}
    module.file_writer(
        str(path),
        {
            "data": np.ones((4, 4)), "axes": axes, "original_metadata": {}, "learning_results": {},
            "metadata": {"General": general, "Signal": {"signal_type": ""}},
            "package_info": {"package": "hyperspy", "package_version": "2.3"},
            "attributes": {"_lazy": False}, "models": {}, "tmp_parameters": {},
        },
    )  # fmt: skip
    return str(path)
