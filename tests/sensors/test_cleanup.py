"""Once a day a run cleans up, and says what it did."""

from __future__ import annotations

from datetime import timedelta

from dagster import DagsterInstance, RunRequest, SkipReason

from emfair.model.deposits import Whereto
from emfair.model.states import ExperimentState as S
from emfair.service import deposits
from emfair.service.cleanup import UNTOUCHED
from emfair_assets.upkeep import CLEAN_UP
from sensors.cleanup import cleanup
from tests.emfair_assets.ground import QUIET, definitions
from tests.service.lab import someone


def test_one_run_a_day_is_asked_for(house):
    first = house.look(cleanup)
    assert isinstance(first, RunRequest)
    assert isinstance(house.look(cleanup), SkipReason)
    house.clock.passes(timedelta(days=1))
    second = house.look(cleanup)
    assert isinstance(second, RunRequest)
    assert second.run_key != first.run_key


def test_the_job_gives_up_what_nobody_finishes_and_counts_it(house):
    draft = deposits.draft(someone(house.services), Whereto("P", "Q", "S", "night"))
    house.clock.passes(UNTOUCHED + timedelta(seconds=1))
    job = definitions(house.services).resolve_job_def(CLEAN_UP)
    with DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, run_config=QUIET)
        assert result.success
        (output,) = [event for event in result.all_events if event.is_successful_output]
        counts = output.step_output_data.metadata
    assert counts["deposit"].value == 1
    assert house.state(draft.id) is S.TOMBSTONED
