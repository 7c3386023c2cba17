"""The chain's steps, one by one, on real files and real stores."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import h5py
import pytest

from emfair.catalogue.query import ask
from emfair.errors import BadData, Conflict, FixityMismatch, NotFound, Unavailable
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_bytes
from emfair.model.findings import Severity, Verdict
from emfair.model.manifest import Place
from emfair.model.states import ExperimentState
from emfair.provenance.record import ProvenanceRecord
from emfair.service.chain.convert import ContainerSet, convert, store, stored
from emfair.service.chain.describe import describe
from emfair.service.chain.fail import fail
from emfair.service.chain.index import digest_of_rows, gather, publish, published
from emfair.service.chain.judge import judge
from emfair.service.chain.receive import receive
from emfair.service.deposits import annotate, deposit, read_manifest
from tests.service.lab import COMPLETE, Lab, rules
from tests.service.stores import Countdown, Killed, Tapped

S = ExperimentState


@contextmanager
def converted(lab: Lab, experiment: str) -> Iterator[ContainerSet]:
    with TemporaryDirectory(dir=lab.services.scratch) as folder:
        yield convert(lab.services, experiment, Path(folder), run="test")


def keys(lab: Lab, place: Place, folder: str) -> set[str]:
    prefix = f"{layout.experiment_prefix(place)}/{folder}/"
    return {found.key.removeprefix(prefix) for found in lab.services.lake.list(prefix)}


def damage(lab: Lab, key: str) -> None:
    """Flip a bit of an object, behind the lake's back."""
    path = Path(lab.services.lake.locate(key))
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_the_chain_makes_of_real_files_valid_containers_and_rows(lab):
    place = lab.deposit(lab.file("test_STEM_image.dm3")).place
    lab.process(place.experiment)
    assert lab.row(place.experiment).state is S.VALID
    assert lab.services.registry.experiments.pending() == ()
    rows = ask(lab.services.index, "SELECT experiment_id, verdict, file FROM measurements").rows
    assert rows == [(place.experiment, "valid", "test_STEM_image.dm3")]
    (name,) = {key for key in keys(lab, place, "nexus") if key.endswith(".nxs")}
    path = lab.services.lake.locate(f"{layout.experiment_prefix(place)}/nexus/{name}")
    with h5py.File(path) as container:
        group = container
        while "default" in group.attrs:
            group = group[group.attrs["default"]]
        assert group[group.attrs["signal"]].ndim == 2


def test_what_no_file_carries_is_asked_for(lab):
    request = replace(lab.request(lab.file("test-1.dm3")), annotations=Annotations())
    place = deposit(lab.services, request).place
    lab.process(place.experiment)
    row = lab.row(place.experiment)
    assert row.state is S.NEEDS_INPUT
    assert row.state_reason
    fields = {f.field for f in lab.validation(place).findings if f.severity is Severity.MISSING}
    assert {"sample.atom_types", "sample.is_simulation", "sample.preparation_date"} <= fields


@pytest.mark.parametrize("content", [b"{bad", b"[]", b'{"title": 7, "colour": 1}'])
@pytest.mark.parametrize("document", ["manifest", "annotations", "conversion"])
def test_a_damaged_document_is_named_by_its_key(lab, document, content):
    place = lab.deposit(lab.file("test-1.dm3")).place
    with converted(lab, place.experiment) as made:
        store(lab.services, made)
    key = {
        "manifest": layout.manifest(place, 1),
        "annotations": layout.annotation_document(place, 1),
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


# --- receive


def test_a_flipped_bit_in_a_raw_file_fails_with_its_name(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    damage(lab, layout.raw_file(place, "test-2.dm3"))
    with pytest.raises(FixityMismatch, match=r"1 raw file.*: test-2\.dm3\. Restore") as caught:
        receive(lab.services, place.experiment, run="test")
    fail(lab.services, place.experiment, str(caught.value))
    row = lab.row(place.experiment)
    assert row.state is S.FAILED
    assert "test-2.dm3" in row.state_reason
    assert lab.services.registry.experiments.pending() == (row,)


def test_a_raw_file_that_is_gone_fails_with_its_name(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    lab.services.lake.delete(layout.raw_file(place, "test-1.dm3"))
    with pytest.raises(FixityMismatch, match=r"test-1\.dm3"):
        receive(lab.services, place.experiment, run="test")


def test_a_failed_experiment_is_mended_by_another_run(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    fail(lab.services, place.experiment, "the store burnt")
    lab.process(place.experiment)
    assert (lab.row(place.experiment).state, lab.row(place.experiment).state_reason) == (
        S.VALID,
        "",
    )


def test_a_check_by_hand_of_what_was_processed_leaves_its_state(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    receive(lab.services, place.experiment, run="first")
    assert lab.row(place.experiment).state is S.PROCESSING
    lab.process(place.experiment)
    receive(lab.services, place.experiment, run="by hand")
    assert lab.row(place.experiment).state is S.VALID


def test_annotations_that_a_killed_process_left_out_of_the_lake_are_put_there(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    key = layout.annotation_document(place, 1)
    document = lab.services.lake.read_bytes(key)
    lab.services.lake.delete(key)
    receive(lab.services, place.experiment, run="test")
    assert lab.services.lake.read_bytes(key) == document


@pytest.mark.parametrize("state", [S.UPLOADING, S.TOMBSTONED])
def test_an_experiment_that_is_not_there_to_be_processed_is_refused(lab, state):
    cut = replace(lab.services, lake=Tapped(lab.services.lake, before=Countdown(0)))
    if state is S.UPLOADING:
        with pytest.raises(Killed):
            Lab(cut, lab.corpus).deposit(lab.file("test-1.dm3"))
        (row,) = lab.services.registry.experiments.list()
    else:
        row = lab.row(lab.deposit(lab.file("test-1.dm3")).place.experiment)
        lab.process(row.id)
        lab.services.registry.experiments.set_state(row.id, S.TOMBSTONED)
    with pytest.raises(Conflict, match=f"cannot go from {state.value}"):
        receive(lab.services, row.id, run="test")
    fail(lab.services, row.id, "refused")
    assert lab.row(row.id).state is state


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


# --- convert


def test_duplicates_are_converted_once_and_said(lab, tmp_path):
    copy = tmp_path / "a copy.dm3"
    copy.write_bytes(lab.file("test-1.dm3").read_bytes())
    place = lab.deposit(lab.file("test-1.dm3"), copy).place
    lab.process(place.experiment)
    conversion = lab.conversion(place)
    assert len(conversion.measurements) == 1
    assert rules(conversion) == {"test-1.dm3": "duplicate-file"}
    assert lab.row(place.experiment).state is S.VALID
    assert len(keys(lab, place, "raw/files")) == 2


def test_files_that_are_read_together_are_one_measurement_and_named_so(lab):
    folder = lab.corpus / "FEI_new"
    names = ["128x128-TEM_search.emi", "128x128-TEM_search_1.ser"]
    place = lab.deposit(*(folder / name for name in names)).place
    with converted(lab, place.experiment) as made:
        (one,) = made.conversion.measurements
    assert (one.file, one.companions) == (names[0], (names[1],))


def test_what_belongs_to_a_broken_first_file_is_read_one_by_one(lab, tmp_path):
    folder = lab.corpus / "FEI_new"
    (tmp_path / "128x128-TEM_search.emi").write_bytes(b"overwritten by something else")
    (tmp_path / "128x128-TEM_search_1.ser").write_bytes(
        (folder / "128x128-TEM_search_1.ser").read_bytes()
    )
    place = lab.deposit(*tmp_path.glob("128x128*")).place
    with converted(lab, place.experiment) as made:
        assert [one.file for one in made.conversion.measurements] == ["128x128-TEM_search_1.ser"]
        assert set(rules(made.conversion)) == {"128x128-TEM_search.emi"}


def test_a_file_with_a_wrong_name_is_read_by_its_content(lab, tmp_path):
    path = tmp_path / "really-a-dm3.tif"
    path.write_bytes(lab.file("test-2.dm3").read_bytes())
    place = lab.deposit(path).place
    with converted(lab, place.experiment) as made:
        (one,) = made.conversion.measurements
    assert (one.file, one.reader) == ("really-a-dm3.tif", "DigitalMicrograph")


def test_bad_files_are_findings_that_name_them_and_the_good_one_goes_on(lab, tmp_path):
    whole = lab.file("test_STEM_image.dm3").read_bytes()
    bad = {
        "empty.dm3": b"",
        "truncated.dm3": whole[: len(whole) * 2 // 5],
        "cut-in-the-head.dm3": whole[:40],
        "unknown.xyz": bytes(range(256)) * 8,
        "random.emd": b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 8,
        "notes.txt": b"The beam was unstable after lunch.\n",
        "crashes.csv": (lab.corpus / "impulse_data" / "random_csv_file.csv").read_bytes(),
    }
    folder = tmp_path / "session"
    folder.mkdir()
    for name, content in bad.items():
        (folder / name).write_bytes(content)
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        archive.writestr("inside.dm3", whole)
    (folder / "good.dm3").write_bytes(whole)
    place = lab.deposit(folder).place
    lab.process(place.experiment)
    conversion, validation = lab.conversion(place), lab.validation(place)
    told = {finding.file: finding for finding in conversion.findings}
    assert set(told) == {f"session/{name}" for name in (*bad, "archive.zip")}
    for file, finding in told.items():
        assert file in finding.message
        assert finding.hint
        assert finding in validation.findings
    assert told["session/empty.dm3"].rule == "empty-file"
    assert told["session/notes.txt"].severity is Severity.NOTE
    assert "ZIP archive" in told["session/archive.zip"].message
    assert [one.file for one in conversion.measurements] == ["session/good.dm3"]
    assert lab.row(place.experiment).state is S.INVALID
    manifest = read_manifest(lab.services, place, 1)
    for file in manifest.files:
        content = lab.services.lake.read_bytes(layout.raw_file(place, file.path))
        assert sha256_bytes(content) == file.sha256
    assert lab.services.scratch.exists()
    assert list(lab.services.scratch.iterdir()) == []


def test_odd_names_go_through_the_whole_chain_as_they_are(lab, tmp_path):
    names = [
        "a..b.dm3",
        "line\nbreak.dm3",
        "back\\slash.dm3",
        "trailing space.dm3 ",
        "😀👩‍🔬.dm3",
        "u\u0308ber.dm3",
        "100% | `x` <b>.dm3",
    ]
    for name, number in zip(names, (1, 2, 3, 5, 6, 7, 8), strict=True):
        (tmp_path / name).write_bytes(lab.file(f"test-{number}.dm3").read_bytes())
    place = lab.deposit(*(tmp_path / name for name in names)).place
    lab.process(place.experiment)
    assert lab.row(place.experiment).state is S.VALID, lab.row(place.experiment).state_reason
    assert {one.file for one in lab.conversion(place).measurements} == set(names)
    indexed = {name for (name,) in ask(lab.services.index, "SELECT file FROM measurements").rows}
    assert indexed == set(names)
    readme = lab.services.lake.read_bytes(layout.readme(layout.experiment_prefix(place))).decode()
    rows = [line for line in readme.splitlines() if line.startswith("| `") and ".nxs" in line]
    assert len(rows) == len(names)
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}


def test_a_name_that_is_no_utf8_goes_through_the_whole_chain(lab, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.dm3"))
    path.write_bytes(lab.file("test-1.dm3").read_bytes())
    place = lab.deposit(path).place
    lab.process(place.experiment)
    assert [one.file for one in lab.conversion(place).measurements] == ["caf\\xe9.dm3"]


def test_the_lake_is_never_written_to_by_a_reader(lab):
    place = lab.deposit(lab.corpus / "FEI_new").place
    before = keys(lab, place, "raw")
    with converted(lab, place.experiment):
        assert keys(lab, place, "raw") == before
    assert keys(lab, place, "nexus") == set()


# --- store


def test_a_container_that_a_later_run_does_not_make_is_removed(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    with converted(lab, place.experiment) as both:
        store(lab.services, both)
    with converted(lab, place.experiment) as made:
        first = made.written[0]
        fewer = made.conversion.model_copy(update={"measurements": (first.measurement,)})
        store(lab.services, replace(made, conversion=fewer, written=(first,)))
    name = first.measurement.measurement
    assert keys(lab, place, "nexus") == {f"{name}.nxs", "conversion.json"}
    assert keys(lab, place, "previews") == {f"{name}.png"}


def test_a_store_that_fails_half_way_leaves_every_object_whole(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    with converted(lab, place.experiment) as made:
        store(lab.services, made)
    before = stored(lab.services, place)
    number = 0
    fired = True
    while fired:
        cut = Countdown(number, lambda: Unavailable("gone.", remedy="Wait."))
        sick = replace(lab.services, lake=Tapped(lab.services.lake, before=cut))
        with converted(lab, place.experiment) as again, suppress(Unavailable):
            store(sick, again)
        conversion = stored(lab.services, place)
        assert conversion == before
        for one in conversion.measurements:
            content = lab.services.lake.read_bytes(layout.container(place, one.measurement))
            assert sha256_bytes(content) == one.container_sha256
            picture = lab.services.lake.read_bytes(layout.preview(place, one.measurement))
            assert picture.startswith(b"\x89PNG")
        fired = cut.fired
        number += 1
    assert number > 5


def test_the_same_bytes_give_the_same_containers(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    with converted(lab, place.experiment) as one, converted(lab, place.experiment) as other:
        assert one.conversion == other.conversion


# --- annotations that change meanwhile


def test_annotations_that_change_during_a_run_are_processed_by_the_next(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    experiment = place.experiment
    receive(lab.services, experiment, run="one")
    with converted(lab, experiment) as made:
        store(lab.services, made)
    later = Annotations.model_validate(COMPLETE | {"description": "said meanwhile"})
    annotate(lab.services, experiment, later, expected_version=1, author="bob", reason="meanwhile")
    judge(lab.services, experiment, run="one")
    described = describe(lab.services, experiment, run="one")
    publish(lab.services, gather(lab.services, experiment, run="one"))
    row = lab.row(experiment)
    assert "said meanwhile" not in described.readme
    assert row.processed_key != row.run_key, "the next run is still to come"
    assert [pending.id for pending in lab.services.registry.experiments.pending()] == [experiment]
    lab.process(experiment)
    row = lab.row(experiment)
    assert (row.state, row.processed_key) == (S.VALID, row.run_key)
    assert lab.conversion(place).annotations_version == 2


# --- judge


def test_an_experiment_without_any_measurement_is_invalid_and_says_so(lab, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("nothing but words")
    place = lab.deposit(path).place
    lab.process(place.experiment)
    validation = lab.validation(place)
    assert validation.verdict is Verdict.INVALID
    assert "no-measurement" in {finding.rule for finding in validation.findings}
    assert lab.row(place.experiment).state is S.INVALID
    files = ask(lab.services.index, "SELECT name FROM files").rows
    assert files == [("notes.txt",)]


def test_the_report_stands_beside_the_containers_in_three_forms(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    lab.process(place.experiment)
    assert keys(lab, place, "reports") == {f"validation.{end}" for end in ("json", "md", "html")}
    assert lab.validation(place).nxdl_version


# --- describe


def test_a_readme_stands_at_every_level(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    lab.process(place.experiment)
    pages = {}
    for prefix in (
        layout.project_prefix(place),
        layout.proposal_prefix(place),
        layout.sample_prefix(place),
        layout.experiment_prefix(place),
    ):
        pages[prefix] = lab.services.lake.read_bytes(layout.readme(prefix)).decode()
    project, proposal, sample, experiment = pages.values()
    assert "| `proposal=2026-a` | 2026\\-A | 1 |" in project
    assert "| `sample=quartz` | Quartz | 1 |" in proposal
    assert f"| `experiment={place.experiment}` | test-1.dm3 |" in sample
    assert "Valid NXem" in experiment


def test_a_hostile_title_cannot_break_a_readme(lab):
    title = "| <script>alert(1)</script> `x` # [link](javascript:1)\n\n# Heading"
    place = lab.deposit(lab.file("test-1.dm3"), title=title).place
    lab.process(place.experiment)
    for prefix in (layout.sample_prefix(place), layout.experiment_prefix(place)):
        page = lab.services.lake.read_bytes(layout.readme(prefix)).decode()
        assert "<script>" not in page
        assert not re.search(r"^\s*\\?# Heading", page, re.MULTILINE)
        assert not re.search(r"(?<!\\)\]\(javascript", page)


# --- index


def test_rows_are_replaced_as_a_whole_and_come_back_as_they_were(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    lab.process(place.experiment)
    rows = gather(lab.services, place.experiment, run="again")
    assert publish(lab.services, rows) is False, "nothing changed"
    tables = published(lab.services, place.experiment)
    assert {name: table.num_rows for name, table in tables.items()} == {
        name: table.num_rows for name, table in rows.tables.items()
    }
    assert tables["measurements"].num_rows == 2


def test_an_experiment_that_moved_on_keeps_its_state_when_its_rows_arrive(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    lab.process(place.experiment)
    rows = gather(lab.services, place.experiment, run="late")
    for state in (S.PUBLISHED, S.TOMBSTONED):
        lab.services.registry.experiments.set_state(place.experiment, state)
        publish(lab.services, rows)
        assert lab.row(place.experiment).state is state


def test_a_reason_as_long_as_a_book_is_cut(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    fail(lab.services, place.experiment, "x" * 10_000)
    assert len(lab.row(place.experiment).state_reason) == 2000


# --- provenance


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
        assert record.agent.on_behalf_of == "ada"
        assert record.run == "run-0001"


def test_records_name_everything_that_was_used_and_made(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    by_name = {record.activity: record for record in lab.process(place.experiment)}
    prefix = f"{layout.experiment_prefix(place)}/"

    def short(entities: tuple) -> set[str]:
        return {entity.key.removeprefix(prefix) for entity in entities}

    (name,) = (one.measurement for one in lab.conversion(place).measurements)
    notes = {"raw/manifest-0001.json", "raw/annotations-0001.json"}
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


def test_of_two_copies_the_one_that_a_reader_takes_is_converted(lab, tmp_path):
    real = next((lab.corpus / "phenom_data").glob("*.elid"))
    for name in ("a_backup.bak", "scan.elid"):
        shutil.copyfile(real, tmp_path / name)
    place = lab.deposit(tmp_path / "a_backup.bak", tmp_path / "scan.elid").place
    lab.process(place.experiment)
    conversion = lab.conversion(place)
    assert {one.file for one in conversion.measurements} == {"scan.elid"}
    assert rules(conversion) == {"a_backup.bak": "duplicate-file"}


def test_a_copy_that_someone_speaks_of_is_a_measurement_of_its_own(lab, tmp_path):
    for name in ("first.dm3", "second.dm3"):
        shutil.copyfile(lab.file("test-1.dm3"), tmp_path / name)
    notes = {"files": {"second.dm3": {"title": "after tilting"}}}
    place = lab.deposit(tmp_path / "first.dm3", tmp_path / "second.dm3", **notes).place
    lab.process(place.experiment)
    assert [one.title for one in lab.conversion(place).measurements][1:] == ["after tilting"]


def test_a_container_that_rotted_is_not_judged(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    lab.process(place.experiment)
    name = lab.conversion(place).measurements[0].measurement
    path = Path(lab.services.lake.locate(layout.container(place, name)))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(FixityMismatch) as caught:
        judge(lab.services, place.experiment, run="local")
    assert caught.value.subject == name


def test_the_index_is_compacted_from_time_to_time(lab):
    for name in ("test-1.dm3", "test-2.dm3"):
        place = lab.deposit(lab.file(name)).place
        lab.process(place.experiment)
    assert {len(files) for files in lab.services.index.files().values()} == {2}
    place = lab.deposit(lab.file("test-3.dm3")).place
    lab.process(place.experiment)
    rows = gather(lab.services, place.experiment, run="local")
    annotated = replace(rows, tables=rows.tables | {"findings": rows.tables["findings"].slice(1)})
    publish(lab.services, annotated, compact_every=1)
    assert {len(files) for files in lab.services.index.files().values()} == {1}
    asked = ask(lab.services.index, "SELECT count(*) FROM experiments")
    assert asked.rows == [(3,)]
