"""A home with real stores, and what people do in it: shared by the tests of several rooms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from emfair.client.engine import SILENT, Deposited, DepositProgress, DepositRequest
from emfair.client.engine import deposit as deposit_files
from emfair.identity.principal import Kind, Principal
from emfair.lake import layout
from emfair.lake.base import Lake
from emfair.model.annotations import Annotations
from emfair.model.documents import Conversion, Validation
from emfair.model.findings import Finding
from emfair.model.manifest import Place
from emfair.provenance.record import ProvenanceRecord
from emfair.registry import ExperimentRow
from emfair.service.access import Access
from emfair.service.chain.convert import ContainerSet, convert, store
from emfair.service.chain.describe import describe
from emfair.service.chain.index import gather, publish
from emfair.service.chain.judge import judge
from emfair.service.chain.receive import receive
from emfair.service.depository import LocalDepository
from emfair.service.reception import Reception
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.services.registries import furnished

COMPLETE: dict[str, Any] = {
    "start_time": "2026-01-22T12:14:12+01:00",
    "sample": {
        "name": "quartz lamella",
        "atom_types": ["Si", "O"],
        "preparation_date": "2026-01-20T00:00:00+01:00",
        "is_simulation": False,
    },
    "instrument": {"vendor": "Thermo Fisher Scientific", "model": "Titan 80-300"},
}
"""All that NXem requires and no file carries."""


def someone(services: Services, name: str = "ada") -> Access:
    """Return the access of a user of this machine, who may do everything."""
    return Reception(services).of(Principal(f"local:{name}", Kind.LOCAL, name))


def deposit(
    services: Services, request: DepositRequest, progress: DepositProgress = SILENT
) -> Deposited:
    """Deposit straight into the stores, as `ada`."""
    return deposit_files(LocalDepository(someone(services)), request, progress)


@dataclass(frozen=True)
class Lab:
    """A person with real files and stores of their own."""

    services: Services
    corpus: Path

    def file(self, name: str) -> Path:
        """Return a real file: ``test-1.dm3``."""
        return self.corpus / "dm3_2D_data" / name

    def request(self, *paths: Path, sample: str = "Quartz", **notes: Any) -> DepositRequest:
        """Return a request; `notes` are added to the complete annotations."""
        annotations = Annotations.model_validate(COMPLETE | notes)
        return DepositRequest(list(paths), "Minerals", "2026-A", sample, "", annotations)

    def deposit(self, *paths: Path, **notes: Any) -> Deposited:
        """Deposit files."""
        return deposit(self.services, self.request(*paths, **notes))

    def process(self, experiment: str, *, run: str = "local") -> list[ProvenanceRecord]:
        """Run the whole chain, step by step; return the steps' records."""
        services = self.services
        records = [receive(services, experiment, run=run).record]
        with TemporaryDirectory(dir=services.scratch) as folder:
            made = convert(services, experiment, Path(folder), run=run)
            store(services, made)
        records.append(made.record)
        records.append(judge(services, experiment, run=run).record)
        records.append(describe(services, experiment, run=run).record)
        rows = gather(services, experiment, run=run)
        publish(services, rows)
        return [*records, rows.record]

    def row(self, experiment: str) -> ExperimentRow:
        """Return what the registry knows."""
        return self.services.registry.experiments.get(experiment)

    def conversion(self, place: Place) -> Conversion:
        """Return what became of the files."""
        return Conversion.model_validate_json(self._document(place, "nexus/conversion.json"))

    def validation(self, place: Place) -> Validation:
        """Return the verdict."""
        return Validation.model_validate_json(self._document(place, "reports/validation.json"))

    def _document(self, place: Place, key: str) -> bytes:
        return self.services.lake.read_bytes(f"{layout.experiment_prefix(place)}/{key}")


@contextmanager
def open_lab(home: Path, corpus: Path, lake: Lake | None = None) -> Iterator[Lab]:
    """Open a lab at `home`."""
    with open_services(read_settings(home=furnished(home)), lake=lake) as services:
        yield Lab(services, corpus)


@contextmanager
def converted(lab: Lab, experiment: str) -> Iterator[ContainerSet]:
    """Yield an experiment's containers, before they are stored."""
    with TemporaryDirectory(dir=lab.services.scratch) as folder:
        yield convert(lab.services, experiment, Path(folder), run="test")


def keys(lab: Lab, place: Place, folder: str) -> set[str]:
    """Return what the lake holds in a folder of an experiment."""
    prefix = f"{layout.experiment_prefix(place)}/{folder}/"
    return {found.key.removeprefix(prefix) for found in lab.services.lake.list(prefix)}


def damage(lab: Lab, key: str) -> None:
    """Flip a bit of an object, behind the lake's back."""
    path = Path(lab.services.lake.locate(key))
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DOUBTS = {
    "sources-disagree", "impossible-value", "no-time-zone", "left-over", "elements-looked-for",
    "ends-before-it-starts", "ambiguous-date",
}  # fmt: skip
"""Rules about values; the others are about files."""


def told_of_files(conversion: Conversion) -> dict[str, Finding]:
    """Return what is wrong with files that could, or could not, be read; by file."""
    return {one.file: one for one in conversion.findings if one.rule not in DOUBTS}


def rules(conversion: Conversion) -> dict[str, str]:
    """Return the rules of these findings by file."""
    return {file: finding.rule for file, finding in told_of_files(conversion).items()}
