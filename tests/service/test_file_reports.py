"""What became of each file."""

from __future__ import annotations

from datetime import UTC, datetime

from emfair.model.documents import Conversion, Measurement, TagReport, UnreadableTag
from emfair.model.findings import Finding, Severity
from emfair.model.manifest import Depositor, Manifest, Place, RawFile, Titles
from emfair.service.file_reports import Outcome, counted, file_reports

PLACE = Place(project="p", proposal="q", sample="s", experiment="e-1")
NOW = datetime(2026, 1, 22, tzinfo=UTC)


def manifest(*names):
    return Manifest(
        place=PLACE, titles=Titles(project="P", proposal="Q", sample="S", experiment="E"),
        deposited_by=Depositor(subject="local:ada", name="ada"), sealed_at=NOW,
        files=tuple(
            RawFile(name=name, path=name, size=1, sha256="0" * 64, modified_at=NOW)
            for name in names
        ),
    )  # fmt: skip


def measured(file, *companions, mapped=0, kept=0, unreadable=()):
    return Measurement(
        measurement="m", title="t", file=file, file_sha256="0", companions=companions,
        signal_index=0, reader="DigitalMicrograph", kind="image_2d", shape=(2, 2), dtype="uint8",
        axes=(), data_path="/", data_sha256="0", container_sha256="0", container_size=1,
        tags_kept=mapped + kept, facts=(),
        tags=TagReport(mapped=mapped, kept=kept, unreadable=tuple(unreadable)),
    )  # fmt: skip


def found(file, rule, severity=Severity.ERROR):
    return Finding(severity=severity, rule=rule, message="why", file=file)


def reports(names, measurements=(), findings=()):
    conversion = Conversion(
        place=PLACE, manifest_version=1, annotations_version=1,
        measurements=tuple(measurements), findings=tuple(findings),
    )  # fmt: skip
    return {one.file: one for one in file_reports(manifest(*names), conversion)}


def test_each_file_is_read_kept_or_failed():
    told = reports(
        ["a.dm3", "b.dm3", "notes.txt", "c.dm3"],
        [measured("a.dm3")],
        [found("b.dm3", "unreadable-file"), found("notes.txt", "not-a-measurement", Severity.NOTE)],
    )
    assert {name: one.outcome for name, one in told.items()} == {
        "b.dm3": Outcome.FAILED,
        "a.dm3": Outcome.READ,
        "c.dm3": Outcome.KEPT,
        "notes.txt": Outcome.KEPT,
    }
    assert next(iter(told)) == "b.dm3"
    assert [one.rule for one in told["notes.txt"].why] == ["not-a-measurement"]
    assert counted(told.values()) == {Outcome.FAILED: 1, Outcome.READ: 1, Outcome.KEPT: 2}


def test_files_that_were_read_together_are_one():
    told = reports(["a.emi", "a_1.ser", "a_2.ser"], [measured("a.emi", "a_1.ser", "a_2.ser")])
    assert (list(told), told["a.emi"].companions) == (["a.emi"], 2)


def test_a_store_that_is_a_folder_is_one_file_read_or_not():
    names = ["s.zspy/.zattrs", "s.zspy/data/0", "t.zspy/.zattrs"]
    told = reports(
        names, [measured("s.zspy", "s.zspy/.zattrs", "s.zspy/data/0")],
        [found("t.zspy", "unreadable-file")],
    )  # fmt: skip
    assert {name: one.outcome.value for name, one in told.items()} == {
        "t.zspy": "failed", "s.zspy": "read",
    }  # fmt: skip


def test_a_signal_that_was_not_taken_makes_a_file_partly_read():
    told = reports(["a.emd"], [measured("a.emd")],
                   [found("a.emd", "unsupported-signal", Severity.NOTE)])  # fmt: skip
    assert told["a.emd"].outcome is Outcome.PARTLY


def test_doubts_do_not_make_a_file_bad():
    told = reports(["a.dm3"], [measured("a.dm3")],
                   [found("a.dm3", "sources-disagree", Severity.WARNING)])  # fmt: skip
    assert told["a.dm3"].outcome is Outcome.READ
    assert (len(told["a.dm3"].doubts), told["a.dm3"].why) == (1, [])


def test_tags_of_all_signals_are_counted():
    bad = UnreadableTag(tag="Voltage", reason="is no number")
    told = reports(["a.dm3"], [measured("a.dm3", mapped=3, kept=5, unreadable=[bad]),
                               measured("a.dm3", mapped=1, kept=2, unreadable=[bad])])  # fmt: skip
    one = told["a.dm3"]
    assert (one.measurements, one.mapped, one.kept, one.unreadable) == (2, 4, 7, [bad])


def test_a_folder_that_is_one_file_is_told_with_its_files_and_bytes():
    chunks = ("a.zspy/.zgroup", "a.zspy/0/0.0", "a.zspy/0/0.1")
    read = reports([*chunks, "b.dm3"], [measured("a.zspy", *chunks)])
    assert [(one.is_folder, one.files, one.size) for one in read.values()] == [
        (True, 3, 3),
        (False, 1, 1),
    ]
    kept = reports(chunks)
    assert {name: (one.outcome, one.files) for name, one in kept.items()} == {
        "a.zspy": (Outcome.KEPT, 3)
    }


def test_a_file_that_several_need_counts_once():
    shared = reports(
        ["a.emi", "a_1.ser", "a_2.ser"],
        [measured("a_1.ser", "a.emi"), measured("a_2.ser", "a.emi")],
    )
    assert {name: one.files for name, one in shared.items()} == {"a_1.ser": 2, "a_2.ser": 1}


def test_what_a_person_has_set_aside_has_not_failed():
    told = reports(["a.dm3", "b.dm3"], [measured("b.dm3")],
                   [found("a.dm3", "set-aside", Severity.NOTE)])  # fmt: skip
    assert told["a.dm3"].outcome is Outcome.ASIDE
    assert counted(told.values()) == {Outcome.READ: 1, Outcome.ASIDE: 1}
