"""The index: six Delta tables that change as one.

Each replacement commits table by table, then moves the pointer (`pointer`). Readers open exactly
the versions the pointer names, so they see all of it or nothing. A writer that dies in between
leaves commits that no pointer names; the next writer first restores the tables to the pointer.

One writer at a time is the rule (a Dagster pool). Two lose nothing all the same: every commit
names the version it follows, and one of them is told to retry.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from emfair.catalogue import pointer as pointers
from emfair.catalogue.files import local_files
from emfair.catalogue.pointer import Pointer
from emfair.catalogue.schema import TABLES, in_order
from emfair.catalogue.table import IndexTable, storage_options
from emfair.errors import BadData, Conflict, Unavailable
from emfair.lake.base import Lake
from emfair.lake.layout import INDEX
from emfair.model.identifiers import check_identifier

if TYPE_CHECKING:
    from deltalake import DeltaTable

WEEK = timedelta(days=7)


def _now() -> datetime:
    return datetime.now(UTC)


class Index:
    """The index of a lake.

    Parameters
    ----------
    lake : Lake
        A local one or S3.
    cache : Path
        Folder for copies of an S3 lake's index files; a local lake's are read where they are.
    environment : mapping, optional
        Where the AWS variables are read; by default this process' environment.
    clock : callable, optional
        Returns the time, with offset.
    """

    def __init__(
        self,
        lake: Lake,
        cache: Path,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        options = storage_options(os.environ if environment is None else environment)
        self.lake = lake
        self._cache = cache
        self._clock = clock
        self._tables = {
            name: IndexTable(name, lake.url, options if lake.url.startswith("s3:") else {})
            for name in TABLES
        }
        self._known: tuple[Pointer, dict[str, list[str]]] | None = None

    def replace(self, experiment: str, tables: Mapping[str, pa.Table]) -> bool:
        """Replace all rows of one experiment in all six tables; return whether any changed.

        Parameters
        ----------
        experiment : str
            Its identifier.
        tables : mapping
            Rows of every table, as `rows.rows_of` returns them.

        Raises
        ------
        BadData
            The tables are not the six, their columns differ, or they hold another experiment's
            rows.
        Unavailable
            The store is sick or another writer was faster; the index is as before.
        """
        check_identifier(experiment)
        return self._write(experiment, _checked(experiment, tables))

    def remove(self, experiment: str) -> bool:
        """Remove all rows of one experiment; return whether there were any."""
        check_identifier(experiment)
        if pointers.read_latest(self.lake) is None:
            return False
        empty = {name: table.columns.empty_table() for name, table in TABLES.items()}
        return self._write(experiment, empty)

    def compact(self, keep: timedelta = WEEK) -> None:
        """Merge small files, and drop what only states older than `keep` need."""
        current = pointers.read_latest(self.lake)
        if current is None:
            return
        tables = self._healed(current)
        for name, table in tables.items():
            self._tables[name].compact(table)
        current = self._publish(current, tables)
        for name, table in tables.items():
            self._tables[name].vacuum(table, keep)
        self._publish(current, {name: self._tables[name].open() for name in tables})
        pointers.forget(self.lake, self._clock() - keep)

    def clear(self) -> None:
        """Remove the whole index; processing every experiment builds it anew."""
        self.lake.delete(pointers.CURRENT)
        for found in list(self.lake.list(f"{INDEX}/")):
            self.lake.delete(found.key)

    def pointer(self, at: datetime | None = None) -> Pointer | None:
        """Return the state of the index, now or `at` a time; None before anything was written.

        Raises
        ------
        NotFound
            The state of that time is no longer kept.
        """
        return pointers.read_current(self.lake) if at is None else pointers.read_at(self.lake, at)

    def versions(self, at: datetime | None = None) -> dict[str, int]:
        """Return the version of each Delta table; empty before anything was written."""
        pointer = self.pointer(at)
        return {} if pointer is None else pointer.versions

    def files(self, at: datetime | None = None) -> dict[str, list[Path]]:
        """Return the Parquet files of each table, as local paths; never write to them."""
        pointer = self.pointer(at)
        keys = {name: [] for name in TABLES} if pointer is None else self._keys(pointer)
        return local_files(self.lake, keys, self._cache)

    def _keys(self, pointer: Pointer) -> dict[str, list[str]]:
        known = self._known
        if known is None or known[0] != pointer:
            keys = {name: self._tables[name].keys(v) for name, v in pointer.versions.items()}
            self._known = known = (pointer, keys)
        return known[1]

    def _write(self, experiment: str, rows: Mapping[str, pa.Table]) -> bool:
        current = pointers.read_latest(self.lake)
        tables = self._healed(current)
        before = {name: table.version() for name, table in tables.items()}
        for name, table in tables.items():
            self._tables[name].replace(table, experiment, rows[name])
        self._publish(current, tables)
        return before != {name: table.version() for name, table in tables.items()}

    def _healed(self, current: Pointer | None) -> dict[str, DeltaTable]:
        """Open the tables at the pointer's state, undoing what a dead writer left."""
        versions = dict.fromkeys(TABLES, 0) if current is None else current.versions
        return {name: self._tables[name].restored(version) for name, version in versions.items()}

    def _publish(self, current: Pointer | None, tables: Mapping[str, DeltaTable]) -> Pointer | None:
        """Point to the tables as they were opened or written, unless nothing changed."""
        versions = {name: table.version() for name, table in tables.items()}
        if versions == (current.versions if current else dict.fromkeys(TABLES, 0)):
            return current
        new = Pointer(
            serial=current.serial + 1 if current else 1,
            committed_at=self._clock(),
            versions=versions,
        )
        try:
            pointers.write(self.lake, new)
        except Conflict as error:
            raise Unavailable(
                "another writer changed the index at the same time.",
                subject=INDEX,
                remedy="Retry; only one process should write to the index at a time.",
            ) from error
        return new


def _checked(experiment: str, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    if set(tables) != set(TABLES):
        raise BadData(f"not the tables of the index: {sorted(tables)}.", subject=experiment)
    checked = {}
    for name, schema in TABLES.items():
        rows = tables[name]
        if rows.schema.names != schema.columns.names:
            raise BadData(f"the columns of {name!r} differ from the index's.", subject=experiment)
        if set(rows["experiment_id"].unique().to_pylist()) - {experiment}:
            raise BadData(f"{name!r} holds another experiment's rows.", subject=experiment)
        checked[name] = in_order(name, rows.cast(schema.columns))
    return checked
