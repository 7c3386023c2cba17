"""A document looked over: against nothing, and against an experiment's files and records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emfair.model.annotations import Annotations
from emfair.model.nouns import SampleCard
from emfair.nxem.keys import keys
from emfair.service.annotation_check import check
from tests.service.lab import deposit

SAMPLE = {"atom_types": ["Si"], "preparation_date": "2012-01-20T00:00:00+01:00"}
REQUIRED = [
    "instrument.vendor",
    "instrument.model",
    "start_time",
    "sample.atom_types",
    "sample.preparation_date",
    "sample.is_simulation",
]


@pytest.fixture
def row(lab):
    """Return an experiment of two files: one says when it was taken, the other does not."""
    names = ("test_STEM_image.dm3", "test-1.dm3")
    request = replace(lab.request(*map(lab.file, names)), annotations=Annotations())
    place = deposit(lab.services, request).place
    lab.process(place.experiment)
    return lab.row(place.experiment)


def test_without_an_experiment_the_document_alone_must_say_what_nxem_asks_for(lab):
    assert list(check({}, lab.services).missing) == REQUIRED
    assert list(check({"sample": SAMPLE}, lab.services).missing) == [
        "instrument.vendor", "instrument.model", "start_time", "sample.is_simulation",
    ]  # fmt: skip


def test_what_all_files_say_nobody_has_to(lab, row):
    missing = check({}, lab.services, row).missing
    told = [
        {fact.key for fact in one.facts if not fact.warning}
        for one in lab.conversion(row.place).measurements
    ]
    assert sorted("start_time" in one for one in told) == [False, True]
    assert "start_time" in missing
    required = [key for key in keys().values() if key.required]
    assert list(missing) == [key.field for key in required if not all(key.key in o for o in told)]


def test_what_the_records_say_nobody_has_to(lab, row):
    key = (row.project, row.proposal, row.sample)
    card = SampleCard(title="Quartz", elements=("Si", "O"), is_simulation=False)
    samples = lab.services.registry.samples
    version = samples.get(*key).version
    samples.edit(*key, expected_version=version, card=card, actor="local:ada")
    missing = check({}, lab.services, row).missing
    assert "sample.atom_types" not in missing
    assert "sample.is_simulation" not in missing
    assert "sample.preparation_date" in missing


def test_of_a_file_that_is_not_there_nothing_can_be_said(lab, row):
    looked = check({"files": {"test-1.dm3": {}, "test-2.dm3": {}}}, lab.services, row)
    assert [one.field for one in looked.mistakes] == ["files.test-2.dm3"]
    assert looked.missing == ()
