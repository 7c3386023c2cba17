"""Containers made by hand, whose right answers are known, in a lake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from emfair.errors import NotFound
from emfair.identity.table import Action
from emfair.lake import layout
from emfair.lake.memory import MemoryLake
from emfair.model.annotations import Annotations
from emfair.model.documents import Measurement
from emfair.nxem.container import write_container
from emfair.nxem.dossier import Dossier, Source
from emfair.registry import ExperimentRow
from emfair.service.access import Granted
from emfair.service.looks import Look, look_at
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from emfair.vendor.signal import Axis, Signal
from tests.service.lab import DepositRequest, deposit, someone
from tests.services.readers import files_that_readers_leave_open  # noqa: F401
from tests.services.registries import furnished

Looking = Callable[..., Look]


@pytest.fixture(scope="session")
def lake_of_looks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    home = furnished(tmp_path_factory.mktemp("looks"))
    with open_services(read_settings(home=home), lake=MemoryLake()) as opened:
        yield opened


@pytest.fixture(scope="session")
def granted(lake_of_looks: Services, tmp_path_factory) -> Granted[ExperimentRow]:
    """Return an experiment whose containers somebody may take."""
    file = tmp_path_factory.mktemp("file") / "a.dm3"
    file.write_bytes(b"a")
    access = someone(lake_of_looks)
    made = deposit(lake_of_looks, DepositRequest([file], "P", "Q", "S"))
    row = access.experiment(Action.DOWNLOAD_CONTAINERS, made.place.experiment)
    return Granted(access, row)


@pytest.fixture
def look(granted: Granted[ExperimentRow], tmp_path: Path) -> Looking:
    """Return a function that makes a container of an array and its axes, and looks into it."""

    def made(
        data,
        *axes: Axis,
        thorough: bool = False,
        source: str = "made.xyz",
        notes: Annotations | None = None,
    ) -> Look:
        measurement = stored(granted, tmp_path, data, *axes, source=source, notes=notes)
        return look_at(granted, measurement, thorough=thorough)

    return made


def stored(
    granted: Granted[ExperimentRow],
    folder: Path,
    data,
    *axes: Axis,
    source: str = "made.xyz",
    notes: Annotations | None = None,
) -> Measurement:
    """Make a container, put it into the lake, and return what is known of it."""
    given = axes or tuple(Axis(f"a{index}", size) for index, size in enumerate(data.shape))
    signal = Signal(0, "made", "made by hand", data, given)
    dossier = Dossier(Source(source, "0" * 64), notes or Annotations(), "e-1", {"emfair": "0.1"})
    written = write_container(signal, dossier, folder)
    lake, row = granted.access.services.lake, granted.row
    key = layout.container(row.place, written.measurement.measurement)
    with suppress(NotFound):
        lake.delete(key)
    lake.put_bytes(key, written.path.read_bytes())
    return written.measurement


def key_of(granted, measurement):
    return layout.container(granted.row.place, measurement.measurement)
