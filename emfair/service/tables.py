"""Tables of answers as files: CSV and Parquet.

What does not belong here: asking (`questions`, `searches`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_AT_ONCE = 5_000  # rows
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as CSV with a head (RFC 4180); a list as its values with commas.

    A text that a spreadsheet would take for a formula gets an apostrophe before it, as OWASP asks:
    people name things, and others open the file. Parquet holds all as it is.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return text.getvalue()


def rows_of(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Yield a table's rows as Python values, which take many times the memory of the table."""
    for batch in table.to_batches(_AT_ONCE):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def as_parquet(table: pa.Table) -> bytes:
    """Return a table as a Parquet file, compressed with Zstandard."""
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return _plain(", ".join(str(one) for one in value if one is not None))
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
