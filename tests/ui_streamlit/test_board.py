"""The board: levels side by side, each thing chosen, found, and made in its place."""

from __future__ import annotations

import pytest

from emfair.identity.roles import Role
from emfair.model.deposits import Whereto
from emfair.model.nouns import InstrumentCard, ProjectCard, ProposalCard, SampleCard
from emfair.registry import ExperimentEdit
from emfair.service import deposits
from emfair.service.access import local_access
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.lab import access, enter, fill, labels, open_lab, subject, unfold
from tests.ui_streamlit.lab import press as press_label


def titles(app) -> list[str]:
    return [one.label for one in app.button if str(one.key or "").startswith("board-")]


def press(app, key):
    next(one for one in app.button if one.key == key).click().run()
    assert not app.exception
    return app


@pytest.fixture
def steel(opened):
    """Return an experiment of a project that is there."""
    access = local_access(opened)
    mine = {"actor": access.subject}
    opened.registry.projects.create("steel", card=ProjectCard(title="Steel"), **mine)
    opened.registry.proposals.create("steel", "2026-a", card=ProposalCard(title="2026-A"), **mine)
    sample = SampleCard(title="Lamella *1*")
    opened.registry.samples.create("steel", "2026-a", "lamella-1", card=sample, **mine)
    return deposits.draft(access, Whereto("Steel", "2026-A", "Lamella *1*", "Night"))


def test_levels_open_one_after_the_other(steel):
    app = open_page("board")
    assert titles(app) == ["Steel  :gray[1]"]
    press(app, "board-project-steel")
    press(app, "board-proposal-2026-a")
    press(app, "board-sample-lamella-1")
    assert app.query_params["sample"] == "lamella-1"
    assert any(r"Lamella \*1\*" in title for title in titles(app))
    assert any("Night" in link.label for link in app.get("page_link"))


def test_another_project_closes_what_was_open_below(opened, steel):
    deposits.draft(local_access(opened), Whereto("Quartz", "2026-B", "Grain", "Day"))
    app = open_page("board", project="steel", proposal="2026-a", sample="lamella-1")
    press(app, "board-project-quartz")
    assert [app.query_params.get(level) for level in ("proposal", "sample")] == [None, None]
    assert any("2026-B" in title.replace("\\", "") for title in titles(app))


def test_one_is_made_in_its_place_and_chosen(opened, steel):
    app = open_page("board", project="steel")
    for title, level in (("Title of the new proposal", "proposal"),):
        next(one for one in app.text_input if one.label == title).set_value("2026-C")
        form = [one for one in app.button if one.label == "Make it"][-1]
        form.click().run()
        assert app.query_params[level] == "2026-c"
    assert opened.registry.proposals.get("steel", "2026-c").card.title == "2026-C"


def test_what_is_there_already_is_a_notice(steel):
    app = open_page("board")
    next(one for one in app.text_input if one.label.endswith("project")).set_value("Steel")
    next(one for one in app.button if one.label == "Make it").click().run()
    assert any("steel" in one.value for one in app.warning)


def test_what_is_not_there_opens_nothing(steel):
    for place in (
        {"project": "nowhere"},
        {"project": "../x"},
        {"project": "steel", "proposal": "?"},
    ):
        app = open_page("board", **place)
        assert not app.exception
        assert "Experiments" not in [one.value for one in app.subheader]


def test_a_card_is_edited_in_its_place(opened, steel):
    app = unfold(open_page("board", project="steel"), "Edit")
    fill(app, "Title", "Steel *2*")
    fill(app, "Description", "Bainite <b>")
    press_label(app, "Save")
    row = opened.registry.projects.get("steel")
    assert (row.card.title, row.card.description) == ("Steel *2*", "Bainite <b>")
    assert r"Steel \*2\*  :gray[1]" in titles(app)
    assert r"Bainite \<b\>" in [one.value for one in app.caption]


def test_a_proposals_and_a_samples_card_are_edited_there_too(opened, steel):
    place = {"project": "steel", "proposal": "2026-a", "sample": "lamella-1"}
    app = unfold(open_page("board", **place), "Edit", 1)
    press_label(fill(app, "Number of the proposal", "BT-42"), "Save")
    assert opened.registry.proposals.get("steel", "2026-a").card.identifier == "BT-42"
    app = unfold(app, "Edit", 2)
    fill(app, "Elements", ["Fe", "C"])
    fill(app, "Thickness", "80 nm")
    fill(app, "Prepared on", "2026-01-20 09:00")
    fill(app, "Simulated", False)
    press_label(app, "Save")
    card = opened.registry.samples.get("steel", "2026-a", "lamella-1").card
    assert (card.elements, card.thickness, card.is_simulation) == (("Fe", "C"), "80 nm", False)
    assert card.preparation_date.isoformat() == "2026-01-20T09:00:00+00:00"


def test_what_cannot_be_is_told_and_not_saved(opened, steel):
    place = {"project": "steel", "proposal": "2026-a", "sample": "lamella-1"}
    for label, value in (("Thickness", "thin"), ("Prepared on", "yesterday"), ("Title", "")):
        app = unfold(open_page("board", **place), "Edit", 2)
        press_label(fill(app, label, value), "Save")
        assert any(f"**{label}**" in one.value for one in app.warning)
        assert opened.registry.samples.get("steel", "2026-a", "lamella-1").version == 1


def test_someone_elses_edit_is_a_message_and_no_error_page(opened, steel):
    app = unfold(open_page("board", project="steel"), "Edit")
    theirs = ProjectCard(title="Theirs", description="new")
    opened.registry.projects.edit("steel", expected_version=1, card=theirs, actor="local:bob")
    press_label(fill(app, "Description", "mine"), "Save")
    (told,) = app.warning
    assert "Someone changed it meanwhile" in told.value
    assert "**Title**: Theirs" in told.value
    assert opened.registry.projects.get("steel").card == theirs
    press_label(app, "Save")
    assert opened.registry.projects.get("steel").card == ProjectCard(
        title="Theirs", description="mine"
    )


def test_a_title_that_is_none_is_a_notice(opened):
    app = open_page("board")
    for title in ("", "   ", "\u202e"):
        next(one for one in app.text_input if one.label.endswith("project")).set_value(title)
        next(one for one in app.button if one.label == "Make it").click().run()
        assert len(app.warning) == 1
        assert not app.error
    assert opened.registry.projects.list() == ()


def test_labels_and_origins_of_a_sample(opened, steel):
    registry = opened.registry
    registry.samples.create("steel", "2026-a", "ingot", card=SampleCard(title="Ingot"), actor="a")
    place = {"project": "steel", "proposal": "2026-a", "sample": "lamella-1"}
    key = ("steel", "2026-a", "lamella-1")
    app = unfold(open_page("board", **place), "Origin and labels")
    press_label(fill(app, "Barcode", "FIB-0042 <b>").run(), "Put it on")
    assert registry.samples.barcodes(key) == ("FIB-0042 <b>",)
    press_label(fill(app, "Sample", "ingot").run(), "It was made from this")
    assert any("Made from Ingot" in link.label for link in app.get("page_link"))
    press_label(app, "Not from Ingot")
    press_label(app, r"Take off FIB\-0042 \<b\>")
    assert registry.samples.barcodes(key) == registry.samples.relatives(key).parents == ()


def test_a_barcode_on_another_sample_is_a_notice(opened, steel):
    registry = opened.registry
    registry.samples.create("steel", "2026-a", "ingot", card=SampleCard(title="Ingot"), actor="a")
    registry.samples.label(("steel", "2026-a", "ingot"), "42", actor="a")
    place = {"project": "steel", "proposal": "2026-a", "sample": "lamella-1"}
    app = unfold(open_page("board", **place), "Origin and labels")
    press_label(fill(app, "Barcode", "42").run(), "Put it on")
    assert any("is on the sample" in one.value for one in app.warning)


def decided(opened, steel):
    row = opened.registry.experiments.get(steel.id)
    return row.title, row.instrument, row.restricted


def test_an_experiments_title_instrument_and_sight_are_decided_there(opened, steel):
    opened.registry.instruments.create("titan", card=InstrumentCard(title="Titan"), actor="a")
    place = {"project": "steel", "proposal": "2026-a", "sample": "lamella-1"}
    app = unfold(open_page("board", **place), "Edit", 3)
    fill(app, "Title", "Late night")
    fill(app, "Instrument", "titan")
    fill(app, "Only for those who work on it", True)
    press_label(app, "Save")
    assert decided(opened, steel) == ("Late night", "titan", True)
    actions = [row.action for row in opened.registry.audit.list(subject=steel.id)]
    assert actions[:2] == ["experiment-shared", "experiment-changed"]


def test_an_experiment_that_someone_else_changed_is_looked_at_first(opened, steel):
    place = {"project": "steel", "proposal": "2026-a", "sample": "lamella-1"}
    app = unfold(open_page("board", **place), "Edit", 3)
    row = opened.registry.experiments.get(steel.id)
    edit = ExperimentEdit(title="Theirs")
    opened.registry.experiments.edit(steel.id, row.version, edit, actor="local:bob")
    press_label(fill(app, "Title", "Mine"), "Save")
    assert any("Someone changed it meanwhile" in one.value for one in app.warning)
    assert decided(opened, steel)[0] == "Theirs"
    press_label(app, "Save")
    assert decided(opened, steel)[0] == "Mine"


@pytest.mark.parametrize(("role", "may"), [(Role.VIEWER, 0), (Role.EDITOR, 3), (Role.OWNER, 4)])
def test_only_who_may_is_offered_to_edit(tmp_path, role, may):
    with open_lab(tmp_path / "lab") as services:
        ada = access(services, "ada")
        deposits.draft(ada, Whereto("Steel", "2026-A", "Lamella 1", "Night"))
        access(services, "bob")
        services.registry.memberships.grant(
            "steel", subject("bob"), role, until=None, actor=ada.subject
        )
        place = {"project": "steel", "proposal": "2026-a", "sample": "lamella-1"}
        app = enter("board", "bob", **place)
        assert labels(app).count("Edit") == may
        assert "Members" in [one.label for one in app.get("page_link")]


def test_what_is_empty_is_deleted_in_its_place_from_below(opened):
    registry = opened.registry
    for place in (("Steal",), ("Steal", "P"), ("Steal", "P", "S")):
        makes = (registry.projects, registry.proposals, registry.samples)[len(place) - 1]
        makes.create(
            *(one.lower() for one in place), card=makes.card(title=place[-1]), actor="local:me"
        )
    place = {"project": "steal", "proposal": "p", "sample": "s"}
    for _ in range(3):
        app = open_page("board", **place)
        assert labels(app).count("Delete") == 1, "only of the lowest level"
        press_label(app, "Delete it")
        place.popitem()
        left = ("project", "proposal", "sample")
        assert {one for one in left if one in app.query_params} == set(place)
    assert registry.projects.list() == ()
    assert not any(place)


def test_what_holds_an_experiment_offers_no_way_to_delete_it(opened):
    deposits.draft(local_access(opened), Whereto("Clay", "P", "S", "T"))
    app = open_page("board", project="clay", proposal="p", sample="s")
    assert "Deposit here" in labels(app)
    assert "Delete" not in labels(app)


def test_what_was_filled_meanwhile_is_not_deleted_and_that_is_told(opened):
    opened.registry.projects.create("clay", card=ProjectCard(title="Clay"), actor="local:me")
    app = open_page("board", project="clay")
    opened.registry.proposals.create("clay", "p", card=ProposalCard(title="P"), actor="local:me")
    press_label(app, "Delete it")
    assert any("1 proposal" in one.value for one in app.warning)
    assert opened.registry.projects.get("clay")


def test_only_who_may_is_offered_to_delete(lab):
    ada = subject("ada")
    access(lab, "ada")
    lab.registry.projects.create("clay", card=ProjectCard(title="Clay"), actor=ada)
    lab.registry.memberships.grant("clay", subject("bob"), "editor", until=None, actor=ada)
    for name, may in (("ada", True), ("bob", False)):
        assert ("Delete" in labels(enter("board", name, project="clay"))) is may
