"""The pointer and its history."""

from datetime import UTC, datetime, timedelta

import pytest

from emfair.catalogue import pointer
from emfair.errors import BadData, Conflict, NotFound
from emfair.lake.memory import MemoryLake

NIGHT = datetime(2026, 1, 22, 23, 30, tzinfo=UTC)


def states(lake, count):
    made = [
        pointer.Pointer(
            serial=n + 1, committed_at=NIGHT + timedelta(hours=n), versions={"facts": n}
        )
        for n in range(count)
    ]
    for state in made:
        pointer.write(lake, state)
    return made


def test_there_is_no_pointer_before_the_first_write():
    assert pointer.read_current(MemoryLake()) is None
    assert pointer.read_at(MemoryLake(), NIGHT) is None


def test_every_state_can_be_found_again_by_time():
    lake = MemoryLake()
    made = states(lake, 4)
    assert pointer.read_current(lake) == made[-1]
    for state in made:
        assert pointer.read_at(lake, state.committed_at + timedelta(minutes=59)) == state
    assert pointer.read_at(lake, NIGHT - timedelta(seconds=1)) is None


def test_a_state_that_never_became_current_is_not_found():
    lake = MemoryLake()
    made = states(lake, 2)
    lake.put_bytes(
        pointer.CURRENT, lake.read_bytes(f"{pointer.HISTORY}0000000001.json"), replace=True
    )
    assert pointer.read_at(lake, NIGHT + timedelta(days=1)) == made[0]


def test_a_serial_number_is_given_once():
    lake = MemoryLake()
    (first,) = states(lake, 1)
    other = first.model_copy(update={"versions": {"facts": 9}})
    with pytest.raises(Conflict):
        pointer.write(lake, other)
    assert pointer.read_current(lake) == first


def test_a_writer_goes_on_from_the_last_state_that_was_written():
    lake = MemoryLake()
    made = states(lake, 3)
    lake.put_bytes(
        pointer.CURRENT, lake.read_bytes(f"{pointer.HISTORY}0000000001.json"), replace=True
    )
    assert pointer.read_current(lake) == made[0]
    assert pointer.read_latest(lake) == made[2]
    assert pointer.read_current(lake) == made[2]


def test_forgotten_states_are_refused_and_the_one_in_force_is_kept():
    lake = MemoryLake()
    made = states(lake, 4)
    pointer.forget(lake, NIGHT + timedelta(hours=1, minutes=30))
    assert pointer.read_at(lake, NIGHT + timedelta(hours=1, minutes=30)) == made[1]
    with pytest.raises(NotFound, match="no longer kept"):
        pointer.read_at(lake, NIGHT)
    assert pointer.read_current(lake) == made[3]


@pytest.mark.parametrize("content", [b"{bad", b"", b"[]", b"{}", b"\xff"])
def test_a_damaged_pointer_is_named_and_the_newest_of_the_history_mends_it(content):
    lake = MemoryLake()
    made = states(lake, 2)
    lake.put_bytes(pointer.CURRENT, content, replace=True)
    for read in (pointer.read_current, pointer.read_latest):
        with pytest.raises(BadData, match="is damaged") as caught:
            read(lake)
        assert caught.value.subject == pointer.CURRENT
        assert pointer.HISTORY in caught.value.remedy
        assert "pydantic" not in str(caught.value)
    newest = max(found.key for found in lake.list(pointer.HISTORY))
    lake.put_bytes(pointer.CURRENT, lake.read_bytes(newest), replace=True)
    assert pointer.read_current(lake) == made[1]


def test_a_damaged_state_of_the_history_is_named():
    lake = MemoryLake()
    states(lake, 3)
    key = f"{pointer.HISTORY}0000000002.json"
    lake.put_bytes(key, b"{bad", replace=True)
    with pytest.raises(BadData) as caught:
        pointer.read_at(lake, NIGHT)
    assert caught.value.subject == key
    with pytest.raises(BadData):
        pointer.forget(lake, NIGHT + timedelta(days=1))
