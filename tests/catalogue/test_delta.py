"""The index against real Delta tables; crashes are a lake that fails at a chosen key."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from emfair.catalogue.delta import Index
from emfair.catalogue.pointer import CURRENT, HISTORY
from emfair.catalogue.query import ask
from emfair.catalogue.schema import TABLES
from emfair.errors import BadData, BadName, BadSetting, NotFound, Unavailable
from emfair.lake.local import LocalLake
from emfair.lake.memory import MemoryLake

NIGHT = datetime(2026, 1, 22, 23, 30, tzinfo=UTC)


class FrailLake(LocalLake):
    """A lake that fails to store the keys in `fails`."""

    fails = ()

    def put_bytes(self, key, content, *, replace=False):
        """Fail, or store."""
        if key.startswith(tuple(self.fails)):
            raise Unavailable("the store is sick.")
        return super().put_bytes(key, content, replace=replace)


@pytest.fixture
def frail(tmp_path):
    return FrailLake(tmp_path / "lake")


def content(index, at=None):
    """Return (experiment, voltage, title, measurements, findings) of each experiment."""
    return ask(
        index,
        """
        SELECT e.experiment_id, any_value(f.value_num), any_value(m.title),
               count(DISTINCT m.measurement_id), any_value(n_missing),
               (SELECT count(*) FROM findings g WHERE g.experiment_id = e.experiment_id)
        FROM experiments e
        LEFT JOIN measurements m USING (experiment_id)
        LEFT JOIN facts f ON f.measurement_id = m.measurement_id
          AND f.experiment_id = e.experiment_id AND f.key = 'acceleration_voltage'
        GROUP BY ALL ORDER BY ALL
        """,
        at=at,
    ).rows


def test_an_experiment_is_found_after_it_was_written(index, tables_of):
    assert index.replace("e-1", tables_of("e-1")) is True
    assert content(index) == [("e-1", 200e3, "HAADF", 2, 1, 1)]


def test_a_replacement_leaves_nothing_of_the_old_rows_and_all_of_the_others(index, tables_of):
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


@pytest.mark.parametrize("key", [CURRENT, HISTORY])
def test_a_writer_that_dies_before_the_pointer_leaves_the_old_state(
    frail, tmp_path, key, tables_of
):
    index = Index(frail, tmp_path / "cache")
    index.replace("e-1", tables_of("e-1"))
    before = content(index)
    frail.fails = (key,)
    with pytest.raises(Unavailable, match="sick"):
        index.replace("e-2", tables_of("e-2"))
    with pytest.raises(Unavailable, match="sick"):
        index.replace("e-1", tables_of("e-1", voltage=1.0))
    assert content(index) == before
    assert content(Index(frail, tmp_path / "other")) == before


@pytest.mark.parametrize(("key", "others"), [(HISTORY, []), (CURRENT, ["e-dead"])])
def test_the_next_writer_undoes_or_completes_what_a_dead_one_left(
    frail, tmp_path, tables_of, key, others
):
    index = Index(frail, tmp_path / "cache")
    index.replace("e-1", tables_of("e-1"))
    frail.fails = (key,)
    with pytest.raises(Unavailable):
        index.replace("e-dead", tables_of("e-dead"))
    frail.fails = ()
    index.replace("e-2", tables_of("e-2"))
    for name in TABLES:
        found = ask(index, f"SELECT DISTINCT experiment_id FROM {name} ORDER BY 1")
        assert [row[0] for row in found.rows] == ["e-1", "e-2", *others]


@pytest.mark.parametrize("key", [CURRENT, HISTORY])
def test_a_write_that_died_can_be_sent_again(frail, tmp_path, tables_of, key):
    index = Index(frail, tmp_path / "cache")
    for n in (3, 2):
        frail.fails = (key,)
        with pytest.raises(Unavailable):
            index.replace("e-1", tables_of(n=n))
        assert content(index) == ([] if n == 3 else [("e-1", 200e3, "HAADF", 3, 1, 1)])
        frail.fails = ()
        index.replace("e-1", tables_of(n=n))
        assert content(index) == [("e-1", 200e3, "HAADF", n, 1, 1)]


@pytest.mark.parametrize("dead_after", range(1, 6))
def test_a_writer_can_die_after_any_of_the_five_commits(index, dead_after, tables_of):
    index.replace("e-1", tables_of("e-1"))
    before = content(index)
    tables = index._healed(index.pointer())
    new = tables_of("e-1", voltage=1.0, n=5, n_findings=5)
    for name in list(tables)[:dead_after]:
        index._tables[name].replace(tables[name], "e-1", new[name])
    assert content(index) == before
    index.replace("e-1", new)
    assert content(index) == [("e-1", 1.0, "HAADF", 5, 5, 5)]


def test_a_commit_after_another_writers_fails(index, lake, tmp_path, tables_of):
    index.replace("e-1", tables_of("e-1"))
    slow = index._healed(index.pointer())
    Index(lake, tmp_path / "other").replace("e-2", tables_of("e-2"))
    for rows in (tables_of("e-3"), tables_of("e-1", n=9), tables_of("e-1", n=0)):
        experiment = rows["files"]["experiment_id"][0].as_py()
        with pytest.raises(Unavailable, match="another writer"):
            index._tables["facts"].replace(slow["facts"], experiment, rows["facts"])
    assert [row[0] for row in content(index)] == ["e-1", "e-2"]


def test_a_pointer_is_not_moved_to_tables_that_another_writer_has_changed(
    index, lake, tmp_path, tables_of
):
    index.replace("e-1", tables_of("e-1"))
    current = index.pointer()
    slow = index._healed(current)
    for name, rows in tables_of("e-3").items():
        index._tables[name].replace(slow[name], "e-3", rows)
    Index(lake, tmp_path / "other").replace("e-2", tables_of("e-2"))
    with pytest.raises(Unavailable, match="another writer"):
        index._publish(current, slow)
    assert [row[0] for row in content(index)] == ["e-1", "e-2"]


def test_many_writers_are_told_to_retry_and_end_with_all_they_wrote(lake, tmp_path, tables_of):
    Index(lake, tmp_path / "c").replace("e-0", tables_of("e-0"))
    errors = []

    def write(number):
        mine = Index(lake, tmp_path / f"c{number}")
        for step in range(3):
            experiment = f"e-{number}-{step}"
            for attempt in range(200):
                try:
                    mine.replace(experiment, tables_of(experiment))
                    break
                except Unavailable:
                    time.sleep(0.02 * number + 0.001 * attempt)
                except Exception as error:  # noqa: BLE001  a thread's error must reach the test
                    errors.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(1, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    found = content(Index(lake, tmp_path / "d"))
    assert {row[1:] for row in found} == {(200e3, "HAADF", 2, 1, 1)}, "half an experiment"
    assert len(found) == 10


def test_a_reader_never_sees_half_of_a_replacement(index, lake, tmp_path, tables_of):
    index.replace("e-1", tables_of(voltage=1.0, n=1, title="1", n_findings=1))
    stop, seen, errors = threading.Event(), set(), []

    def read():
        mine = Index(lake, tmp_path / "reader")
        try:
            while not stop.is_set():
                seen.update(content(mine))
        except Exception as error:  # noqa: BLE001  a thread's error must reach the test
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for n in range(2, 12):
        index.replace("e-1", tables_of(voltage=float(n), n=n, title=str(n), n_findings=n))
    index.compact()
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(seen) > 1
    assert {
        row for row in seen if not row[1] == float(row[2]) == row[3] == row[4] == row[5]
    } == set()


def test_the_index_can_be_asked_as_it_was(index, clock, tables_of):
    for hour in range(4):
        clock.time = NIGHT + timedelta(hours=hour)
        index.replace("e-1", tables_of(voltage=float(hour)))
    for hour in range(4):
        when = NIGHT + timedelta(hours=hour, minutes=30)
        assert content(index, at=when)[0][1] == float(hour)
    assert content(index, at=NIGHT - timedelta(hours=1)) == []


def test_compaction_merges_files_and_changes_no_row(index, clock, tables_of):
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


def test_compaction_keeps_what_it_is_told_to_keep_and_drops_the_rest(index, lake, clock, tables_of):
    index.replace("e-1", tables_of(voltage=1.0))
    clock.advance(days=1)
    index.replace("e-1", tables_of(voltage=2.0))
    clock.advance(days=1)
    index.compact()
    assert content(index, at=NIGHT)[0][1] == 1.0
    files = len(list(lake.list("index/tables/")))
    index.compact(keep=timedelta(0))
    assert len([o for o in lake.list("index/tables/") if o.key.endswith(".parquet")]) == 5
    assert len(list(lake.list("index/tables/"))) < files + 5
    with pytest.raises(NotFound, match="no longer kept"):
        index.files(at=NIGHT)
    assert content(index)[0][1] == 2.0
    index.replace("e-2", tables_of("e-2"))
    assert len(content(index)) == 2


def test_compacting_an_index_that_is_not_there_makes_none(index, lake):
    index.compact()
    assert list(lake.list("")) == []


def test_a_cleared_index_is_empty_and_can_be_filled_again(index, lake, tables_of):
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


EXPERIMENTS = st.sampled_from(["e-1", "e-2", "e-3"])
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("replace"), EXPERIMENTS, st.integers(1, 3), st.integers(0, 2), st.integers(0, 2)
        ),
        st.tuples(st.just("remove"), EXPERIMENTS),
        st.tuples(st.just("compact")),
        st.tuples(st.just("die"), EXPERIMENTS),
    ),
    max_size=7,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
@example(steps=[("replace", "e-2", 1, 0, 0), ("die", "e-1"), ("remove", "e-1")])
def test_any_history_equals_a_dictionary(tmp_path_factory, steps, tables_of):
    folder = tmp_path_factory.mktemp("lake")
    lake = FrailLake(folder)
    index = Index(lake, folder / "cache")
    model = {}
    for verb, *arguments in steps:
        match verb:
            case "replace":
                experiment, voltage, n, findings = arguments
                new = (float(voltage) if n else None, "t" if n else None, n, findings, findings)
                tables = tables_of(experiment, float(voltage), n, "t", findings)
                assert index.replace(experiment, tables) is (model.get(experiment) != new)
                model[experiment] = new
            case "remove":
                assert index.remove(*arguments) is (model.pop(*arguments, None) is not None)
            case "compact":
                index.compact()
            case "die":
                lake.fails = (HISTORY,)
                with pytest.raises(Unavailable):
                    index.replace(*arguments, tables_of(*arguments, voltage=1e9, n=7))
                lake.fails = ()
        assert content(index) == [(name, *row) for name, row in sorted(model.items())]


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
