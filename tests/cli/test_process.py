"""``emfair process``: what is pending, and what cannot be processed."""

from __future__ import annotations

from pathlib import Path

from emfair.model.states import ExperimentState
from emfair.service.services import open_services
from emfair.settings import read_settings


def test_pending_experiments_are_processed_once(emfair, image, notes, place):
    experiment = emfair("deposit", image, *place, "-a", notes, "--json").json["experiment"]
    said = emfair("process", "--pending", "--json")
    assert said.code == 0
    assert [(one["experiment"], one["state"]) for one in said.json] == [(experiment, "valid")]
    assert emfair("process", "--pending", "--json").json == []
    assert "Nothing is pending" in emfair("process", "--pending").out
    assert experiment in emfair("process", experiment).out


def test_what_cannot_be_processed_is_told_with_its_reason_and_ends_with_1(
    emfair, home, image, place
):
    answer = emfair("deposit", image, *place, "--json").json
    (raw,) = Path(answer["where"], "raw", "files").iterdir()
    raw.chmod(0o644)
    raw.write_bytes(b"overwritten")
    said = emfair("process", answer["experiment"], "--json")
    assert said.code == 1
    (one,) = said.json
    assert one["state"] == "failed"
    assert "test-1.dm3" in one["reason"]
    assert one["report"] == ""
    with open_services(read_settings(home=home)) as services:
        services.registry.experiments.set_state(answer["experiment"], ExperimentState.TOMBSTONED)
    said = emfair("process", answer["experiment"], "--json")
    assert (said.code, said.json[0]["state"]) == (1, "tombstoned")
    assert "cannot go from tombstoned" in said.json[0]["reason"]


def test_processing_nothing_and_the_unknown_are_wrong_calls(emfair):
    assert "no experiment is named" in emfair("process").one_error()
    assert emfair("process", "caf\udcff").code == 2  # what the shell makes of a foreign byte
    said = emfair("process", "e-20260122-nope")
    assert said.code == 2
    assert "e-20260122-nope: there is no such experiment" in said.one_error()


def test_what_is_missing_is_told_with_the_report_and_what_to_do(emfair, image, notes, place):
    experiment = emfair("deposit", image, *place, "--json").json["experiment"]
    said = emfair("process", "--pending")
    assert said.code == 0
    (report,) = [line.strip() for line in said.out.splitlines() if line.endswith(".html")]
    assert experiment in report
    assert Path(report).is_file()
    assert "deposit the same files again with it (-a)" in said.out
    emfair("deposit", image, *place, "-a", notes)
    said = emfair("process", "--pending")
    assert ".html" not in said.out
    assert "Next: " not in said.out
    assert emfair("process", experiment, "--json").json[0]["report"] == report
