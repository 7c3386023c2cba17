"""Writers that die, race and are read meanwhile: the index is never half of anything."""

import threading
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from emfair.catalogue.delta import Index
from emfair.catalogue.pointer import CURRENT, HISTORY
from emfair.catalogue.query import ask
from emfair.catalogue.schema import TABLES
from emfair.errors import Unavailable
from emfair.lake.local import LocalLake


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


@pytest.mark.parametrize("key", [CURRENT, HISTORY])
def test_a_writer_that_dies_before_the_pointer_leaves_the_old_state(
    frail, tmp_path, key, tables_of, content
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
def test_a_write_that_died_can_be_sent_again(frail, tmp_path, tables_of, key, content):
    index = Index(frail, tmp_path / "cache")
    for n in (3, 2):
        frail.fails = (key,)
        with pytest.raises(Unavailable):
            index.replace("e-1", tables_of(n=n))
        assert content(index) == ([] if n == 3 else [("e-1", 200e3, "HAADF", 3, 1, 1)])
        frail.fails = ()
        index.replace("e-1", tables_of(n=n))
        assert content(index) == [("e-1", 200e3, "HAADF", n, 1, 1)]


@pytest.mark.parametrize("dead_after", range(1, 7))
def test_a_writer_can_die_after_any_of_the_six_commits(index, dead_after, tables_of, content):
    index.replace("e-1", tables_of("e-1"))
    before = content(index)
    tables = index._healed(index.pointer())
    new = tables_of("e-1", voltage=1.0, n=5, n_findings=5)
    for name in list(tables)[:dead_after]:
        index._tables[name].replace(tables[name], "e-1", new[name])
    assert content(index) == before
    index.replace("e-1", new)
    assert content(index) == [("e-1", 1.0, "HAADF", 5, 5, 5)]


def test_a_pointer_is_not_moved_to_tables_that_another_writer_has_changed(
    index, lake, tmp_path, tables_of, content
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


def test_many_writers_are_told_to_retry_and_end_with_all_they_wrote(
    lake, tmp_path, tables_of, content
):
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


def test_a_reader_never_sees_half_of_a_replacement(index, lake, tmp_path, tables_of, content):
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
def test_any_history_equals_a_dictionary(tmp_path_factory, steps, tables_of, content):
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
