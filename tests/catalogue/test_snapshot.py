"""The catalogue as single files, read by a DuckDB that knows nothing of emfair."""

import duckdb
import pyarrow.parquet as pq
import pytest

from emfair.catalogue.query import ask
from emfair.catalogue.schema import TABLES
from emfair.catalogue.snapshot import publish, snapshot_key, write_one
from emfair.catalogue.table import ROW_GROUP
from emfair.errors import Unavailable
from emfair.lake.local import LocalLake


def plain(lake, sql):
    """Ask a snapshot; `{facts}` … stand for the files."""
    files = {name: f"'{lake.locate(snapshot_key(name))}'" for name in TABLES}
    with duckdb.connect(":memory:") as connection:
        return connection.execute(sql.format(**files)).fetchall()


def test_plain_duckdb_reads_what_the_index_holds(index, lake, tmp_path, tables_of):
    for number in range(3):
        index.replace(f"e-{number}", tables_of(f"e-{number}", voltage=float(number)))
    index.remove("e-1")
    published = publish(index, tmp_path / "scratch")
    assert {found.key for found in published} == {snapshot_key(name) for name in TABLES}
    sql = (
        "SELECT experiment_id, shape, acceleration_voltage_V FROM {measurements} m "
        "JOIN {experiments} e USING (experiment_id) ORDER BY ALL"
    )
    assert plain(lake, sql) == [("e-0", [512, 512], 0.0)] * 2 + [("e-2", [512, 512], 2.0)] * 2
    for name in TABLES:
        everything = f"FROM {{{name}}} ORDER BY ALL"
        assert len(plain(lake, everything)) == len(ask(index, f"FROM {name}").rows)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_an_empty_index_publishes_empty_tables(index, lake, tmp_path):
    publish(index, tmp_path)
    assert plain(lake, "SELECT count(*) FROM {facts}") == [(0,)]


def test_the_files_keep_the_columns_comments(index, lake, tmp_path, tables_of):
    index.replace("e-1", tables_of())
    publish(index, tmp_path)
    for name, table in TABLES.items():
        found = pq.read_schema(lake.locate(snapshot_key(name)))
        assert found.equals(table.columns, check_metadata=True)


def test_a_later_snapshot_replaces_the_earlier(index, lake, tmp_path, tables_of):
    for n in (1, 2):
        index.replace("e-1", tables_of(n=n))
        publish(index, tmp_path)
        assert plain(lake, "SELECT count(*) FROM {measurements}") == [(n,)]


def test_a_store_that_fails_leaves_the_old_snapshot(index, lake, tmp_path, tables_of):
    class SickLake(LocalLake):
        def put_file(self, *_, **__):
            raise Unavailable("sick.")

    index.replace("e-1", tables_of(n=1))
    publish(index, tmp_path)
    index.replace("e-1", tables_of(n=2))
    healthy, index.lake = index.lake, SickLake(tmp_path)
    index.lake.url, index.lake.locate = healthy.url, healthy.locate
    with pytest.raises(Unavailable):
        publish(index, tmp_path / "scratch")
    assert plain(lake, "SELECT count(*) FROM {measurements}") == [(1,)]
    assert list((tmp_path / "scratch").iterdir()) == []


def test_many_small_files_become_few_row_groups(tmp_path, tables_of):
    files = []
    for number in range(50):
        files.append(tmp_path / f"{number}.parquet")
        pq.write_table(tables_of(f"e-{number}", n=20)["facts"], files[-1])
    write_one("facts", files, tmp_path / "all.parquet")
    found = pq.ParquetFile(tmp_path / "all.parquet")
    assert (found.metadata.num_rows, found.metadata.num_row_groups) == (2000, 1)
    assert found.metadata.row_group(0).column(0).compression == "ZSTD"
    assert found.metadata.num_rows < ROW_GROUP
