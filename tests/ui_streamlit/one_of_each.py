"""An experiment with one measurement of each kind that has a quick look of its own."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rsciio.hspy import file_writer

from emfair.client.engine import DepositRequest
from emfair.service import browse
from emfair.service.chain.convert import convert, store
from emfair.service.chain.judge import judge
from emfair.service.chain.receive import receive
from emfair.service.services import Services
from tests.service.lab import deposit

KINDS = {
    "curve": ((200,), ("eV",), 1),
    "picture": ((40, 50), ("nm", "nm"), 2),
    "stack": ((5, 40, 50), ("deg", "nm", "nm"), 2),
    "lines": ((30, 200), ("nm", "eV"), 1),
    "spectra": ((6, 7, 200), ("nm", "nm", "eV"), 1),
    "scan": ((6, 7, 32, 30), ("nm", "nm", "1/nm", "1/nm"), 2),
}
"""For each kind of look the array's shape, its axes' units, and how many axes a picture has."""


def fill_one_of_each(services: Services, folder: Path) -> tuple[str, dict[str, str]]:
    """Deposit and convert them; return the experiment, and each kind's measurement."""
    for name, about in KINDS.items():
        _write(folder / f"{name}.hspy", *about)
    request = DepositRequest([folder], "P", "Q", "S", title="One of each")
    experiment = deposit(services, request).place.experiment
    receive(services, experiment, run="test")
    with TemporaryDirectory(dir=services.scratch) as scratch:
        store(services, convert(services, experiment, Path(scratch), run="test"))
    judge(services, experiment, run="test")
    page = browse.experiment(services, services.registry.experiments.get(experiment))
    return experiment, {one.title: one.measurement for one in page.measurements}


def _write(path: Path, shape: tuple[int, ...], units: tuple[str, ...], rank: int) -> None:
    random = np.random.default_rng(len(shape))
    if "eV" in units:  # losses on a power law
        losses = 0.5 * np.maximum(np.arange(shape[-1]), 16)
        data = random.poisson(3e6 * losses**-2.0, shape).astype("u2")
    else:
        data = random.integers(0, 900, shape).astype("u2")
    axes = [
        {"name": f"axis{n}", "size": size, "scale": 0.5, "offset": 0.0, "units": unit,
         "navigate": n < len(shape) - rank, "index_in_array": n, "is_binned": False,
         "_type": "UniformDataAxis"}
        for n, (size, unit) in enumerate(zip(shape, units, strict=True))
    ]  # fmt: skip
    signal = {
        "data": data, "axes": axes, "original_metadata": {}, "tmp_parameters": {},
        "metadata": {"General": {"title": path.stem}, "Signal": {"signal_type": ""}},
        "package_info": {}, "learning_results": {}, "models": {},
        "attributes": {"_lazy": False, "ragged": False},
    }  # fmt: skip
    file_writer(str(path), signal)
