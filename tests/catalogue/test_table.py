"""One table of the index: what it refuses to open or to commit to."""

import pytest

from emfair.catalogue.delta import Index
from emfair.catalogue.schema import TABLES
from emfair.errors import BadSetting, Unavailable
from emfair.lake.memory import MemoryLake


def test_a_commit_after_another_writers_fails(index, lake, tmp_path, tables_of, content):
    index.replace("e-1", tables_of("e-1"))
    slow = index._healed(index.pointer())
    Index(lake, tmp_path / "other").replace("e-2", tables_of("e-2"))
    for rows in (tables_of("e-3"), tables_of("e-1", n=9), tables_of("e-1", n=0)):
        experiment = rows["files"]["experiment_id"][0].as_py()
        with pytest.raises(Unavailable, match="another writer"):
            index._tables["facts"].replace(slow["facts"], experiment, rows["facts"])
    assert [row[0] for row in content(index)] == ["e-1", "e-2"]


def test_lost_tables_are_an_error_not_an_empty_index(index, lake, tables_of):
    index.replace("e-1", tables_of())
    for found in list(lake.list("index/tables/facts/")):
        lake.delete(found.key)
    with pytest.raises(Unavailable):
        Index(lake, index._cache).files()
    with pytest.raises(Unavailable, match="emfair recover"):
        index.replace("e-1", tables_of())


def test_columns_of_another_version_of_emfair_are_refused(index, lake, tables_of):
    from deltalake import DeltaTable

    DeltaTable.create(lake.locate("index/tables/facts"), TABLES["files"].columns, name="facts")
    with pytest.raises(BadSetting, match="another version"):
        index.replace("e-1", tables_of())


def test_a_lake_that_delta_cannot_reach_is_a_bad_setting(tmp_path):
    with pytest.raises(BadSetting, match="folder or in S3"):
        Index(MemoryLake(), tmp_path)
