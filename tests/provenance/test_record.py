"""A provenance record: complete, sortable, readable without Dagster."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pytest
from pydantic import ValidationError

from emfair import __version__
from emfair.model.canonical import pretty_json
from emfair.provenance.record import (
    Entity,
    ProvenanceRecord,
    record,
    shaping_versions,
    software_versions,
)

NOON = datetime(2026, 1, 22, 12, tzinfo=UTC)


def a_record(activity: str = "raw_upload", started: datetime = NOON, run: str = "run-0001-abc"):
    return record(
        activity,
        "e-1",
        run=run,
        inputs=(Entity(key="a", sha256="0" * 64, size=1),),
        outputs=(),
        code_version="1",
        configuration={"compression": "gzip"},
        on_behalf_of="ada",
        started_at=started,
        ended_at=started + timedelta(seconds=1),
    )


def test_a_record_says_who_ran_what_with_which_software():
    made = a_record()
    assert made.agent.on_behalf_of == "ada"
    assert (made.agent.software, made.agent.version) == ("emfair", __version__)
    assert made.agent.host
    assert made.software["rosettasciio"] == version("rosettasciio")
    assert made.software["python"] == platform.python_version()


def test_a_record_comes_back_from_its_json():
    made = a_record()
    assert ProvenanceRecord.model_validate_json(pretty_json(made)) == made
    assert json.loads(pretty_json(made))["schema_version"] == 1


def test_names_sort_in_the_order_of_time_and_no_two_runs_share_one():
    times = [NOON + timedelta(microseconds=n * 37) for n in range(50)]
    names = [a_record(started=time).name for time in times]
    assert names == sorted(names)
    assert len({a_record(run=f"{n:08}").name for n in range(50)}) == 50


def test_a_negative_size_and_a_time_without_zone_are_refused():
    with pytest.raises(ValidationError):
        Entity(key="a", sha256="0" * 64, size=-1)
    with pytest.raises(ValidationError):
        a_record(started=datetime(2026, 1, 22))  # noqa: DTZ001  that is the point


def test_containers_hang_on_fewer_packages_than_are_recorded():
    assert set(shaping_versions()) == {"emfair", "h5py", "imagecodecs", "numpy", "rosettasciio"}
    assert set(shaping_versions()) < set(software_versions())
