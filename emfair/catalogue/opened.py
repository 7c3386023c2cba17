"""The six tables, opened for one question: whole, or only what whoever asks may see of them.

Whole, they are views over the index's Parquet files, under virtual names that anyone may read. With
bounds DuckDB gets no file at all: pyarrow reads them, and hands over the rows of the experiments
that may be seen. So whatever SQL finds to say, the other rows are not there to be reached; what
DuckDB passes on to be left out earlier are comparisons alone. Costs up to four times a question
without bounds. What does not belong here: running a question (`query`), and who may see what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emfair.catalogue.damage import RESTORE
from emfair.catalogue.readonly import PROTOCOL, ReadOnlyFiles
from emfair.catalogue.schema import TABLES
from emfair.errors import BadData
from emfair.model.shown import Shown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Names = Mapping[str, list[str]]
NO_MEMORY = "Out of memory"
"""Arrow's words; DuckDB has an exception of its own."""
_OF_FILES = (f"{PROTOCOL}://", "don't know what type", "reading the stream registered as")
"""Words of DuckDB about a path, of Thrift about a footer, of DuckDB about what pyarrow reads."""


def open_tables(
    connection: DuckDBPyConnection, files: Mapping[str, Sequence[Path]], shown: Shown
) -> ReadOnlyFiles:
    """Make the tables, then shut everything else and throw away the key.

    Raises
    ------
    BadData
        A file is damaged.
    """
    named = {
        name: {f"{name}/{number}.parquet": path for number, path in enumerate(paths)}
        for name, paths in files.items()
    }
    store = ReadOnlyFiles({name: path for found in named.values() for name, path in found.items()})
    names = {name: list(found) for name, found in named.items()}
    for name in (name for name, found in names.items() if not found):
        connection.from_arrow(TABLES[name].columns.empty_table()).create(name)
    allowed = _whole if shown.is_everything else _bounded
    for setting in (
        "TimeZone = 'UTC'",
        f"allowed_paths = {allowed(connection, store, names, shown)}",
        "disabled_filesystems = 'LocalFileSystem'",
        "python_enable_replacements = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return store


def is_damage(error: Exception, store: ReadOnlyFiles) -> bool:
    """Whether an error comes from the index's files rather than from the question."""
    import duckdb

    told = any(words in str(error) for words in _OF_FILES) and NO_MEMORY not in str(error)
    return bool(store.lost) or (
        told and isinstance(error, duckdb.InvalidInputException | duckdb.IOException)
    )


def damaged(table: str, why: str) -> BadData:
    """Return the error for files of the index that cannot be read."""
    return BadData(f"the index's files cannot be read: {why}", subject=table, remedy=RESTORE)


def _whole(
    connection: DuckDBPyConnection, store: ReadOnlyFiles, names: Names, _: Shown
) -> list[str]:
    """Make views over the files; return the paths that they need."""
    import duckdb

    connection.register_filesystem(store)
    urls = {name: [f"{PROTOCOL}://{file}" for file in found] for name, found in names.items()}
    for name, found in urls.items():
        if found:
            try:
                connection.execute(f"CREATE VIEW {name} AS FROM read_parquet({found})")
            except duckdb.Error as error:
                raise damaged(name, store.lost or str(error)) from error
    return [url for found in urls.values() for url in found]


def _bounded(
    connection: DuckDBPyConnection, store: ReadOnlyFiles, names: Names, shown: Shown
) -> list[str]:
    """Make tables of what pyarrow hands over; no path is needed.

    It opens the files itself: with a file system in Python its threads would wait for the
    interpreter while others wait for them, for ever.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds
    from pyarrow.fs import LocalFileSystem

    named = ds.field("experiment_id").isin(pa.array(shown.experiments, pa.string()))
    rows: Any = ~named if shown.all_but else named
    for name, found in names.items():
        if found:
            paths = [str(store.path(file)) for file in found]
            schema = TABLES[name].columns
            try:
                whole = ds.dataset(paths, schema, "parquet", filesystem=LocalFileSystem())
            except OSError as error:
                raise damaged(name, store.told(str(error))) from error
            connection.register(name, whole.filter(rows))
    return []
