"""The index of `bench.crowd`'s experiments, written at once: a commit for each would take a day.

What does not belong here: what is asked of it (`bench.pages`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench import crowd

if TYPE_CHECKING:
    import pyarrow as pa

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


def _columns(count: int) -> dict[str, dict[str, Any]]:
    """Return what the tables hold; the columns that are not there are null."""
    import numpy as np

    noise = np.random.default_rng(7)
    rows = [crowd.experiment(number) for number in range(count)]
    names = [row["id"] for row in rows]
    verdicts = [row["state"] if row["state"] != "failed" else "invalid" for row in rows]
    ended = [row["created_at"] for row in rows]
    measurements = [f"{name}-m0" for name in names]
    readers = [READERS[number % len(READERS)] for number in range(count)]
    sizes = noise.integers(1_000_000, 2_000_000_000, count)
    faulty = [number for number in range(count) if verdicts[number] != "valid"]
    return {
        "experiments": {
            "experiment_id": names,
            "project_id": [row["project"] for row in rows],
            "proposal_id": ["p"] * count,
            "sample_id": [row["sample"] for row in rows],
            "title": [row["title"] for row in rows],
            "project_title": ["T"] * count,
            "proposal_title": ["T"] * count,
            "sample_title": ["T"] * count,
            "description": [""] * count,
            "verdict": verdicts,
            "deposited_by": [row["depositor"] for row in rows],
            "depositor": [row["depositor"] for row in rows],
            "sealed_at": ended,
            "start_time": [one - timedelta(hours=1) for one in ended],
            "end_time": ended,
            "operator": [f"Person {number % 97}" for number in range(count)],
            "sample_name": [row["sample"] for row in rows],
            "elements": [list(ELEMENTS[number % len(ELEMENTS)]) for number in range(count)],
            "instrument": [f"Instrument {number % 20}" for number in range(count)],
            "vendor": [f"Vendor {number % 5}" for number in range(count)],
            "model": [f"Model {number % 20}" for number in range(count)],
            "n_files": [1] * count,
            "n_measurements": [1] * count,
            "bytes": sizes,
        },
        "measurements": {
            "experiment_id": names,
            "measurement_id": measurements,
            "title": [row["title"] for row in rows],
            "file": [f"scan_{number:05}.dm4" for number in range(count)],
            "reader": readers,
            "technique": [TECHNIQUES[number % len(TECHNIQUES)] for number in range(count)],
            "kind": ["image_2d"] * count,
            "shape": [[2048, 2048]] * count,
            "dtype": ["uint16"] * count,
            "verdict": verdicts,
            "start_time": ended,
            "detector": [DETECTORS[number % len(DETECTORS)] for number in range(count)],
            "acceleration_voltage_V": noise.choice([80e3, 200e3, 300e3], count),
            "dwell_time_s": noise.uniform(1e-6, 2e-5, count),
            "magnification": noise.uniform(1e3, 1e6, count).round(),
            "sha256": [f"{number:064x}" for number in range(count)],
            "size": sizes,
        },
        "facts": {
            "experiment_id": names * 2,
            "measurement_id": measurements * 2,
            "key": ["acceleration_voltage"] * count + ["dwell_time"] * count,
            "value_num": noise.uniform(0, 1, 2 * count),
            "value_text": [""] * (2 * count),
            "unit": ["V"] * count + ["s"] * count,
            "source": ["vendor"] * (2 * count),
            "replaced_by": [""] * (2 * count),
            "warning": [""] * (2 * count),
        },
        "findings": {
            "experiment_id": [names[number] for number in faulty],
            "severity": [
                "missing" if verdicts[number] == "needs-input" else "error" for number in faulty
            ],
            "rule": [f"rule-{number % 30}" for number in faulty],
            "message": ["is not as it should be"] * len(faulty),
            "file": [""] * len(faulty),
            "measurement_id": [""] * len(faulty),
            "path": [""] * len(faulty),
            "field": ["sample.name" if number % 3 else "" for number in faulty],
        },
        "files": {
            "experiment_id": names,
            "name": [f"scan_{number:05}.dm4" for number in range(count)],
            "size": sizes,
            "status": ["read"] * count,
            "reader": readers,
            "sha256": [f"{number:064x}" for number in range(count)],
            "n_measurements": [1] * count,
        },
        "tags": {
            "experiment_id": names,
            "reader": readers,
            "tag": ["ImageList/TagGroup*/ImageTags/tag"] * count,
            "mapped_as": [""] * count,
            "measurements": [1] * count,
            "varies": [False] * count,
            "example": ["1"] * count,
        },
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
