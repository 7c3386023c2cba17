"""The index at 10⁵ measurements: questions, one experiment replaced, the snapshot published."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import Work, in_worker, timed
from bench.table import Figure

if TYPE_CHECKING:
    import pyarrow as pa

    from emfair.catalogue.delta import Index

PART = "index"
QUESTIONS = {
    "facet: technique and detector, counted": (
        "SELECT technique, detector, count(*) AS n FROM measurements GROUP BY ALL ORDER BY ALL"
    ),
    "range: two quantities, the first 100": (
        "SELECT measurement_id, file, magnification FROM measurements WHERE acceleration_voltage_V"
        " BETWEEN 150e3 AND 250e3 AND dwell_time_s < 5e-6 ORDER BY measurement_id LIMIT 100"
    ),
    "one experiment's facts": "SELECT * FROM facts WHERE experiment_id = 'e-7'",
}


def figures(cache: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield what questions and writes cost, beside pyarrow and DuckDB over the snapshot."""
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        experiments, each = (10, 100) if quick else (200, 500)
        told = in_worker(
            "bench.index:run", folder=folder, experiments=experiments, measurements=each
        )
    for name, ours, baseline, theirs in told.result:
        yield Figure(PART, name, "ms", ours * 1e3, baseline, theirs * 1e3)


def run(folder: str, experiments: int, measurements: int) -> Work:
    """Return the work: fill an index, then ask and change it."""
    import pyarrow.parquet as pq

    from emfair.catalogue.delta import Index
    from emfair.catalogue.query import ask
    from emfair.catalogue.snapshot import publish, snapshot_key
    from emfair.lake.local import LocalLake

    root = Path(folder)
    lake = LocalLake(root / "lake")
    index = Index(lake, root / "cache")

    def work() -> list[tuple[str, float, str, float]]:
        _fill(index, experiments, measurements)
        publish(index, root)
        snapshot = {name: root / "lake" / snapshot_key(name) for name in ("measurements", "facts")}
        rows = {name: pq.read_metadata(path).num_rows for name, path in snapshot.items()}
        of = ", ".join(f"{count:,} {name}" for name, count in rows.items())
        told = []
        for name, sql in QUESTIONS.items():
            title = f"{name} ({of})"
            ours = timed(lambda sql=sql: ask(index, sql))  # type: ignore[misc]
            told.append((title, ours, "DuckDB on the snapshot", timed(_duckdb(sql, snapshot))))
            told.append((title, ours, "pyarrow on the snapshot", timed(_pyarrow(name, snapshot))))
        changed = iter(range(1, 100))
        ours = timed(lambda: index.replace("e-7", _tables("e-7", measurements, next(changed))))
        rewritten = timed(lambda: _rewrite(snapshot, root / "rewritten.parquet"))
        told.append(("replace one experiment", ours, "pyarrow rewrites both files", rewritten))
        ours = timed(lambda: publish(index, root))
        told.append(("publish the snapshot, six tables", ours, "pyarrow rewrites both files",
                     rewritten))  # fmt: skip
        return told

    return work


def _fill(index: Index, experiments: int, measurements: int) -> None:
    for number in range(experiments):
        name = f"e-{number}"
        index.replace(name, _tables(name, measurements, 0))
    index.compact()


def _tables(experiment: str, count: int, change: int) -> dict[str, pa.Table]:
    """Return rows of all six tables, told apart by the experiment's name and `change`."""
    import numpy as np
    import pyarrow as pa

    from emfair.catalogue.schema import TABLES, in_order

    noise = np.random.default_rng([*experiment.encode(), change])
    names = [f"{experiment}-m{number:05}" for number in range(count)]
    detectors = np.array(["HAADF", "BF", "Ceta", "SuperX", "EELS"])
    values: dict[str, dict[str, Any]] = {
        "experiments": {"title": [f"Night shift {change}"], "n_measurements": [count]},
        "measurements": {
            "measurement_id": names,
            "title": [f"Image {number}" for number in range(count)],
            "file": [f"scan_{number:05}.dm4" for number in range(count)],
            "technique": noise.choice(["STEM imaging", "TEM imaging", "STEM EDS"], count),
            "detector": noise.choice(detectors, count),
            "acceleration_voltage_V": noise.choice([80e3, 200e3, 300e3], count),
            "dwell_time_s": noise.uniform(1e-6, 2e-5, count),
            "magnification": noise.uniform(1e3, 1e6, count).round(),
            "sha256": [noise.bytes(32).hex() for _ in range(count)],
        },
        "facts": {
            "measurement_id": [name for name in names for _ in range(2)],
            "key": ["acceleration_voltage", "dwell_time"] * count,
            "value_num": noise.uniform(0, 1, 2 * count),
            "unit": ["V", "s"] * count,
            "source": ["vendor"] * (2 * count),
        },
        "findings": {"severity": ["missing"], "message": ["no name"], "field": ["sample.name"]},
        "files": {"name": [f"scan_{number:05}.dm4" for number in range(count)]},
        "tags": {
            "reader": ["DigitalMicrograph"] * 400,
            "tag": [f"ImageList/TagGroup*/ImageTags/tag {number:03}" for number in range(400)],
            "mapped_as": [""] * 400,
            "measurements": [count] * 400,
            "varies": noise.random(400) < 0.5,
            "example": [f"{number}" for number in range(400)],
        },
    }
    return {
        name: in_order(name, _padded(experiment, columns, TABLES[name].columns, pa))
        for name, columns in values.items()
    }


def _padded(experiment: str, columns: dict[str, Any], schema: pa.Schema, arrow: Any) -> pa.Table:
    """Return a table with every column of `schema`; those not given are null."""
    count = len(next(iter(columns.values())))
    columns = {"experiment_id": [experiment] * count, **columns}
    arrays = [
        arrow.array(columns[field.name], field.type)
        if field.name in columns
        else arrow.nulls(count, field.type)
        for field in schema
    ]
    table: pa.Table = arrow.Table.from_arrays(arrays, schema=schema)
    return table


def _duckdb(sql: str, snapshot: dict[str, Path]) -> Callable[[], Any]:
    import duckdb

    for name, path in snapshot.items():
        sql = sql.replace(f"FROM {name} ", f"FROM read_parquet('{path}') ")

    def ask() -> Any:
        with duckdb.connect() as connection:
            return connection.sql(sql).to_arrow_table()

    return ask


def _pyarrow(question: str, snapshot: dict[str, Path]) -> Callable[[], Any]:
    import pyarrow.dataset as ds

    field = ds.field

    def facet() -> Any:
        table = ds.dataset(snapshot["measurements"]).to_table(columns=["technique", "detector"])
        return table.group_by(["technique", "detector"]).aggregate([([], "count_all")])

    def within() -> Any:
        volts = field("acceleration_voltage_V")
        wanted = (volts >= 150e3) & (volts <= 250e3) & (field("dwell_time_s") < 5e-6)
        columns = ["measurement_id", "file", "magnification"]
        table = ds.dataset(snapshot["measurements"]).to_table(columns=columns, filter=wanted)
        return table.sort_by("measurement_id").slice(0, 100)

    def one() -> Any:
        return ds.dataset(snapshot["facts"]).to_table(filter=field("experiment_id") == "e-7")

    return {"facet": facet, "range": within}.get(question.partition(":")[0], one)


def _rewrite(snapshot: dict[str, Path], target: Path) -> None:
    """Do without a lakehouse: read each file, leave one experiment's rows out, append, write."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for path in snapshot.values():
        table = pq.read_table(path)
        kept = table.filter(pc.field("experiment_id") != "e-7")
        new = table.filter(pc.field("experiment_id") == "e-7")
        pq.write_table(pa.concat_tables([kept, new]), target, compression="zstd")
