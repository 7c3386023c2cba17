"""EMSA/MAS spectra, ISO 22029 (``.msa``): one spectrum as a text; RosettaSciIO writes it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np

from emfair.simulate.acquisition import Acquisition
from emfair.simulate.formats.months import MONTHS
from emfair.simulate.output import Output

_PLACES: dict[str, tuple[str, Callable[[float], float]]] = {
    "acceleration_voltage": ("BEAMKV   -kV", lambda volt: volt / 1e3),
    "beam_current": ("PROBECUR -nA", lambda ampere: ampere * 1e9),
    "convergence_angle": ("CONVANGLE-mR", lambda rad: rad * 1e3),
    "thickness": ("THICKNESS-nm", lambda metre: metre * 1e9),
    "acquisition_time": ("LIVETIME -s", float),
    "stage_x": ("XPOSITION-mm", lambda metre: metre * 1e3),
    "stage_y": ("YPOSITION-mm", lambda metre: metre * 1e3),
    "stage_z": ("ZPOSITION-mm", lambda metre: metre * 1e3),
}
TOLD = frozenset(_PLACES)
_TYPES = {"EELS": "ELS"}


def write(acquisition: Acquisition, output: Output) -> Generator[float]:
    """Write a spectrum."""
    from rsciio.msa import file_writer

    (energy,) = acquisition.axes
    kind = _TYPES.get(acquisition.signal_type, "EDS")
    started = acquisition.start
    keywords: dict[str, Any] = {
        "FORMAT": "EMSA/MAS Spectral Data File",
        "VERSION": "1.0",
        "TITLE": acquisition.name,
        "DATE": f"{started:%d}-{MONTHS[started.month - 1].upper()}-{started:%Y}",
        "TIME": started.strftime("%H:%M"),
        "OWNER": acquisition.operator,
        "SIGNALTYPE": kind,
        "COMMENT": "emfair simulate: a synthetic spectrum",
    }
    if acquisition.technique.startswith("STEM"):
        keywords["OPERMODE"] = "SCIMG"
    for key, (keyword, turned) in _PLACES.items():
        if key in acquisition.values:
            keywords[keyword] = f"{turned(acquisition.number(key)):.6g}"
    signal = {
        "data": np.concatenate(list(acquisition.pieces())),
        "axes": [{"name": energy.name, "units": energy.unit, "size": energy.size,
                  "scale": energy.scale, "offset": energy.offset}],
        # Not EDS_SEM: for it RosettaSciIO 0.15 changes its own table of keywords, for good.
        "metadata": {"General": {"title": acquisition.name}, "Signal": {"signal_type": kind}},
        "original_metadata": keywords,
    }  # fmt: skip
    file_writer(str(output.new(f"{acquisition.name}.msa")), signal, format="Y")
    yield 1.0
