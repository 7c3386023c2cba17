"""One table of the index: what it refuses to open or to commit to."""

import shutil
from pathlib import Path

import pytest

from emfair.catalogue.delta import Index
from emfair.catalogue.schema import DESCRIPTION, TABLES
from emfair.catalogue.snapshot import publish
from emfair.errors import BadData, BadSetting, Unavailable
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
    with pytest.raises(BadData, match="index/facts: the index is damaged"):
        Index(lake, index._cache).files()
    with pytest.raises(BadData, match="remove it and run emfair process"):
        index.replace("e-1", tables_of())
    assert list(lake.list("index/tables/facts/")) == [], "no new table among damaged ones"


def log(lake):
    return sorted(Path(lake.locate("index/tables/facts/_delta_log")).glob("*.json"))


def parquet(lake):
    return sorted(Path(lake.locate("index/tables/facts")).glob("*.parquet"))


def spoil(path, content):
    path.chmod(0o644)
    path.write_bytes(content)


DAMAGE = {
    "the log is gone": lambda lake: [path.unlink() for path in log(lake)],
    "the first change is gone": lambda lake: log(lake)[0].unlink(),
    "a change is gone": lambda lake: log(lake)[1].unlink(),
    "the last change is gone": lambda lake: log(lake)[-1].unlink(),
    "a change is no JSON": lambda lake: spoil(log(lake)[-1], b"{bad"),
    "the rows are gone": lambda lake: parquet(lake)[0].unlink(),
    "the rows are no Parquet": lambda lake: [spoil(p, b"no table") for p in parquet(lake)],
    "the rows are empty": lambda lake: [spoil(p, b"") for p in parquet(lake)],
    "the rows are cut short": lambda lake: [spoil(p, p.read_bytes()[:-9]) for p in parquet(lake)],
    "the rows' footer is spoilt": lambda lake: [
        spoil(p, p.read_bytes()[:-200] + b"\xff" * 150 + p.read_bytes()[-50:])
        for p in parquet(lake)
    ],
}


@pytest.mark.parametrize("how", DAMAGE)
def test_damage_that_no_retry_mends_is_bad_data(filled, lake, tmp_path, tables_of, how):
    DAMAGE[how](lake)

    def again():
        return Index(lake, tmp_path / "again")

    asked = [
        lambda: [again().replace(f"e-{n}", tables_of(f"e-{n}", voltage=9.0)) for n in range(3)],
        lambda: publish(again(), tmp_path / "scratch"),
    ]
    for ask in asked:
        with pytest.raises(BadData, match="index/facts: the index is damaged") as told:
            ask()
        assert told.value.message.isprintable()
        assert "remove it and run emfair process on every experiment" in told.value.remedy


def test_an_index_that_was_damaged_and_removed_is_built_anew(
    filled, lake, tmp_path, tables_of, content
):
    DAMAGE["the log is gone"](lake)
    shutil.rmtree(lake.locate("index"))
    anew = Index(lake, tmp_path / "anew")
    anew.replace("e-1", tables_of("e-1"))
    assert [row[0] for row in content(anew)] == ["e-1"]


def test_columns_of_another_version_of_emfair_are_refused(index, lake, tables_of):
    from deltalake import DeltaTable

    DeltaTable.create(lake.locate("index/tables/facts"), TABLES["files"].columns, name="facts")
    with pytest.raises(BadSetting, match="another version"):
        index.replace("e-1", tables_of())


def test_a_column_that_was_described_otherwise_when_its_table_was_made_is_written_on(
    index, lake, tables_of, content
):
    import pyarrow as pa
    from deltalake import DeltaTable

    for name, made in TABLES.items():
        said = [field.with_metadata({DESCRIPTION: b"in other words"}) for field in made.columns]
        DeltaTable.create(lake.locate(f"index/tables/{name}"), pa.schema(said), name=name)
    for number in (1, 2):
        index.replace("e-1", tables_of("e-1", n=number))
    assert [row[0] for row in content(index)] == ["e-1"]


def test_an_index_of_another_version_of_emfair_is_not_read_either(filled, lake, tmp_path):
    import pyarrow as pa
    from deltalake import DeltaTable, write_deltalake

    folder = lake.locate("index/tables/measurements")
    version = DeltaTable(folder).version()
    less = pa.table(DeltaTable(folder).to_pyarrow_table()).drop_columns("instrument")
    shutil.rmtree(folder)
    for _ in range(version + 1):
        write_deltalake(folder, less, mode="overwrite")
    with pytest.raises(BadSetting, match=r"another version.*emfair process"):
        Index(lake, tmp_path / "anew").files()


def test_a_lake_that_delta_cannot_reach_is_a_bad_setting(tmp_path):
    with pytest.raises(BadSetting, match="folder or in S3"):
        Index(MemoryLake(), tmp_path)
