"""Files that are copies of one another."""

from __future__ import annotations

import shutil

from emfair.model.states import ExperimentState
from tests.service.lab import keys, rules

S = ExperimentState


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
