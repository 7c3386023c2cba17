"""Containers of real vendor files, complete annotations, and signals made by hand."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_file
from emfair.nxem.annotations import parse_annotations
from emfair.nxem.convert import Converted, convert_file
from emfair.nxem.dossier import Dossier, Source
from emfair.vendor.signal import Axis, Signal
from tests.services.readers import (  # noqa: F401
    closed_at_once,
    files_that_readers_leave_open,
)

SOFTWARE = {"emfair": "0.1", "rosettasciio": "0.15"}


@pytest.fixture(scope="session")
def complete() -> Annotations:
    """Return annotations with all that NXem asks for and no file carries."""
    return parse_annotations(
        {
            "title": "Grain boundaries",
            "start_time": "2026-01-22T12:14:12+01:00",
            "end_time": "2026-01-22T13:00:00+01:00",
            "sample": {
                "name": "quartz lamella",
                "atom_types": ["Si", "O"],
                "preparation_date": "2026-01-20T00:00:00+01:00",
                "is_simulation": False,
                "physical_form": "foil",
                "description": "lifted out",
                "thickness": "50 nm",
                "identifier": "Q-7",
            },
            "instrument": {
                "vendor": "Thermo Fisher Scientific",
                "model": "Titan 80-300",
                "name": "Titan",
                "serial_number": "3122",
                "location": "hall 2",
                "type": "TEM",
            },
            "user": {
                "name": "Ada Lovelace",
                "affiliation": "here",
                "orcid": "0000-0002-1825-0097",
                "email": "ada@example.org",
            },
        }
    )


@pytest.fixture(scope="session")
def places(corpus: Path, velox: Path, sem_tiffs: Path) -> dict[str, Path]:
    return {"corpus": corpus, "velox": velox, "sem_tiffs": sem_tiffs}


@pytest.fixture(scope="session")
def converted(
    places: dict[str, Path], complete: Annotations, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Converted]:
    """Return a function that converts a file of one of `places`, once."""

    def convert(place: str, file: str) -> Converted:
        path = places[place] / file
        folder = tmp_path_factory.mktemp("containers")
        dossier = Dossier(Source(file, sha256_file(path)), complete, "e-1", SOFTWARE)
        return convert_file(path, dossier, folder)

    return cache(convert)


@pytest.fixture
def made() -> Callable[..., Signal]:
    """Return a function that makes a signal of an array and its axes' units and names."""

    def make(data, *axes: Axis, title="made", tags=None, metadata=None) -> Signal:
        shape = data.shape
        given = axes or tuple(Axis(f"a{index}", size) for index, size in enumerate(shape))
        return Signal(0, title, "made by hand", data, tuple(given), metadata or {}, tags or {})

    return make


@pytest.fixture
def ramp() -> np.ndarray:
    return np.arange(20 * 30, dtype=np.uint16).reshape(20, 30)
