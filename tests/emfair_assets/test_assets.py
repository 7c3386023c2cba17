"""The five assets, materialized for real: what they keep, show, check and version."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from dagster import AssetKey, AssetSelection, TableMetadataValue, materialize
from PIL import Image

from emfair.lake import layout
from emfair.model.states import ExperimentState
from emfair.provenance.record import ProvenanceRecord
from emfair_assets.assets import ASSETS
from tests.emfair_assets.ground import data_versions, key, materialized
from tests.service.lab import deposit

CHAIN = ["raw_upload", "nxem_container", "validation_report", "experiment_record", "metadata_index"]
STATES = ["valid", "needs-input", "invalid"]


@pytest.mark.parametrize("state", STATES)
def test_the_job_materializes_the_five_assets_and_the_experiment_gets_its_state(ran, state):
    result = ran.results[state]
    assert result.success
    assert list(materialized(result)) == CHAIN
    for one in materialized(result).values():
        assert one.partition == ran.experiments[state]
    assert ran.ground.lab.row(ran.experiments[state]).state.value == state


@pytest.mark.parametrize(
    ("state", "no_errors", "complete"),
    [("valid", True, True), ("needs-input", True, False), ("invalid", False, True)],
)
def test_checks_tell_errors_from_what_is_missing(ran, state, no_errors, complete):
    checks = {one.check_name: one for one in ran.results[state].get_asset_check_evaluations()}
    assert {name: one.passed for name, one in checks.items()} == {
        "fixity": True,
        "no_errors": no_errors,
        "complete": complete,
    }
    assert checks["no_errors"].severity.value == "ERROR"
    assert checks["complete"].severity.value == "WARN"
    for check in checks.values():
        assert check.metadata["experiment"].value == ran.experiments[state]
    counts = {name: value.value for name, value in checks["no_errors"].metadata.items()}
    assert (counts["error"] == 0, counts["missing"] == 0) == (no_errors, complete)


def test_a_container_shows_a_small_picture_that_needs_no_server(ran):
    shown = materialized(ran.results["valid"])["nxem_container"].metadata["preview"].value
    pictures = re.findall(r"!\[([^\]]+)\]\(data:image/png;base64,([^)]+)\)", shown)
    assert len(pictures) == 2
    for _, content in pictures:
        picture = Image.open(io.BytesIO(base64.b64decode(content, validate=True)))
        assert picture.format == "PNG"
        assert max(picture.size) <= 512
    assert len(shown) < 300_000


@pytest.mark.parametrize("state", STATES)
def test_metadata_of_an_event_stay_small_enough_for_an_event_log(ran, state):
    for name, one in materialized(ran.results[state]).items():
        size = sum(len(str(value.value)) for value in one.metadata.values())
        assert size < 300_000, name


def test_what_people_look_for_comes_first_and_the_long_record_last(ran):
    for name, one in materialized(ran.results["valid"]).items():
        names = list(one.metadata)
        assert names[-2:] == ["provenance record", "provenance"], name
        assert one.metadata["provenance"].value["activity"] == name


def test_tables_have_rows_with_all_their_columns(ran):
    tables = {
        "raw_upload": "first files",
        "nxem_container": "measurements",
        "validation_report": "first findings",
    }
    for state in STATES:
        shown = materialized(ran.results[state])
        for name, label in tables.items():
            table = shown[name].metadata[label]
            assert isinstance(table, TableMetadataValue)
            columns = {column.name for column in table.schema.columns}
            assert table.records
            assert all(set(row.data) == columns for row in table.records)


def test_paths_lead_to_what_is_there(ran):
    for name, one in materialized(ran.results["valid"]).items():
        paths = [v.value for v in one.metadata.values() if type(v).__name__ == "PathMetadataValue"]
        assert paths, name
        assert all(Path(path).exists() for path in paths), (name, paths)


def test_the_record_shown_is_the_one_in_the_lake(ran):
    for one in materialized(ran.results["valid"]).values():
        with open(one.metadata["provenance record"].value) as file:  # noqa: PTH123  a plain path
            kept = ProvenanceRecord.model_validate(json.load(file))
        assert kept == ProvenanceRecord.model_validate(one.metadata["provenance"].value)
        assert kept.run == ran.results["valid"].run_id


def test_the_verdict_links_to_the_report_in_the_app(ran):
    metadata = materialized(ran.results["valid"])["validation_report"].metadata
    experiment = ran.experiments["valid"]
    assert metadata["verdict"].value == "valid"
    assert metadata["report in the app"].value == (
        f"http://127.0.0.1:8501/api/v1/experiments/{experiment}/report"
    )


def test_counts_are_numbers_for_dagsters_plots(ran):
    shown = materialized(ran.results["invalid"])
    assert shown["raw_upload"].metadata["files"].value == 2
    assert shown["nxem_container"].metadata["containers"].value == 1
    assert shown["validation_report"].metadata["findings: error"].value == 1
    assert shown["metadata_index"].metadata["rows: files"].value == 2


def test_every_asset_alone_is_materialized_by_hand_without_configuration(ran):
    ground, experiment = ran.ground, ran.experiments["valid"]
    for name in CHAIN:
        result = ground.run(experiment, asset_selection=[key(name)])
        assert result.success, name
        assert list(materialized(result)) == [name]
        assert data_versions(result)[name] == data_versions(ran.results["valid"])[name]
        assert ground.lab.row(experiment).state is ExperimentState.VALID


def test_any_asset_can_be_materialized_outside_the_job(ground):
    experiment = ground.lab.deposit(ground.lab.file("test-1.dm3")).place.experiment
    ground.instance.add_dynamic_partitions("experiment", [experiment])
    result = materialize(
        ASSETS,
        selection=AssetSelection.assets("raw_upload"),
        partition_key=experiment,
        instance=ground.instance,
        resources=ground.defs.resources,
    )
    assert result.success


def test_equal_content_has_equal_data_versions_and_other_annotations_change_them(ground):
    lab = ground.lab
    place = lab.deposit(lab.file("test-1.dm3")).place
    first = data_versions(ground.run(place.experiment))
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", version) for version in first.values())
    assert data_versions(ground.run(place.experiment)) == first
    later = replace(
        lab.request(lab.file("test-1.dm3")),
        annotations=lab.request(description="said later", title="Anew").annotations,
        title="test-1.dm3",
    )
    assert deposit(lab.services, later).reannotated
    second = data_versions(ground.run(place.experiment))
    assert second["raw_upload"] == first["raw_upload"]
    for name in ("nxem_container", "experiment_record", "metadata_index"):
        assert second[name] != first[name], name


def test_dagster_knows_which_version_of_its_input_an_asset_was_made_from(ground):
    lab = ground.lab
    experiment = lab.deposit(lab.file("test-1.dm3")).place.experiment

    def used() -> str:
        tags = materialized(ground.run(experiment))["validation_report"].tags
        return tags["dagster/input_data_version/nxem_container"]

    first = used()
    assert used() == first
    lab.deposit(lab.file("test-1.dm3"), description="said later")
    assert used() != first


def test_a_flipped_bit_fails_the_check_and_the_run_and_nothing_comes_after(ground):
    lab = ground.lab
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    path = Path(lab.services.lake.locate(layout.raw_file(place, "test-2.dm3")))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    result = ground.run(place.experiment)
    assert not result.success
    assert materialized(result) == {}
    (check,) = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed) == ("fixity", False)
    assert "test-2.dm3" in check.metadata["what is wrong"].value
    failure = result.failure_data_for_node("raw_upload").user_failure_data
    assert "test-2.dm3" in failure.description
    assert failure.metadata["what to do"].value.startswith("Restore")
    assert not result.retry_attempts_for_node("raw_upload")


def test_one_broken_experiment_stops_no_other(ran):
    assert ran.results["invalid"].success
    assert ran.ground.lab.row(ran.experiments["valid"]).state is ExperimentState.VALID
    states = ran.ground.lab.services.registry.standings.counts()
    assert states[ExperimentState.INVALID] == 1


def test_the_latest_materialization_can_be_asked_of_the_instance(ran):
    for name in CHAIN:
        event = ran.ground.instance.get_latest_materialization_event(AssetKey(name))
        assert event is not None
