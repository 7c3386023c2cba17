"""A lake and a registry with real vendor files, filled as the service fills them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from emfair.client.engine import DepositRequest
from emfair.model.annotations import Annotations
from emfair.service.chain.convert import convert, store
from emfair.service.chain.describe import describe
from emfair.service.chain.index import gather, publish
from emfair.service.chain.judge import judge
from emfair.service.chain.receive import receive
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.service.lab import deposit
from tests.services.once import once
from tests.services.registries import furnished

ODD = 'näh "50%" <b>.dm3'
ODD_TITLE = "<script>alert(1)</script> *bold* :red[red]"
COMPLETE = Annotations.model_validate(
    {
        "start_time": "2026-01-22T12:14:12+01:00",
        "sample": {
            "name": "quartz lamella",
            "atom_types": ["Si", "O"],
            "preparation_date": "2026-01-20T00:00:00+01:00",
            "is_simulation": False,
        },
        "instrument": {"vendor": "Thermo Fisher Scientific", "model": "Titan 80-300"},
        "measurement": {"acceleration_voltage": "200 kV"},
    }
)


def fill(home: Path, corpus: Path, shared: Path) -> dict[str, str]:
    """Put four sessions into a new home; return their identifiers by what they are.

    The chain has run on three of them, once for all processes that share a folder.
    """
    made = once(shared / "filled", lambda folder: _make(folder, corpus))
    shutil.copytree(made / "home", home, dirs_exist_ok=True)
    identifiers: dict[str, str] = json.loads((made / "made.json").read_text())
    return identifiers


def _make(folder: Path, corpus: Path) -> None:
    (folder / "vendor").mkdir()
    with open_services(read_settings(home=furnished(folder / "home"))) as services:
        made = _fill(services, corpus, folder / "vendor")
    (folder / "made.json").write_text(json.dumps(made))


def _fill(services: Services, corpus: Path, folder: Path) -> dict[str, str]:
    images = corpus / "dm3_2D_data"
    odd = folder / ODD
    odd.write_bytes((images / "test-2.dm3").read_bytes())
    broken = folder / "broken.dm3"
    broken.write_bytes(b"no microscope wrote this" * 30)
    good = [images / "test_STEM_image.dm3", images / "test_diffraction_pattern.dm3"]
    made = {
        "valid": _deposit(services, good, "Quartz", "Diffraction of quartz", COMPLETE),
        "needs-input": _deposit(services, [odd], "Quartz", ODD_TITLE, Annotations()),
        "invalid": _deposit(services, [images / "test-1.dm3", broken], "Ceria", "", COMPLETE),
    }
    for experiment in made.values():
        _process(services, experiment)
    sealed = _deposit(services, [images / "test-5.dm3"], "Ceria", "Only sealed", COMPLETE)
    return {**made, "sealed": sealed}


def _deposit(
    services: Services, paths: list[Path], project: str, title: str, notes: Annotations
) -> str:
    request = DepositRequest(
        paths, project, "2026-A", f"{project} lamella", title=title, annotations=notes
    )
    return deposit(services, request).place.experiment


def _process(services: Services, experiment: str) -> None:
    receive(services, experiment, run="test")
    with TemporaryDirectory(dir=services.scratch) as folder:
        store(services, convert(services, experiment, Path(folder), run="test"))
    judge(services, experiment, run="test")
    describe(services, experiment, run="test")
    publish(services, gather(services, experiment, run="test"))
