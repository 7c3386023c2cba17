"""The index of `bench.crowd`'s experiments, written at once: a commit for each would take a day.

What does not belong here: what is asked of it (`bench.pages`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench import crowd

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from emfair.service.services import Services

READERS = ("DigitalMicrograph", "EMD", "Blockfile", "TIFF", "MRC")
DETECTORS = ("HAADF", "BF", "Ceta", "SuperX", "EELS")
TECHNIQUES = ("STEM imaging", "TEM imaging", "STEM EDS")
ELEMENTS = (("Si", "O"), ("Ce", "O"), ("Fe", "C"), ("Ti", "Al", "V"))


def fill(services: Services, count: int) -> None:
    """Write the rows of `count` experiments, one measurement each, into an index that is empty."""
    from deltalake import write_deltalake

    from emfair.catalogue import pointer
    from emfair.catalogue.schema import TABLES
    from emfair.catalogue.snapshot import publish
    from emfair.catalogue.table import IndexTable

    versions = {}
    for name, columns in _columns(count).items():
        table = IndexTable(name, services.lake.url, {}).open_or_create()
        write_deltalake(table, _padded(columns, TABLES[name].columns), mode="append")
        versions[name] = table.version()
    now = services.now()
    pointer.write(services.lake, pointer.Pointer(serial=1, committed_at=now, versions=versions))
    publish(services.index, services.scratch)


@dataclass(frozen=True)
class _Crowd:
    """What the tables have in common: one experiment a place, one measurement and file each."""

    rows: list[dict[str, Any]]
    sizes: NDArray[np.int64]
    noise: np.random.Generator

    def __len__(self) -> int:
        return len(self.rows)

    def each(self, name: str) -> list[Any]:
        """Return one thing of all experiments."""
        return [row[name] for row in self.rows]

    def of(self, values: Sequence[Any]) -> list[Any]:
        """Return values by turns."""
        return [values[number % len(values)] for number in range(len(self))]

    def numbered(self, text: str, count: int | None = None) -> list[str]:
        """Return a text with the experiment's number; of `count` ones, by turns."""
        return [text.format(number % (count or len(self))) for number in range(len(self))]

    def same(self, value: Any) -> list[Any]:
        """Return one value for all."""
        return [value] * len(self)

    @property
    def verdicts(self) -> list[str]:
        """What each is worth; what failed is invalid."""
        return ["invalid" if state == "failed" else state for state in self.each("state")]


def _columns(count: int) -> dict[str, dict[str, Any]]:
    """Return what the tables hold; the columns that are not there are null."""
    import numpy as np

    noise = np.random.default_rng(7)
    sizes = noise.integers(1_000_000, 2_000_000_000, count)
    whole = _Crowd([crowd.experiment(number) for number in range(count)], sizes, noise)
    return {
        "experiments": _experiments(whole),
        "measurements": _measurements(whole),
        "facts": _facts(whole),
        "findings": _findings(whole),
        "files": _files(whole),
        "tags": _tags(whole),
    }


def _experiments(whole: _Crowd) -> dict[str, Any]:
    ended = whole.each("created_at")
    return {
        "experiment_id": whole.each("id"),
        "project_id": whole.each("project"),
        "proposal_id": whole.same("p"),
        "sample_id": whole.each("sample"),
        "title": whole.each("title"),
        **dict.fromkeys(("project_title", "proposal_title", "sample_title"), whole.same("T")),
        "description": whole.same(""),
        "verdict": whole.verdicts,
        "deposited_by": whole.each("depositor"),
        "depositor": whole.each("depositor"),
        "sealed_at": ended,
        "start_time": [one - timedelta(hours=1) for one in ended],
        "end_time": ended,
        "operator": whole.numbered("Person {}", 97),
        "sample_name": whole.each("sample"),
        "elements": whole.of([list(one) for one in ELEMENTS]),
        "instrument": whole.numbered("Instrument {}", 20),
        "vendor": whole.numbered("Vendor {}", 5),
        "model": whole.numbered("Model {}", 20),
        "n_files": whole.same(1),
        "n_measurements": whole.same(1),
        "bytes": whole.sizes,
    }


def _measurements(whole: _Crowd) -> dict[str, Any]:
    count, noise = len(whole), whole.noise
    return {
        "experiment_id": whole.each("id"),
        "measurement_id": _names(whole),
        "title": whole.each("title"),
        "file": whole.numbered("scan_{:05}.dm4"),
        "reader": whole.of(READERS),
        "technique": whole.of(TECHNIQUES),
        "kind": whole.same("image_2d"),
        "shape": whole.same([2048, 2048]),
        "dtype": whole.same("uint16"),
        "verdict": whole.verdicts,
        "start_time": whole.each("created_at"),
        "detector": whole.of(DETECTORS),
        "acceleration_voltage_V": noise.choice([80e3, 200e3, 300e3], count),
        "dwell_time_s": noise.uniform(1e-6, 2e-5, count),
        "magnification": noise.uniform(1e3, 1e6, count).round(),
        "sha256": whole.numbered("{:064x}"),
        "size": whole.sizes,
    }


def _names(whole: _Crowd) -> list[str]:
    return [f"{name}-m0" for name in whole.each("id")]


def _facts(whole: _Crowd) -> dict[str, Any]:
    """Return two facts of each measurement."""
    empty = whole.same("") * 2
    return {
        "experiment_id": whole.each("id") * 2,
        "measurement_id": _names(whole) * 2,
        "key": whole.same("acceleration_voltage") + whole.same("dwell_time"),
        "value_num": whole.noise.uniform(0, 1, 2 * len(whole)),
        "value_text": empty,
        "unit": whole.same("V") + whole.same("s"),
        "source": whole.same("vendor") * 2,
        "replaced_by": empty,
        "warning": empty,
    }


def _findings(whole: _Crowd) -> dict[str, Any]:
    """Return one finding of each experiment that is not valid."""
    faulty = [number for number, verdict in enumerate(whole.verdicts) if verdict != "valid"]
    names, verdicts = whole.each("id"), whole.verdicts
    empty = [""] * len(faulty)
    return {
        "experiment_id": [names[number] for number in faulty],
        "severity": [
            "missing" if verdicts[number] == "needs-input" else "error" for number in faulty
        ],
        "rule": [f"rule-{number % 30}" for number in faulty],
        "message": ["is not as it should be"] * len(faulty),
        **dict.fromkeys(("file", "measurement_id", "path"), empty),
        "field": ["sample.name" if number % 3 else "" for number in faulty],
    }


def _files(whole: _Crowd) -> dict[str, Any]:
    return {
        "experiment_id": whole.each("id"),
        "name": whole.numbered("scan_{:05}.dm4"),
        "size": whole.sizes,
        "status": whole.same("read"),
        "reader": whole.of(READERS),
        "sha256": whole.numbered("{:064x}"),
        "n_measurements": whole.same(1),
    }


def _tags(whole: _Crowd) -> dict[str, Any]:
    return {
        "experiment_id": whole.each("id"),
        "reader": whole.of(READERS),
        "tag": whole.same("ImageList/TagGroup*/ImageTags/tag"),
        "mapped_as": whole.same(""),
        "measurements": whole.same(1),
        "varies": whole.same(False),
        "example": whole.same("1"),
    }


def _padded(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    count = len(columns["experiment_id"])
    arrays = [
        pa.array(columns[field.name], field.type)
        if field.name in columns
        else pa.nulls(count, field.type)
        for field in schema
    ]
    table: pa.Table = pa.Table.from_arrays(arrays, schema=schema)
    return table
