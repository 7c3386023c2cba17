"""Instruments: read by everyone who is known, made and edited by who may; their profiles."""

from __future__ import annotations

import pytest

from emfair.model.deposits import Whereto
from emfair.model.nouns import InstrumentCard, PersonCard, ProjectCard, ProposalCard, SampleCard
from emfair.service import deposits
from emfair.service.reception import Reception
from tests.ui_streamlit.lab import (
    ADMIN,
    STEWARD,
    access,
    enter,
    fill,
    labels,
    press,
    shown,
)
from ui_streamlit.components.card_fields import Kind, fields_of

TITAN = InstrumentCard.model_validate(
    {
        "title": "Titan",
        "manufacturers": [{"name": "Thermo Fisher Scientific"}],
        "alternate_identifiers": [{"identifier": "3122", "type": "SerialNumber"}],
        "profile": {"measurement": {"acceleration_voltage": "300 kV"}},
    }
)


@pytest.fixture
def titan(lab):
    """Return an instrument of a steward's."""
    stew = access(lab, "stew", STEWARD).subject
    return lab.registry.instruments.create("titan", card=TITAN, actor=stew)


def card_of(lab, name="titan"):
    return lab.registry.instruments.get(name)


def edit(name="stew", *groups):
    return press(enter("instruments", name, *(groups or (STEWARD,)), id="titan"), "Edit")


def test_everyone_who_is_known_reads_cards_and_profiles(lab, titan):
    assert "Titan" in shown(enter("instruments", "eve"))
    text = shown(enter("instruments", "eve", id="titan"))
    assert "3122 · SerialNumber" in text
    assert '<td class="em-wrap">300 kV</td>' in text
    assert "PIDINST also wants: identifier, landing page, owners" in text


@pytest.mark.parametrize(
    ("name", "groups", "may"),
    [("eve", (), False), ("stew", (STEWARD,), True), ("sue", (STEWARD,), True),
     ("root", (ADMIN,), True)],
)  # fmt: skip
def test_only_who_may_is_offered_to_make_and_edit(lab, titan, name, groups, may):
    assert ("New" in labels(enter("instruments", name, *groups))) is may
    app = enter("instruments", name, *groups, id="titan")
    assert ("Edit" in labels(app)) is may
    assert ("Access tokens" in shown(app)) is may


def test_one_is_made_and_edited_at_once(lab):
    app = enter("instruments", "stew", STEWARD)
    press(fill(app, "What people call it", "Helios <b>G4</b>"), "Make it")
    made = app.query_params["id"]
    assert made.startswith("helios-b-g4-b-")
    fill(app, "Model", "Helios G4")
    fill(app, "Acceleration voltage", "30 kV")
    press(app, "Save")
    card = card_of(lab, made).card
    assert card.model is not None
    assert (card.model.name, card.profile.measurement) == (
        "Helios G4", {"acceleration_voltage": "30 kV"}
    )  # fmt: skip
    text = shown(app)
    assert "<b>G4" not in text
    assert "Helios G4" in text


def test_a_form_that_is_sent_twice_makes_one_instrument(lab):
    app = enter("instruments", "stew", STEWARD)
    first = next(one for one in app.button if one.label == "Make it").id
    press(fill(app, "What people call it", "Helios"), "Make it")
    press(app, "Leave it as it is")
    del app.query_params["id"]
    app.run()
    assert next(one for one in app.button if one.label == "Make it").id != first
    title = next(one for one in app.text_input if one.label == "What people call it")
    assert title.value == ""


@pytest.mark.parametrize("title", ["", "   ", "\u202e"])
def test_a_title_that_names_nothing_is_a_notice(lab, title):
    app = enter("instruments", "stew", STEWARD)
    press(fill(app, "What people call it", title), "Make it")
    assert len(app.warning) == 1
    assert not app.error
    assert lab.registry.instruments.list() == ()


def test_the_same_instrument_twice_is_a_notice(lab, titan):
    app = enter("instruments", "stew", STEWARD)
    press(fill(app, "What people call it", "TITAN"), "Make it")
    assert "another instrument has this identifier" in shown(app)


def test_what_stands_in_the_profile_stays_and_tables_are_kept(lab, titan):
    press(fill(edit(), "Working distance", "4 mm"), "Save")
    card = card_of(lab).card
    assert card.profile.measurement == {
        "acceleration_voltage": "300 kV",
        "working_distance": "4 mm",
    }
    assert card.alternate_identifiers == TITAN.alternate_identifiers
    assert card.manufacturers == TITAN.manufacturers


def test_the_profile_comes_first_and_what_pidinst_asks_is_folded_behind_it(lab, titan):
    app = edit()
    folds = [one.label for one in app.expander]
    assert folds[-1].startswith("Card by PIDINST")
    assert all(label.startswith("Profile: ") for label in folds[:-1])
    asked = [one.label for one in app.text_input]
    assert asked[:2] == ["Title", "Instrument's manufacturer"]
    assert asked.index("Acceleration voltage") < asked.index("Working distance")
    assert asked.index("Working distance") < asked.index("Persistent identifier")
    inside = [one.label for one in app.expander[-1].text_input]
    assert "Landing page" in inside
    assert not any("voltage" in label for label in inside)
    assert len(app.expander[-1].data_editor) == len(app.data_editor)


def test_rows_are_added_to_a_table(lab, titan):
    app = edit()
    key = next(one.key for one in app.data_editor if one.key.endswith("-owners"))
    app.session_state[key] = {
        "edited_rows": {0: {"name": "EM Centre", "contact": "em@example.org"}},
        "added_rows": [{"name": "Physics"}, {}],
        "deleted_rows": [],
    }
    press(app, "Save")
    owners = card_of(lab).card.owners
    assert [(one.name, one.contact) for one in owners] == [
        ("EM Centre", "em@example.org"), ("Physics", None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("Acceleration voltage", "300", "**Acceleration voltage**"),
        ("Acceleration voltage", "300 mm", "**Acceleration voltage**"),
        ("Convergence angle", "4000 kV", "**Convergence angle**"),
        ("Landing page", "javascript:alert(1)", "**Landing page**"),
        ("Persistent identifier", "21.1/x", "identifier\\_type come together"),
    ],
)
def test_what_cannot_be_is_told_at_its_name_and_not_saved(lab, titan, field, value, told):
    app = press(fill(edit(), field, value), "Save")
    assert told in shown(app)
    assert "defect" not in shown(app)
    assert card_of(lab).version == 1


def test_someone_elses_edit_is_told_and_both_stay(lab, titan):
    app = edit()
    theirs = TITAN.model_copy(update={"title": "Titan 2", "description": "moved"})
    lab.registry.instruments.edit("titan", expected_version=1, card=theirs, actor="root")
    press(fill(app, "Working distance", "4 mm"), "Save")
    text = shown(app)
    assert "Someone changed it meanwhile" in text
    assert "**Description**: moved" in text
    assert "**Title**: Titan 2" in text
    press(app, "Save")
    card = card_of(lab).card
    assert (card.title, card.description) == ("Titan 2", "moved")
    assert card.profile.measurement["working_distance"] == "4 mm"


def test_both_changed_the_same_field_and_one_decides(lab, titan):
    app = edit()
    theirs = TITAN.model_copy(update={"title": "Theirs"})
    lab.registry.instruments.edit("titan", expected_version=1, card=theirs, actor="root")
    press(fill(app, "Title", "Mine"), "Save")
    assert "**Title**: Theirs" in shown(app)
    assert card_of(lab).card.title == "Theirs"
    assert next(one for one in app.text_input if one.label == "Title").value == "Mine"
    press(app, "Save")
    assert card_of(lab).card.title == "Mine"


def test_leaving_it_changes_nothing(lab, titan):
    app = press(fill(edit(), "Title", "Other"), "Leave it as it is")
    assert card_of(lab).version == 1
    assert "Titan" in shown(app)
    press(app, "Edit")
    assert next(one for one in app.text_input if one.label == "Title").value == "Titan"


def test_its_latest_experiments_are_those_one_may_see(lab, titan):
    for name in ("ada", "bob"):
        whereto = Whereto(f"{name}s", "p", "s", f"Night of {name}")
        deposits.draft(access(lab, name), whereto, instrument="titan")
    text = shown(enter("instruments", "ada", id="titan"))
    assert "Night of ada" in text
    assert "Night of bob" not in text
    assert "None that you may see" in shown(enter("instruments", "eve", id="titan"))


def test_its_token_acts_as_the_instrument_and_is_shown_once(lab, titan):
    app = enter("instruments", "stew", STEWARD, id="titan")
    fill(app, "What it is for", "its PC")
    next(box for box in app.checkbox if "deposit" in box.label).check()
    press(app, "Make the token")
    secret = next(one.value for one in app.code if one.value.startswith("emf_"))
    assert Reception(lab).access(f"Bearer {secret}").subject == "instrument:titan"
    press(app, "Revoke it")
    (kept,) = lab.registry.tokens.list("instrument:titan")
    assert kept.revoked_at is not None


@pytest.mark.parametrize("identifier", ["none", "../..", "<b>", "\x00"])
def test_an_unknown_instrument_is_a_notice(lab, identifier):
    app = enter("instruments", "eve", id=identifier)
    assert len(app.warning) == 1
    assert not app.error


@pytest.mark.parametrize(
    "card", [ProjectCard, ProposalCard, SampleCard, PersonCard, InstrumentCard]
)
def test_every_field_of_a_card_can_be_filled_in(card):
    asked = {field.name.partition(".")[0] for field in fields_of(card)}
    assert asked == set(card.model_fields)


def test_choices_offer_the_words_that_cards_take():
    choices = {
        column.name: column.words
        for field in fields_of(InstrumentCard)
        for column in (field, *field.columns)
        if column.kind is Kind.CHOICE and not column.part
    }
    assert choices["identifier_type"] == ("Handle", "DOI", "URN", "URL")
    assert "SerialNumber" in choices["type"]
    assert "WasUsedIn" in choices["relation"]


def test_one_that_no_experiment_names_is_deleted_by_who_may(lab, titan):
    assert "Delete" not in labels(enter("instruments", "eve", id="titan"))
    app = enter("instruments", "stew", STEWARD, id="titan")
    assert "Delete" in labels(app)
    press(app, "Delete it")
    assert lab.registry.instruments.list() == ()
    assert "id" not in app.query_params
    assert "No instrument is registered yet" in shown(app)


def test_one_that_an_experiment_names_stays(lab, titan):
    deposits.draft(access(lab, "ada"), Whereto("Steel", "P", "S", "T"), instrument="titan")
    assert "Delete" not in labels(enter("instruments", "stew", STEWARD, id="titan"))
