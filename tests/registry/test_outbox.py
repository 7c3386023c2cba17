"""The outbox, and the cursor that skips none of its rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.errors import BadCall
from emfair.registry import OutboxCursor, OutboxRow, Registry, advance
from emfair.registry.engine import connect
from emfair.registry.tables import outbox

NOON = datetime(2026, 1, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(number: int) -> OutboxRow:
    return OutboxRow(number, "deposit-sealed", f"e-{number}", f"e-{number}:k", NOON)


def test_rows_come_in_the_order_of_their_ids_from_a_position_on(lab):
    made = [lab.sealed(f"{number}.dm4").id for number in range(3)]
    first = lab.registry.outbox.after(0, 2)
    rest = lab.registry.outbox.after(first[-1].id, 2)
    assert [event.experiment for event in first + rest] == made
    assert lab.registry.outbox.after(rest[-1].id, 2) == []


def test_rows_are_asked_for_by_id_and_missing_ones_are_left_out(lab):
    lab.sealed("a.dm4")
    (event,) = lab.registry.outbox.after(0, 10)
    assert lab.registry.outbox.rows([event.id, event.id + 1000]) == [event]
    assert lab.registry.outbox.rows([]) == []
    assert lab.registry.outbox.rows(range(40_000)) == [event]


def test_a_reader_of_a_real_outbox_gets_each_event_once(lab):
    cursor, got = OutboxCursor(), []
    for number in range(5):
        lab.sealed(f"{number}.dm4")
        if number % 2:
            cursor, due = read(lab.registry, cursor)
            got += [event.experiment for event in due]
    assert got == [f"e-{number}" for number in range(1, 5)]


def test_a_reader_of_a_real_outbox_gets_an_event_that_commits_late(lab, url):
    sealed = lab.sealed("a.dm4")
    cursor, _ = read(lab.registry, OutboxCursor())
    start = cursor.position
    insert(url, start + 2, sealed.id)
    cursor, due = read(lab.registry, cursor)
    assert [event.id for event in due] == [start + 2]
    insert(url, start + 1, sealed.id)
    cursor, due = read(lab.registry, cursor)
    assert [event.id for event in due] == [start + 1]
    assert read(lab.registry, cursor) == (OutboxCursor(position=start + 2), [])


def read(registry: Registry, cursor: OutboxCursor) -> tuple[OutboxCursor, list[OutboxRow]]:
    rows = registry.outbox.after(cursor.position, 10) + registry.outbox.rows(cursor.gaps)
    return advance(cursor, rows, NOON)


def insert(url: str, number: int, experiment: str) -> None:
    database = connect(url)
    with database.writing() as connection:
        connection.execute(
            outbox.insert().values(
                id=number,
                kind="annotations-changed",
                experiment=experiment,
                run_key=f"{experiment}:{number}",
                created_at=NOON,
            )
        )
    database.close()


def test_a_row_that_commits_late_is_delivered_late():
    cursor, due = advance(OutboxCursor(), [row(1), row(3)], NOON)
    assert [each.id for each in due] == [1, 3]
    assert cursor.gaps == {2: NOON}
    cursor, due = advance(cursor, [row(2), row(4)], NOON + HOUR / 2)
    assert [each.id for each in due] == [2, 4]
    assert cursor == OutboxCursor(position=4)


def test_an_id_that_was_rolled_back_is_given_up_after_patience():
    cursor, _ = advance(OutboxCursor(), [row(2)], NOON)
    cursor, _ = advance(cursor, [], NOON + HOUR - timedelta(seconds=1))
    assert cursor.gaps == {1: NOON}
    cursor, _ = advance(cursor, [], NOON + HOUR)
    assert cursor.gaps == {}


def test_a_row_seen_before_is_not_delivered_again():
    cursor, _ = advance(OutboxCursor(), [row(1), row(2)], NOON)
    assert advance(cursor, [row(1), row(2)], NOON) == (cursor, [])


def test_no_rows_change_nothing():
    cursor = OutboxCursor(position=7, gaps={3: NOON})
    assert advance(cursor, [], NOON) == (cursor, [])


@given(st.integers(0, 2**63), st.dictionaries(st.integers(1, 2**63), st.datetimes()))
def test_a_cursor_survives_its_text(position, gaps):
    aware = {number: since.replace(tzinfo=UTC) for number, since in gaps.items()}
    cursor = OutboxCursor(position=position, gaps=aware)
    assert OutboxCursor.from_json(cursor.to_json()) == cursor


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_a_text_the_cursor_stands_before_all_rows(nothing):
    assert OutboxCursor.from_json(nothing) == OutboxCursor()


@pytest.mark.parametrize("text", ["12", "{", '{"position": -1}', '{"gaps": {"1": "soon"}}', "[]"])
def test_a_text_that_is_no_cursor_is_refused_with_a_remedy(text):
    with pytest.raises(BadCall) as caught:
        OutboxCursor.from_json(text)
    assert "Reset" in caught.value.remedy


@st.composite
def histories(draw):
    """Ids in the order of their commits, with a reading now and then: None."""
    ids = draw(st.permutations(range(1, draw(st.integers(1, 25)) + 1)))
    lost = draw(st.sets(st.sampled_from(ids), max_size=5))
    steps: list[int | None] = []
    for number in ids:
        if number not in lost:
            steps.append(number)
        steps.extend([None] * draw(st.integers(0, 2)))
    return steps


@given(histories(), st.integers(1, 30))
def test_whatever_the_order_of_commits_every_row_is_delivered_exactly_once(steps, limit):
    readings = steps.count(None) + 40
    committed: set[int] = set()
    delivered: list[int] = []
    cursor, now = OutboxCursor(), NOON
    # All readings together take less than the patience: every gap is filled within it.
    for step in [*steps, *[None] * 40]:
        if step is not None:
            committed.add(step)
            continue
        ahead = sorted(number for number in committed if number > cursor.position)[:limit]
        late = [number for number in cursor.gaps if number in committed]
        rows = [row(number) for number in (*ahead, *late)]
        cursor, due = advance(OutboxCursor.from_json(cursor.to_json()), rows, now)
        delivered += [each.id for each in due]
        now += HOUR / (readings + 1)
    assert sorted(delivered) == sorted(committed)


@given(histories(), st.integers(1, 4))
def test_even_without_patience_no_row_is_delivered_twice(steps, limit):
    committed: set[int] = set()
    delivered: list[int] = []
    cursor, now = OutboxCursor(), NOON
    for step in [*steps, *[None] * 40]:
        if step is not None:
            committed.add(step)
            continue
        ahead = sorted(number for number in committed if number > cursor.position)[:limit]
        late = [number for number in cursor.gaps if number in committed]
        cursor, due = advance(cursor, [row(n) for n in (*ahead, *late)], now, timedelta(minutes=1))
        delivered += [each.id for each in due]
        now += timedelta(minutes=1)
        assert all(number < cursor.position for number in cursor.gaps)
    assert len(delivered) == len(set(delivered))
