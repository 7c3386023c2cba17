"""Bad data fail for good; a sick store is tried again, later and later."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest
from dagster import (
    AssetKey,
    DagsterEventType,
    Failure,
    RetryRequested,
)
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator

from emfair.errors import BadCall, BadData, EmfairError, FixityMismatch, NotFound, Unavailable
from emfair.model.states import ExperimentState
from emfair_assets.failures import PAUSES, failures
from tests.emfair_assets.ground import QUIET, Ground, materialized
from tests.service.lab import Lab
from tests.service.stores import Sick, Tapped


def ending(error: BaseException, tried: int = 0) -> Failure | RetryRequested:
    with pytest.raises((Failure, RetryRequested)) as caught, failures(tried):
        raise error
    return caught.value


@pytest.mark.parametrize("kind", [BadData, FixityMismatch, BadCall, NotFound])
def test_bad_data_and_wrong_calls_fail_at_once_and_for_good(kind):
    failure = ending(kind("cannot be read.", subject="a.dm3", remedy="Send it again."))
    assert isinstance(failure, Failure)
    assert failure.allow_retries is False
    assert failure.description == "a.dm3: cannot be read. Send it again."
    assert {name: value.value for name, value in failure.metadata.items()} == {
        "error": kind.__name__,
        "subject": "a.dm3",
        "what to do": "Send it again.",
    }


def test_a_sick_store_is_tried_again_after_10_60_and_300_seconds():
    pauses = []
    for tried in range(3):
        again = ending(Unavailable("did not answer."), tried)
        assert isinstance(again, RetryRequested)
        assert again.max_retries == 3
        pauses.append(again.seconds_to_wait)
    assert tuple(pauses) == PAUSES == (10, 60, 300)


def test_a_store_that_stays_sick_fails_in_the_end_and_says_how_often_it_was_tried():
    failure = ending(Unavailable("did not answer.", remedy="Ask for help."), 3)
    assert isinstance(failure, Failure)
    assert failure.allow_retries is False
    assert failure.description == "did not answer. Ask for help. Tried 4 times."


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.ESTALE, errno.ETIMEDOUT])
def test_a_full_or_sick_disk_is_tried_again(number):
    assert isinstance(ending(OSError(number, "sick", "/scratch/x")), RetryRequested)


def test_a_disk_that_forbids_writing_fails_at_once():
    assert isinstance(ending(PermissionError(errno.EACCES, "denied", "/scratch")), Failure)


def test_a_bug_stays_what_it_is():
    with pytest.raises(ZeroDivisionError), failures(0):
        raise ZeroDivisionError


def sick(ground: Ground, tap: Sick) -> Ground:
    lake = Tapped(ground.lab.services.lake, before=tap)
    return replace(ground, lab=Lab(replace(ground.lab.services, lake=lake), ground.lab.corpus))


def pause(ground: Ground, experiment: str, *assets: str) -> tuple[str, float]:
    """Run until a step asks to be tried again; return which, and after how many seconds.

    The run is left there: nobody waits for the pause.
    """
    job = ground.defs.resolve_job_def("process_experiment")
    if assets:
        job = job.get_subset(asset_selection={AssetKey(name) for name in assets})
    run = ground.instance.create_run_for_job(
        job, run_config=QUIET, tags={"dagster/partition": experiment}
    )
    for event in execute_run_iterator(InMemoryJob(job), run, ground.instance):
        if event.event_type is DagsterEventType.STEP_UP_FOR_RETRY:
            return str(event.step_key), event.step_retry_data.seconds_to_wait
    raise AssertionError("no step asked to be tried again")


@pytest.mark.parametrize(
    ("operation", "step"),
    [
        ("open", "raw_upload"),
        ("local_copy", "nxem_container"),
        ("put_file", "nxem_container"),  # in the I/O manager, with what was converted
        ("list", "nxem_container"),  # likewise
    ],
)
def test_a_lake_that_does_not_answer_asks_for_a_retry_wherever_it_is_used(ground, operation, step):
    experiment = ground.lab.deposit(ground.lab.file("test-1.dm3")).place.experiment
    ground.instance.add_dynamic_partitions("experiment", [experiment])
    assert pause(sick(ground, Sick(99, operation)), experiment) == (step, 10)


def test_an_index_that_cannot_be_written_asks_for_a_retry(ground):
    experiment = ground.lab.deposit(ground.lab.file("test-1.dm3")).place.experiment
    ground.run(experiment)
    broken = sick(ground, Sick(99, "put_file"))  # of the snapshot
    assert pause(broken, experiment, "metadata_index") == ("metadata_index", 10)


def test_a_lake_that_answers_again_ends_well_after_one_real_pause(ground):
    experiment = ground.lab.deposit(ground.lab.file("test-1.dm3")).place.experiment
    result = sick(ground, Sick(1, "local_copy")).run(experiment)
    assert result.success
    assert [one.event_type_value for one in result.all_events].count("STEP_RESTARTED") == 1
    assert len(materialized(result)) == 5
    assert ground.lab.row(experiment).state is ExperimentState.VALID


def test_every_error_of_ours_ends_a_step_one_way_or_the_other():
    def tree(kind: type[EmfairError]) -> list[type[EmfairError]]:
        return [kind, *(below for sub in kind.__subclasses__() for below in tree(sub))]

    for kind in tree(EmfairError):
        expected = RetryRequested if issubclass(kind, Unavailable) else Failure
        assert isinstance(ending(kind("it happened.")), expected)
