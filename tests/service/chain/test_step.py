"""What every step does: it finds its documents, and leaves a record of what it used and made."""

from __future__ import annotations

import json

import pytest

from emfair.errors import BadData, NotFound
from emfair.lake import layout
from emfair.model.canonical import sha256_bytes
from emfair.provenance.record import ProvenanceRecord
from emfair.service.chain.convert import convert, store
from emfair.service.chain.describe import describe
from emfair.service.chain.index import digest_of_rows, gather
from emfair.service.chain.judge import judge
from emfair.service.chain.receive import receive
from emfair.service.documents import read_manifest
from tests.service.lab import converted


@pytest.mark.parametrize("content", [b"{bad", b"[]", b'{"title": 7, "colour": 1}'])
@pytest.mark.parametrize("document", ["manifest", "annotations", "context", "conversion"])
def test_a_damaged_document_is_named_by_its_key(lab, document, content):
    place = lab.deposit(lab.file("test-1.dm3")).place
    with converted(lab, place.experiment) as made:
        store(lab.services, made)
    key = {
        "manifest": layout.manifest(place, 1),
        "annotations": layout.annotation_document(place, 1),
        "context": layout.context_document(place, 1),
        "conversion": layout.conversion(place),
    }[document]
    lab.services.lake.put_bytes(key, content, replace=True)
    with pytest.raises(BadData, match="is damaged") as caught:
        judge(lab.services, place.experiment, run="test")
    assert caught.value.subject == key
    assert "http" not in str(caught.value)
    if document == "manifest":
        with pytest.raises(BadData, match="is damaged"):
            read_manifest(lab.services, place, 1)


def test_an_unknown_experiment_is_refused_by_every_step(lab, tmp_path):
    for step in (receive, judge, describe, gather):
        with pytest.raises(NotFound, match="no such experiment"):
            step(lab.services, "e-nope", run="test")
    with pytest.raises(NotFound, match="no such experiment"):
        convert(lab.services, "e-nope", tmp_path, run="test")


def test_a_step_before_its_turn_says_which_comes_first(lab):
    experiment = lab.deposit(lab.file("test-1.dm3")).place.experiment
    for step in (judge, describe, gather):
        with pytest.raises(NotFound, match=f"nxem_container makes it.*process {experiment}"):
            step(lab.services, experiment, run="test")
    with converted(lab, experiment) as made:
        store(lab.services, made)
    for step in (describe, gather):
        with pytest.raises(NotFound, match="validation_report makes it"):
            step(lab.services, experiment, run="test")


def test_every_record_in_the_lake_names_its_objects_by_their_true_checksums(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    records = lab.process(place.experiment, run="run-0001")
    kept = [
        ProvenanceRecord.model_validate_json(lab.services.lake.read_bytes(found.key))
        for found in lab.services.lake.list(f"{layout.experiment_prefix(place)}/provenance/")
    ]
    assert kept == records
    assert [record.activity for record in kept] == [
        "raw_upload", "nxem_container", "validation_report", "experiment_record", "metadata_index",
    ]  # fmt: skip
    for record in kept:
        assert record.inputs
        for entity in (*record.inputs, *record.outputs):
            content = lab.services.lake.read_bytes(entity.key)
            assert (sha256_bytes(content), len(content)) == (entity.sha256, entity.size), entity.key
        assert record.started_at <= record.ended_at
        assert record.agent.on_behalf_of == "local:ada"
        assert record.run == "run-0001"


def test_records_name_everything_that_was_used_and_made(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    by_name = {record.activity: record for record in lab.process(place.experiment)}
    prefix = f"{layout.experiment_prefix(place)}/"

    def short(entities: tuple) -> set[str]:
        return {entity.key.removeprefix(prefix) for entity in entities}

    (name,) = (one.measurement for one in lab.conversion(place).measurements)
    notes = {f"raw/{name}-0001.json" for name in ("manifest", "annotations", "context")}
    assert short(by_name["raw_upload"].inputs) == notes
    assert short(by_name["raw_upload"].outputs) == {"raw/files/test-1.dm3"}
    assert short(by_name["nxem_container"].inputs) == notes | {"raw/files/test-1.dm3"}
    assert short(by_name["nxem_container"].outputs) == {
        f"nexus/{name}.nxs", f"previews/{name}.png", "nexus/conversion.json",
    }  # fmt: skip
    assert short(by_name["validation_report"].inputs) == notes | {
        "nexus/conversion.json", f"nexus/{name}.nxs",
    }  # fmt: skip
    reports = {f"reports/validation.{end}" for end in ("json", "md", "html")}
    assert short(by_name["validation_report"].outputs) == reports
    assert len(by_name["experiment_record"].outputs) == 4
    rows = by_name["metadata_index"].configuration
    assert rows["rows"]["measurements"] == 1
    assert rows["rows_sha256"] == digest_of_rows(
        gather(lab.services, place.experiment, run="x").tables
    )


def test_a_record_is_json_that_a_text_editor_shows(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    lab.process(place.experiment)
    found = next(iter(lab.services.lake.list(f"{layout.experiment_prefix(place)}/provenance/")))
    text = lab.services.lake.read_bytes(found.key).decode()
    assert text.count("\n") > 20
    assert json.loads(text)["activity"] == "raw_upload"
