"""The outbox becomes runs: each content once, none skipped, not too many at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dagster import (
    DagsterInstance,
    SensorResult,
    SkipReason,
    build_sensor_context,
)
from hypothesis import given
from hypothesis import strategies as st

from emfair.client.engine import DepositRequest
from emfair.errors import BadCall
from emfair.lake.memory import MemoryLake
from emfair.model.annotations import Annotations
from emfair.model.states import ExperimentState as S
from emfair.registry import OutboxCursor, OutboxRow
from emfair.service.annotations import annotate
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from sensors.uploads import AT_ONCE, plan, uploads
from tests.emfair_assets.ground import Given, definitions
from tests.service.lab import deposit, someone
from tests.services.registries import furnished

NOW = datetime(2026, 1, 22, 12, tzinfo=UTC)


def row(number: int, experiment: str = "e-1", key: str = "") -> OutboxRow:
    return OutboxRow(number, "deposit-sealed", experiment, key or f"{experiment}:{number}", NOW)


# --- plan, which is pure


def test_rows_become_one_run_an_experiment_under_the_newest_key():
    decided = plan(OutboxCursor(), [row(1), row(2, "e-2"), row(3)], {}, set(), NOW)
    assert decided.run_keys == {"e-1": "e-1:3", "e-2": "e-2:2"}
    assert decided.cursor.position == 3


def test_what_someone_processed_already_needs_no_run_but_moves_the_cursor():
    processed = {"e-1": "e-1:1", "e-2": "old"}
    decided = plan(OutboxCursor(), [row(1), row(2, "e-2")], processed, set(), NOW)
    assert decided.run_keys == {"e-2": "e-2:2"}
    assert decided.cursor.position == 2


def test_nothing_new_decides_nothing():
    cursor = OutboxCursor(position=9)
    assert plan(cursor, [], {}, set(), NOW) == plan(cursor, [row(9)], {}, set(), NOW)
    assert plan(cursor, [], {}, set(), NOW).cursor == cursor


def test_what_cannot_be_processed_now_is_passed_over_and_the_cursor_moves():
    decided = plan(OutboxCursor(), [row(1), row(2, "e-2")], {}, {"e-1"}, NOW)
    assert decided.run_keys == {"e-2": "e-2:2"}
    assert decided.cursor.position == 2


@given(ticks=st.lists(st.sets(st.integers(1, 40), max_size=6), max_size=12))
def test_in_whatever_order_rows_come_into_sight_each_is_planned_once(ticks):
    cursor, visible, planned, time = OutboxCursor(), set(), [], NOW
    for seen in [*ticks, set()]:
        visible |= seen
        behind = [n for n in sorted(visible) if n > cursor.position or n in cursor.gaps]
        decided = plan(cursor, [row(n, f"e-{n}") for n in behind], {}, set(), time)
        planned += decided.run_keys
        cursor, time = decided.cursor, time + timedelta(seconds=5)
    assert sorted(planned) == sorted(f"e-{number}" for number in visible)


@given(
    rows=st.lists(
        st.builds(row, st.integers(1, 500), st.sampled_from(["e-1", "e-2", "e-3"])), max_size=50
    ),
    processed=st.dictionaries(st.sampled_from(["e-1", "e-2", "e-3"]), st.text(max_size=3)),
    unsealed=st.sets(st.sampled_from(["e-1", "e-2", "e-3"])),
)
def test_a_plan_asks_for_no_key_that_was_processed_and_invents_none(rows, processed, unsealed):
    decided = plan(OutboxCursor(), rows, processed, unsealed, NOW)
    assert not unsealed & decided.run_keys.keys()
    for experiment, key in decided.run_keys.items():
        assert processed.get(experiment) != key
        assert key in {one.run_key for one in rows if one.experiment == experiment}


# --- the sensor, on a real registry


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with open_services(
        read_settings(home=furnished(tmp_path / "home")), lake=MemoryLake()
    ) as opened:
        yield opened


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def sealed(services: Services, folder: Path, number: int = 0) -> str:
    path = folder / f"{number}.dm3"
    path.write_bytes(b"%d" % number)
    return deposit(services, DepositRequest([path], "P", "Q", "S")).place.experiment


def tick(
    services: Services, instance: DagsterInstance, cursor: str | None = None
) -> SensorResult | SkipReason:
    context = build_sensor_context(
        instance=instance,
        cursor=cursor,
        resources={"emfair": Given(services)},
        definitions=definitions(services),
    )
    return uploads(context)


def test_a_sealed_deposit_becomes_a_partition_and_a_run_under_its_content(
    services, instance, tmp_path
):
    experiment = sealed(services, tmp_path)
    result = tick(services, instance)
    (request,) = result.run_requests
    assert request.partition_key == experiment
    assert request.run_key == services.registry.experiments.get(experiment).run_key
    (partitions,) = result.dynamic_partitions_requests
    assert (partitions.partitions_def_name, list(partitions.partition_keys)) == (
        "experiment", [experiment],
    )  # fmt: skip


def test_nothing_is_sent_again_and_an_empty_outbox_is_skipped(services, instance, tmp_path):
    assert isinstance(tick(services, instance), SkipReason)
    sealed(services, tmp_path)
    first = tick(services, instance)
    assert isinstance(tick(services, instance, first.cursor), SkipReason)


def test_edited_annotations_are_another_run_of_the_same_partition(services, instance, tmp_path):
    experiment = sealed(services, tmp_path)
    first = tick(services, instance)
    annotate(
        someone(services), experiment, Annotations(title="new"), expected_version=1, reason="r"
    )
    second = tick(services, instance, first.cursor)
    assert [one.partition_key for one in second.run_requests] == [experiment]
    assert second.run_requests[0].run_key != first.run_requests[0].run_key


def test_what_was_processed_by_hand_is_passed_over_and_the_cursor_moves(
    services, instance, tmp_path
):
    experiment = sealed(services, tmp_path)
    key = services.registry.experiments.get(experiment).run_key
    services.registry.experiments.set_state(experiment, S.PROCESSING)
    services.registry.experiments.set_state(experiment, S.VALID, processed_key=key)
    result = tick(services, instance)
    assert (result.run_requests, result.dynamic_partitions_requests) == ([], [])
    assert OutboxCursor.from_json(result.cursor).position == 1


def test_an_experiment_in_processing_gets_its_next_run_when_its_annotations_change(
    services, instance, tmp_path
):
    experiment = sealed(services, tmp_path)
    first = tick(services, instance)
    services.registry.experiments.set_state(experiment, S.PROCESSING)
    notes, access = Annotations(title="new"), someone(services)
    annotate(access, experiment, notes, expected_version=1, reason="r")
    second = tick(services, instance, first.cursor)
    assert services.registry.experiments.get(experiment).state is S.PROCESSING
    assert [one.partition_key for one in second.run_requests] == [experiment]


def test_what_was_withdrawn_meanwhile_gets_no_run(services, instance, tmp_path):
    gone, kept = sealed(services, tmp_path, 1), sealed(services, tmp_path, 2)
    row = services.registry.experiments.get(gone)
    services.registry.withdrawals.withdraw(gone, row.version, actor="local:ada", reason="no")
    result = tick(services, instance)
    assert [one.partition_key for one in result.run_requests] == [kept]
    assert isinstance(tick(services, instance, result.cursor), SkipReason)


def test_a_flood_is_taken_in_portions_and_nothing_is_lost(services, instance, tmp_path):
    experiments = [sealed(services, tmp_path, number) for number in range(AT_ONCE + 7)]
    first = tick(services, instance)
    second = tick(services, instance, first.cursor)
    assert [len(one.run_requests) for one in (first, second)] == [AT_ONCE, 7]
    sent = [one.partition_key for result in (first, second) for one in result.run_requests]
    assert sorted(sent) == sorted(experiments)
    assert isinstance(tick(services, instance, second.cursor), SkipReason)


def test_late_rows_count_among_those_of_a_tick(services, instance, tmp_path):
    for number in range(AT_ONCE + 20):
        sealed(services, tmp_path, number)
    missed = {number: services.now() for number in range(1, 11)}
    cursor = OutboxCursor(position=10, gaps=missed).to_json()
    result = tick(services, instance, cursor)
    assert len(result.run_requests) == AT_ONCE
    assert OutboxCursor.from_json(result.cursor) == OutboxCursor(position=AT_ONCE)


def test_a_strange_cursor_is_refused_with_what_to_do(services, instance):
    with pytest.raises(BadCall, match="Reset the sensor's cursor"):
        tick(services, instance, "42")


def test_the_sensors_keys_fit_dagsters_tags(services, instance, tmp_path):
    sealed(services, tmp_path)
    for request in tick(services, instance).run_requests:
        assert len(request.run_key) <= 63
        assert len(request.partition_key) <= 63
