"""What the records of sample and instrument say fills what neither form nor file does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_bytes
from emfair.model.context import Context
from emfair.model.facts import Fact, Source
from emfair.model.findings import Verdict
from emfair.model.manifest import Place
from emfair.model.nouns import Card, InstrumentCard, SampleCard
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentEdit, NewFile
from emfair.service import deposits
from emfair.service.annotations import annotate, current
from emfair.service.rebuild import rebuild
from tests.service.lab import Lab, deposit, keys, someone
from tests.service.stores import Killed, Tapped

SAMPLE = SampleCard.model_validate(
    {
        "title": "Quartz",
        "elements": ["Si", "O"],
        "preparation_date": "2012-01-20T00:00:00+01:00",
        "is_simulation": False,
    }
)
TITAN = InstrumentCard.model_validate(
    {
        "title": "Titan",
        "manufacturers": [{"name": "FEI"}],
        "model": {"name": "Titan 80-300"},
        "profile": {"measurement": {"convergence_angle": "22 mrad"}},
    }
)
STARTED = Annotations.model_validate({"start_time": "2012-01-22T12:14:12+01:00"})


def begin(lab: Lab, *names: str, notes: Annotations = STARTED) -> Place:
    """Draft an experiment on a sample with a card, at an instrument with one, and seal it."""
    registry = lab.services.registry
    request = lab.request(*(lab.file(name) for name in names or ("test-1.dm3",)))
    request = replace(request, annotations=notes)
    place = lab.deposit(lab.file("test_STEM_image.dm3")).place  # makes the levels above
    key = (place.project, place.proposal, place.sample)
    version = registry.samples.get(*key).version
    registry.samples.edit(*key, expected_version=version, card=SAMPLE, actor="local:ada")
    registry.instruments.create("titan", card=TITAN, actor="local:ada")
    return deposit(lab.services, request).place


def name_instrument(lab: Lab, place: Place) -> None:
    """Say at which instrument it was, and give the annotations anew."""
    row = lab.row(place.experiment)
    edit = ExperimentEdit(instrument="titan")
    lab.services.registry.experiments.edit(row.id, row.version, edit, actor="local:ada")
    again(lab, place)


def again(lab: Lab, place: Place) -> None:
    """Give the annotations as they are once more."""
    notes, version = current(lab.services, place.experiment)
    annotate(
        someone(lab.services), place.experiment, notes, expected_version=version, reason="records"
    )


def change(lab: Lab, key: tuple[str, ...], card: Card) -> None:
    """Edit a card: of an instrument, or of a sample."""
    registry = lab.services.registry
    cards = registry.instruments if len(key) == 1 else registry.samples
    version = cards.get(*key).version
    cards.edit(*key, expected_version=version, card=card, actor="local:ada")  # type: ignore[arg-type]


def facts(lab: Lab, place: Place) -> dict[str, Fact]:
    (one,) = lab.conversion(place).measurements
    return {fact.key: fact for fact in one.facts if not fact.replaced_by and not fact.warning}


def context(lab: Lab, place: Place, version: int) -> Context:
    key = layout.context_document(place, version)
    return Context.model_validate_json(lab.services.lake.read_bytes(key))


@pytest.fixture
def place(lab: Lab) -> Place:
    return begin(lab)


@pytest.fixture
def processed(lab: Lab, place: Place) -> Place:
    name_instrument(lab, place)
    lab.process(place.experiment)
    return place


def test_an_experiment_of_which_nobody_said_more_is_valid_by_its_records(lab, processed):
    found = facts(lab, processed)
    assert lab.row(processed.experiment).state is ExperimentState.VALID
    assert lab.validation(processed).verdict is Verdict.VALID
    assert (found["atom_types"].value_text, found["atom_types"].source) == ("Si,O", Source.RECORD)
    assert found["atom_types"].source_path == "sample quartz, version 2: elements"
    assert found["vendor"].source is Source.PROFILE
    assert found["vendor"].source_path == "instrument titan, version 1: manufacturers"
    angle = found["convergence_angle"]
    assert (angle.value_num, angle.raw) == (pytest.approx(0.022), "22 mrad")
    (row,) = lab.services.asker.ask(
        f"SELECT elements, model FROM experiments WHERE experiment_id = '{processed.experiment}'"
    ).rows
    assert row == (["Si", "O"], "Titan 80-300")


def test_without_the_records_the_same_words_are_not_enough(lab):
    request = replace(lab.request(lab.file("test-1.dm3")), annotations=STARTED)
    place = deposit(lab.services, request).place
    lab.process(place.experiment)
    assert lab.validation(place).verdict is Verdict.NEEDS_INPUT


def test_the_form_has_the_last_word(lab):
    notes = STARTED.model_copy(
        update={"sample": Annotations.model_validate({"sample": {"atom_types": ["Cu"]}}).sample}
    )
    place = begin(lab, notes=notes)
    lab.process(place.experiment)
    found = facts(lab, place)
    assert (found["atom_types"].value_text, found["atom_types"].source) == ("Cu", Source.FORM)
    (one,) = lab.conversion(place).measurements
    (record,) = (
        fact for fact in one.facts if fact.key == "atom_types" and fact.source is Source.RECORD
    )
    assert (record.value_text, record.replaced_by) == ("Si,O", "form")


def test_what_was_read_stands_in_the_lake_and_in_the_record_of_the_step(lab, processed):
    kept = context(lab, processed, 2)
    assert (kept.sample.id, kept.sample.version, kept.sample.card) == ("quartz", 2, SAMPLE)
    assert kept.instrument is not None
    assert (kept.instrument.id, kept.instrument.card) == ("titan", TITAN)
    assert context(lab, processed, 1).instrument is None
    records = lab.process(processed.experiment)
    key = layout.context_document(processed, 2)
    (used,) = (one for one in records[1].inputs if one.key == key)
    assert used.sha256 == sha256_bytes(lab.services.lake.read_bytes(key))


def test_records_that_change_later_change_nothing_that_was_sealed(lab, processed):
    before = lab.conversion(processed)
    change(lab, ("titan",), TITAN.model_copy(update={"model": None}))
    key = (processed.project, processed.proposal, processed.sample)
    change(lab, key, SAMPLE.model_copy(update={"elements": ("Fe",)}))
    lab.process(processed.experiment)
    assert lab.conversion(processed) == before
    assert rebuild(lab.services, processed.experiment).is_same
    row = lab.row(processed.experiment)
    assert row.processed_key == row.run_key


def test_records_that_change_later_take_effect_with_the_next_annotation(lab, processed):
    key = (processed.project, processed.proposal, processed.sample)
    change(lab, key, SAMPLE.model_copy(update={"elements": ("Fe",)}))
    old = lab.row(processed.experiment).run_key
    again(lab, processed)
    row = lab.row(processed.experiment)
    assert (row.state, row.annotations_version) == (ExperimentState.SEALED, 3)
    assert row.run_key != old
    lab.process(processed.experiment)
    assert facts(lab, processed)["atom_types"].value_text == "Fe"
    assert lab.row(processed.experiment).processed_key == row.run_key
    assert rebuild(lab.services, processed.experiment).is_same


def test_the_same_annotations_with_the_same_records_are_no_new_version(lab, processed):
    again(lab, processed)
    row = lab.row(processed.experiment)
    assert (row.state, row.annotations_version) == (ExperimentState.VALID, 2)


def test_records_that_change_later_take_effect_with_the_next_deposit(lab, processed):
    key = (processed.project, processed.proposal, processed.sample)
    change(lab, key, SAMPLE.model_copy(update={"elements": ("Fe",)}))
    add(lab, processed, "test-2.dm3")
    row = deposits.seal(someone(lab.services), processed.experiment)
    assert (row.manifest_version, row.annotations_version) == (2, 3)
    assert context(lab, processed, 3).sample.card.elements == ("Fe",)
    lab.process(processed.experiment)
    said = {
        fact.value_text
        for one in lab.conversion(processed).measurements
        for fact in one.facts
        if fact.key == "atom_types"
    }
    assert said == {"Fe"}
    assert lab.row(processed.experiment).processed_key == row.run_key


def test_a_later_deposit_without_other_records_keeps_the_version(lab, processed):
    add(lab, processed, "test-2.dm3")
    row = deposits.seal(someone(lab.services), processed.experiment)
    assert (row.manifest_version, row.annotations_version) == (2, 2)


@pytest.mark.parametrize("drafted", [False, True])
def test_a_later_deposit_given_up_leaves_what_was_said_meanwhile(lab, processed, drafted):
    key = (processed.project, processed.proposal, processed.sample)
    change(lab, key, SAMPLE.model_copy(update={"elements": ("Fe",)}))
    add(lab, processed, "test-2.dm3")
    if drafted:
        notes = STARTED.model_copy(update={"title": "Another"})
        annotate(
            someone(lab.services), processed.experiment, notes, expected_version=2, reason="title"
        )
    row = deposits.give_up(someone(lab.services), processed.experiment, "the wrong file")
    lab.process(processed.experiment)
    assert facts(lab, processed)["atom_types"].value_text == ("Fe" if drafted else "Si,O")
    assert lab.row(processed.experiment).processed_key == row.run_key


def test_a_kill_before_the_context_is_in_the_lake_loses_none(lab, place):
    def die(name: str, key: str) -> None:
        if name == "put_bytes" and "context-" in key:
            raise Killed

    sick = replace(lab.services, lake=Tapped(lab.services.lake, before=die))
    notes = STARTED.model_copy(update={"title": "Another"})
    with pytest.raises(Killed):
        annotate(someone(sick), place.experiment, notes, expected_version=1, reason="")
    assert "context-0002.json" not in keys(lab, place, "raw")
    lab.process(place.experiment)
    row = lab.row(place.experiment)
    assert row.processed_key == row.run_key
    assert "context-0002.json" in keys(lab, place, "raw")


def test_what_an_earlier_emfair_sealed_is_processed_as_it_was(lab, place):
    """It kept no context, neither in the lake nor in the registry."""
    forget(lab, place)
    lab.process(place.experiment)
    row = lab.row(place.experiment)
    assert "atom_types" not in facts(lab, place)
    assert "context-0001.json" not in keys(lab, place, "raw")
    again(lab, place)
    assert lab.row(place.experiment).annotations_version == 2
    assert lab.row(place.experiment).run_key != row.run_key


def add(lab: Lab, place: Place, name: str) -> None:
    """Begin a later deposit of one file."""
    path: Path = lab.file(name)
    services, content = lab.services, path.read_bytes()
    file = NewFile(name, name, len(content), services.now())
    (upload,) = services.registry.uploads.add(place.experiment, [file], actor="local:ada")
    services.lake.put_bytes(layout.raw_file(place, name), content)
    services.registry.uploads.finish(upload.id, sha256_bytes(content))


def forget(lab: Lab, place: Place) -> None:
    """Let it be as an earlier emfair left it."""
    from sqlalchemy import update

    from emfair.registry.engine import connect
    from emfair.registry.tables import annotation

    lab.services.lake.delete(layout.context_document(place, 1))
    database = connect(lab.services.settings.registry)
    with database.writing() as connection:
        connection.execute(update(annotation).values(context=""))
    database.close()
