"""The index against real Delta tables: what is replaced, removed, compacted and kept."""

import time
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from emfair.catalogue.query import ask
from emfair.catalogue.schema import TABLES
from emfair.errors import BadData, BadName, NotFound

NIGHT = datetime(2026, 1, 22, 23, 30, tzinfo=UTC)


def test_an_experiment_is_found_after_it_was_written(index, tables_of, content):
    assert index.replace("e-1", tables_of("e-1")) is True
    assert content(index) == [("e-1", 200e3, "HAADF", 2, 1, 1)]


def test_a_replacement_leaves_nothing_of_the_old_rows_and_all_of_the_others(
    index, tables_of, content
):
    index.replace("e-1", tables_of("e-1", n=3, n_findings=4))
    index.replace("e-2", tables_of("e-2"))
    index.replace("e-1", tables_of("e-1", voltage=80e3, n=1, title="BF", n_findings=0))
    assert content(index) == [("e-1", 80e3, "BF", 1, 0, 0), ("e-2", 200e3, "HAADF", 2, 1, 1)]


def test_the_same_rows_again_write_nothing(index, lake, tables_of):
    index.replace("e-1", tables_of())
    before = index.pointer(), sorted(o.key for o in lake.list("index/"))
    assert (
        index.replace(
            "e-1",
            {k: pa.concat_tables([v.slice(1), v.slice(0, 1)]) for k, v in tables_of().items()},
        )
        is False
    )
    assert (index.pointer(), sorted(o.key for o in lake.list("index/"))) == before


def test_only_tables_that_change_are_written(index, tables_of):
    index.replace("e-1", tables_of())
    before = index.versions()
    index.replace("e-1", tables_of(voltage=1e5))
    changed = {name for name, version in index.versions().items() if version != before[name]}
    assert changed == {"measurements", "facts"}


def test_a_removed_experiment_is_gone_from_all_tables(index, tables_of):
    index.replace("e-1", tables_of("e-1"))
    index.replace("e-2", tables_of("e-2"))
    assert index.remove("e-1") is True
    for name in TABLES:
        assert ask(index, f"SELECT DISTINCT experiment_id FROM {name}").rows == [("e-2",)]
    assert index.remove("e-1") is False


def test_removing_from_an_index_that_is_not_there_makes_none(index, lake):
    assert index.remove("e-1") is False
    assert list(lake.list("")) == []


def test_an_index_that_is_not_there_has_no_versions_and_no_files(index):
    assert index.versions() == {}
    assert index.files() == {name: [] for name in TABLES}


@pytest.mark.parametrize("experiment", ["", "E 1", "x' OR '1'='1"])
def test_only_identifiers_reach_the_tables(index, experiment, tables_of):
    with pytest.raises(BadName):
        index.replace(experiment, tables_of())
    with pytest.raises(BadName):
        index.remove(experiment)


def test_rows_of_another_experiment_are_refused(index, tables_of):
    with pytest.raises(BadData, match="another experiment"):
        index.replace("e-2", tables_of("e-1"))


def test_a_missing_table_or_column_is_refused(index, tables_of):
    tables = tables_of()
    with pytest.raises(BadData, match="not the tables"):
        index.replace("e-1", {"facts": tables["facts"]})
    with pytest.raises(BadData, match="columns of 'files'"):
        index.replace("e-1", tables | {"files": tables["files"].drop_columns("size")})
    assert index.pointer() is None


def test_the_index_can_be_asked_as_it_was(index, clock, tables_of, content):
    for hour in range(4):
        clock.time = NIGHT + timedelta(hours=hour)
        index.replace("e-1", tables_of(voltage=float(hour)))
    for hour in range(4):
        when = NIGHT + timedelta(hours=hour, minutes=30)
        assert content(index, at=when)[0][1] == float(hour)
    assert content(index, at=NIGHT - timedelta(hours=1)) == []


def test_compaction_merges_files_and_changes_no_row(index, clock, tables_of, content):
    for number in range(12):
        index.replace(f"e-{number}", tables_of(f"e-{number}", voltage=float(number)))
    before = content(index)
    assert len(index.files()["facts"]) == 12
    index.compact()
    assert content(index) == before
    assert len(index.files()["facts"]) == 1
    serial = index.pointer().serial
    index.compact()
    assert index.pointer().serial == serial, "nothing to do, nothing written"
    assert index.replace("e-3", tables_of("e-3", voltage=3.0)) is False
    index.replace("e-3", tables_of("e-3", voltage=4.0))
    assert [row[1] for row in content(index)].count(4.0) == 2


def test_compaction_keeps_what_it_is_told_to_keep_and_drops_the_rest(
    index, lake, clock, tables_of, content
):
    index.replace("e-1", tables_of(voltage=1.0))
    clock.advance(days=1)
    index.replace("e-1", tables_of(voltage=2.0))
    clock.advance(days=1)
    index.compact()
    assert content(index, at=NIGHT)[0][1] == 1.0
    files = len(list(lake.list("index/tables/")))
    index.compact(keep=timedelta(0))
    assert len([o for o in lake.list("index/tables/") if o.key.endswith(".parquet")]) == len(TABLES)
    assert len(list(lake.list("index/tables/"))) < files + 5
    with pytest.raises(NotFound, match="no longer kept"):
        index.files(at=NIGHT)
    assert content(index)[0][1] == 2.0
    index.replace("e-2", tables_of("e-2"))
    assert len(content(index)) == 2


def test_compacting_an_index_that_is_not_there_makes_none(index, lake):
    index.compact()
    assert list(lake.list("")) == []


def test_a_cleared_index_is_empty_and_can_be_filled_again(index, lake, tables_of, content):
    index.replace("e-1", tables_of())
    lake.put_bytes("project=p/keep", b"1")
    index.clear()
    assert [o.key for o in lake.list("")] == ["project=p/keep"]
    assert content(index) == []
    index.replace("e-2", tables_of("e-2"))
    assert [row[0] for row in content(index)] == ["e-2"]


def test_nothing_but_the_index_is_touched(index, lake, tables_of):
    lake.put_bytes("project=p-1/proposal=q-1/sample=s-1/experiment=e-1/raw/files/a", b"1")
    index.replace("e-1", tables_of())
    index.remove("e-1")
    index.compact()
    outside = [o.key for o in lake.list("") if not o.key.startswith("index/")]
    assert outside == ["project=p-1/proposal=q-1/sample=s-1/experiment=e-1/raw/files/a"]


def test_replacing_one_experiment_among_many_facts_is_timed(index, tables_of, capsys):
    many = tables_of("e-many", n=50_000)
    times = {}
    for name, experiment, tables in (
        ("10⁵ facts", "e-many", many),
        ("append", "e-1", tables_of("e-1")),
        ("replace", "e-1", tables_of("e-1", voltage=1.0)),
        ("unchanged", "e-many", many),
    ):
        started = time.perf_counter()
        index.replace(experiment, tables)
        times[name] = f"{1e3 * (time.perf_counter() - started):.0f} ms"
    with capsys.disabled():
        print(f"\n{times}")  # noqa: T201
    assert ask(index, "SELECT count(*) FROM facts").rows == [(100_004,)]
