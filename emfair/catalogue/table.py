"""One Delta table of the index: opened at a version, changed by exactly one commit.

A commit names the version it follows; if another writer was faster it fails, and nothing is lost.
What does not belong here: which version counts (`pointer`), and the other tables (`delta`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from emfair.catalogue.damage import ANEW, damaged, overtaken, table_errors
from emfair.catalogue.schema import TABLES, in_order
from emfair.errors import BadSetting
from emfair.lake.layout import INDEX

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable, WriterProperties

ROW_GROUP = 131_072
FILE_SIZE = 32 << 20
"""Bytes that compaction aims at: replacing an experiment rewrites the file that holds it."""


class IndexTable:
    """The Delta table `name` of the lake at `url`.

    Parameters
    ----------
    name : str
        One of `TABLES`.
    url : str
        ``file:///folder`` or ``s3://bucket/prefix``.
    options : mapping
        delta-rs' storage options; see `storage_options`.
    """

    def __init__(self, name: str, url: str, options: Mapping[str, str]) -> None:
        self.name = name
        self.prefix = f"{INDEX}/tables/{name}"
        self._uri = f"{_root(url)}/{self.prefix}"
        self._options = dict(options)

    def open(self, version: int | None = None) -> DeltaTable:
        """Open the table, by default as it is now."""
        from deltalake import DeltaTable

        with table_errors(self.name):
            return DeltaTable(self._uri, version=version, storage_options=self._options)

    def open_or_create(self) -> DeltaTable:
        """Open the table as it is now; version 0 is empty."""
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        with table_errors(self.name):
            try:
                return DeltaTable(self._uri, storage_options=self._options)
            except TableNotFoundError:
                pass
            schema = TABLES[self.name]
            return DeltaTable.create(
                self._uri,
                schema.columns,
                name=self.name,
                description=schema.description,
                # Only this column ever prunes files; statistics of all make the log heavy.
                configuration={"delta.dataSkippingStatsColumns": "experiment_id"},
                storage_options=self._options,
            )

    def restored(self, version: int) -> DeltaTable:
        """Return the table with the content of `version`, by a new commit if that is not the last.

        Raises
        ------
        BadData
            The table has not got so far: files of the index were lost.
        """
        table = self.open() if version else self.open_or_create()
        if table.version() < version:
            why = f"(the table is at version {table.version()}, its pointer at {version})"
            raise damaged(self.name, why)
        if table.version() > version:
            with table_errors(self.name):
                table.restore(version, commit_properties=self._once)
        self._check_columns(table)
        return table

    def rows(self, table: DeltaTable, experiment: str) -> pa.Table:
        """Return an experiment's rows, in order."""
        import pyarrow.dataset as ds

        schema = TABLES[self.name].columns
        with table_errors(self.name):
            found = table.to_pyarrow_dataset().to_table(
                filter=ds.field("experiment_id") == experiment
            )
        return in_order(self.name, found.select(schema.names).cast(schema))

    def replace(self, table: DeltaTable, experiment: str, rows: pa.Table) -> None:
        """Replace an experiment's rows by `rows`, in one commit, or none if they are the same."""
        present = self.rows(table, experiment)
        if present.equals(rows):
            return
        before = table.version()
        with table_errors(self.name):
            self._commit(table, f"experiment_id = '{experiment}'", present, rows)
        if table.version() != before + 1:
            raise overtaken(self.name)

    def compact(self, table: DeltaTable) -> None:
        """Merge small files, in the order of their rows."""
        with table_errors(self.name):
            table.optimize.compact(
                target_size=FILE_SIZE,
                writer_properties=self._format,
                commit_properties=self._once,
            )

    def vacuum(self, table: DeltaTable, keep: timedelta) -> None:
        """Remove files that no version of the last `keep` needs."""
        hours = int(keep.total_seconds() // 3600)
        with table_errors(self.name):
            table.vacuum(
                hours,
                dry_run=False,
                enforce_retention_duration=False,
                full=True,
                commit_properties=self._once,
            )

    def keys(self, version: int) -> list[str]:
        """Return the lake keys of the Parquet files of `version`."""
        table = self.open(version)
        self._check_columns(table)
        with table_errors(self.name):
            paths = pa.table(table.get_add_actions())["path"].to_pylist()
        return sorted(f"{self.prefix}/{unquote(str(path))}" for path in paths)

    def _commit(self, table: DeltaTable, predicate: str, present: pa.Table, rows: pa.Table) -> None:
        """Append where nothing is present (cheap), else rewrite the files that hold it.

        Rows go without their columns' descriptions: a table that was made when one read otherwise
        takes no other.
        """
        from deltalake import write_deltalake

        how: dict[str, Any] = {"writer_properties": self._format, "commit_properties": self._once}
        rows = rows.cast(pa.schema([field.remove_metadata() for field in rows.schema]))
        if not rows.num_rows:
            table.delete(predicate, **how)
        elif present.num_rows:
            write_deltalake(table, rows, mode="overwrite", predicate=predicate, **how)
        else:
            write_deltalake(table, rows, mode="append", **how)

    @cached_property
    def _once(self) -> CommitProperties:
        """Commit right after the version opened, or fail: never rebase on another writer's."""
        from deltalake import CommitProperties

        return CommitProperties(max_commit_retries=0)

    @cached_property
    def _format(self) -> WriterProperties:
        from deltalake import WriterProperties

        return WriterProperties(
            compression="ZSTD", max_row_group_size=ROW_GROUP, statistics_truncate_length=64
        )

    def _check_columns(self, table: DeltaTable) -> None:
        names = [field.name for field in table.schema().fields]
        if names != TABLES[self.name].columns.names:
            raise BadSetting(
                "the index was written by another version of emfair: its columns differ.",
                subject=f"{INDEX}/{self.name}",
                remedy=ANEW,
            )


def storage_options(environment: Mapping[str, str]) -> dict[str, str]:
    """Return delta-rs' options for the store that the AWS variables of `environment` name."""
    options = {key: value for key, value in environment.items() if key.startswith("AWS_")}
    endpoint = options.get("AWS_ENDPOINT_URL_S3") or options.get("AWS_ENDPOINT_URL", "")
    if endpoint:
        options["AWS_ENDPOINT_URL"] = endpoint
        options.setdefault("AWS_REGION", options.get("AWS_DEFAULT_REGION", "us-east-1"))
    if endpoint.startswith("http://"):
        options["AWS_ALLOW_HTTP"] = "true"
    return options


def _root(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return unquote(parts.path)
    if parts.scheme == "s3":
        return url.rstrip("/")
    raise BadSetting(
        "an index needs a lake in a folder or in S3.",
        subject=repr(url),
        remedy="Set EMFAIR_LAKE_URL to file:///folder or s3://bucket/prefix.",
    )
