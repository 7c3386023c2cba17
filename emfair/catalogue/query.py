"""A person's SQL over the six tables: read only, within bounds of time and memory.

Each question gets a DuckDB of its own, which sees the six tables and nothing else (`opened`).
DuckDB's own bounds do not hold for everything (a list made by one function), so a person's SQL runs
in a process that can be killed (`asker`); emfair's own may be asked here directly. What does not
belong here: who may ask, and how an answer is shown (the faces).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from emfair.catalogue.delta import Index
from emfair.catalogue.opened import NO_MEMORY, damaged, is_damage, open_tables
from emfair.catalogue.readonly import ReadOnlyFiles
from emfair.catalogue.schema import DESCRIPTION, TABLES
from emfair.errors import BadQuery
from emfair.model.shown import EVERYTHING, Shown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TIMEOUT = 30.0
MEMORY = "1GB"
ANSWER_LIMIT = 64 << 20  # bytes of an answer in memory
_BATCH = 8192
_KNOWN = f"Tables: {', '.join(TABLES)}. DESCRIBE measurements lists a table's columns."


@dataclass(frozen=True)
class Answer:
    """What SQL came to.

    Attributes
    ----------
    columns, types : tuple of str
        Names and DuckDB's types, in order; names can repeat.
    table : pyarrow.Table
        The rows.
    truncated : bool
        Whether there were more rows than the limit.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    table: pa.Table
    truncated: bool = False

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The rows as Python values."""
        columns = [column.to_pylist() for column in self.table.columns]
        return list(zip(*columns, strict=True))


@dataclass(frozen=True)
class Column:
    """A column as a help page shows it."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Description:
    """A table as a help page shows it."""

    name: str
    description: str
    columns: tuple[Column, ...]


def ask(index: Index, sql: str) -> Answer:
    """Answer SQL of emfair's own in this process; otherwise as `answer`."""
    return answer(index.files(), sql)


def answer(
    files: Mapping[str, Sequence[Path]],
    sql: str,
    *,
    shown: Shown = EVERYTHING,
    limit: int | None = None,
    timeout: float = TIMEOUT,
    memory: str = MEMORY,
) -> Answer:
    """Answer one SELECT, WITH, DESCRIBE, SUMMARIZE or SHOW statement.

    Before anything was indexed the tables are empty.

    Parameters
    ----------
    files : mapping
        Each table's Parquet files (`Index.files`).
    sql : str
        DuckDB's dialect.
    shown : Shown
        The experiments that it may speak of: of all others there are no rows.
    limit : int, optional
        Return at most so many rows.
    timeout : float
        Seconds.
    memory : str
        What DuckDB may use for sorting, grouping and joining.

    Raises
    ------
    BadQuery
        DuckDB refuses the statement (the message is DuckDB's), it does something else than read,
        or it takes too long or too much.
    BadData
        The index's files are damaged.
    """
    import duckdb

    bounds: dict[str, Any] = {"memory_limit": memory, "temp_directory": ""}
    with duckdb.connect(":memory:", config=bounds) as connection:
        connection.execute("SET enable_progress_bar = false")
        store = open_tables(connection, files, shown)
        _check_statement(connection, sql)
        with _readable_errors(store), _time_limit(connection, timeout):
            return _run(connection, sql, limit)


def describe() -> tuple[Description, ...]:
    """Return the six tables with their columns' types and comments, for help pages."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        return tuple(
            Description(
                table.name,
                table.description,
                tuple(
                    Column(field.name, str(kind), (field.metadata or {})[DESCRIPTION].decode())
                    for field, kind in zip(
                        table.columns,
                        connection.from_arrow(table.columns.empty_table()).types,
                        strict=True,
                    )
                ),
            )
            for table in TABLES.values()
        )


def _check_statement(connection: DuckDBPyConnection, sql: str) -> None:
    import duckdb

    try:
        sql.encode()
    except UnicodeEncodeError as error:  # DuckDB takes such a text for no text at all
        raise BadQuery(
            f"character {error.start + 1} is no UTF-8 text.", remedy="Type it anew, as UTF-8."
        ) from error
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise BadQuery(str(error), remedy="Correct the SQL.") from error
    if len(statements) != 1:
        raise BadQuery(
            f"expected one statement, found {len(statements)}.", remedy="Send them one by one."
        )
    if statements[0].type != duckdb.StatementType.SELECT:
        raise BadQuery(
            f"{statements[0].type.name} statements are refused: the catalogue is read-only.",
            remedy="Use SELECT, WITH, DESCRIBE, SUMMARIZE or SHOW (and PIVOT … IN (…)).",
        )


def _run(connection: DuckDBPyConnection, sql: str, limit: int | None) -> Answer:
    relation = connection.sql(sql)
    reader = relation.to_arrow_reader(_BATCH)
    batches: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in reader:
        batches.append(batch)
        rows += batch.num_rows
        size += sum(_weight(column) for column in batch.columns)
        if size > ANSWER_LIMIT:
            raise BadQuery(
                f"the answer is larger than {ANSWER_LIMIT >> 20} MiB.",
                remedy="Ask for fewer columns, group, or add LIMIT.",
            )
        if limit is not None and rows > limit:
            break
    table = pa.Table.from_batches(batches, reader.schema)
    return Answer(
        columns=tuple(relation.columns),
        types=tuple(str(kind) for kind in relation.types),
        table=table if limit is None else table.slice(0, limit),
        truncated=limit is not None and rows > limit,
    )


def _weight(column: Any) -> int:
    """Return about how many bytes a column takes as Python values: no less than 8 a value.

    Arrow packs truth values into bits, repeated texts into one, and lists of nulls into nothing.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _weight(column.dictionary_decode())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return 8 * len(column) + _weight(column.flatten())
    if pa.types.is_struct(kind):
        return sum(_weight(column.field(place)) for place in range(kind.num_fields))
    return max(int(column.nbytes), 8 * len(column))


@contextmanager
def _time_limit(connection: DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what runs longer; again and again, for an interrupt between two steps is lost."""
    import duckdb

    done = threading.Event()
    late = threading.Event()

    def watch() -> None:
        if not done.wait(seconds):
            late.set()
            while not done.wait(0.05):
                connection.interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except (duckdb.Error, pa.ArrowException, RuntimeError, OSError) as error:
        if not late.is_set():
            raise
        raise BadQuery(
            f"the query took longer than {seconds:g} s and was stopped.",
            remedy="Ask for less at once: filter by project or time, or group.",
        ) from error
    finally:
        done.set()
        watcher.join()


@contextmanager
def _readable_errors(store: ReadOnlyFiles) -> Iterator[None]:
    import duckdb

    try:
        yield
    except (MemoryError, OSError, duckdb.Error, pa.ArrowException) as error:
        if store.refused:
            raise BadQuery("the catalogue is read-only.", remedy="Use SELECT alone.") from error
        if is_damage(error, store):
            raise damaged("index", store.lost or store.told(str(error))) from error
        raise BadQuery(_told(error), remedy=_remedy(error)) from error


def _told(error: Exception) -> str:
    """Return DuckDB's words, without its advice on settings that are locked here."""
    import duckdb

    text = str(error) or "out of memory."
    spoken = isinstance(error, duckdb.OutOfMemoryException)
    return text.partition("\n")[0] if spoken else text


def _remedy(error: Exception) -> str:
    import duckdb

    if isinstance(error, duckdb.PermissionException):
        return f"SQL here reads the six tables and nothing else. {_KNOWN}"
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException) or NO_MEMORY in str(error):
        return "Ask for less at once: filter, group, or sort fewer columns."
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        return _KNOWN
    return "Correct the SQL."
