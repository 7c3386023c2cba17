"""The catalogue as single files: ``index/snapshot/{table}.parquet``.

For whoever has the lake but not emfair: DuckDB, pandas, R open them as they are. What does not
belong here: when to publish (the chain's ``metadata_index`` step).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from emfair.catalogue.damage import table_errors
from emfair.catalogue.delta import Index
from emfair.catalogue.schema import TABLES
from emfair.catalogue.table import ROW_GROUP
from emfair.lake.base import ObjectInfo
from emfair.lake.layout import INDEX

_BATCH = 16_384


def publish(index: Index, scratch: Path) -> list[ObjectInfo]:
    """Write each table of the index into the lake as one Parquet file.

    Each appears whole or not at all; all are of one state of the index. Rows are streamed: memory
    holds one row group.

    Parameters
    ----------
    index : Index
        An empty one gives empty files with the right columns.
    scratch : Path
        Folder for a file on its way into the lake.

    Raises
    ------
    BadData
        A file of the index is lost or damaged; files already published stay.
    Unavailable
        The store is sick; likewise.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    published = []
    for name, files in index.files().items():
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            path = Path(folder) / f"{name}.parquet"
            write_one(name, files, path)
            published.append(index.lake.put_file(snapshot_key(name), path, replace=True))
    return published


def snapshot_key(name: str) -> str:
    """Return the key of table `name`'s single file."""
    return f"{INDEX}/snapshot/{name}.parquet"


def write_one(name: str, files: Iterable[Path], target: Path) -> None:
    """Write the rows of `files`, which hold table `name`, into one Parquet file."""
    schema = TABLES[name].columns
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in _groups(name, files, schema):
            writer.write_table(group, row_group_size=ROW_GROUP)


def _groups(name: str, files: Iterable[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield tables of about `ROW_GROUP` rows: a thousand small files must not give as many."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in _batches(name, files, schema):
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= ROW_GROUP:
            yield pa.Table.from_batches(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)


def _batches(name: str, files: Iterable[Path], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for path in files:
        with table_errors(name), pq.ParquetFile(path) as source:
            for batch in source.iter_batches(_BATCH, columns=schema.names):
                yield batch.cast(schema)
