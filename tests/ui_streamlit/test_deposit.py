"""Where a deposit goes, going on with one, its end; the browser's part stands in ``tests/e2e``."""

from __future__ import annotations

import pytest

from emfair.model.deposits import Whereto
from emfair.model.nouns import InstrumentCard, ProjectCard
from emfair.model.states import ExperimentState
from emfair.service import deposits, uploads
from emfair.service.access import local_access
from emfair.service.nouns import projects
from emfair.service.uploads import Announced
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.depositing import PLACE, arrive, begun, button, fill_in, there
from tests.ui_streamlit.lab import access, enter
from tests.ui_streamlit.lab import shown as on_page
from ui_streamlit.components.dropping import Window


def test_nothing_begins_before_the_place_is_whole(opened):
    there(opened)
    app = open_page("deposit")
    for fields in (PLACE, {"title": "  "}):
        assert button(app, "Next").disabled
        fill_in(app, **fields)
    assert button(app, "Next").disabled
    fill_in(app, title="Night")
    assert not button(app, "Next").disabled


def test_a_deposit_is_begun_filled_and_sealed(opened):
    app, row = begun(opened)
    assert (row.project, row.sample, row.state) == ("steel", "lamella-1", ExperimentState.DRAFT)
    assert button(app, "Seal the deposit").disabled
    arrive(opened, row)
    app.run()
    button(app, "Seal the deposit").click().run()
    assert opened.registry.experiments.get(row.id).state is ExperimentState.SEALED


def test_what_the_seal_waits_for_is_told(opened):
    _, row = begun(opened)
    app = open_page("deposit", id=row.id)
    assert any("once its files have arrived" in one.value for one in app.caption)
    arrive(opened, row)
    uploads.announce(local_access(opened), row.id, [Announced("b.mrc", 7, opened.now())])
    app.run()
    assert any("1 file is still to arrive" in one.value for one in app.caption)
    assert button(app, "Seal the deposit").disabled


def test_files_that_are_on_their_way_unannounced_are_waited_for(opened):
    _, row = begun(opened)
    app = open_page("deposit", id=row.id)
    arrive(opened, row)
    app.session_state[f"window-{row.id}"] = Window(180)  # as the browser tells
    app.run()
    assert any("180 files are still to arrive" in one.value for one in app.caption)
    assert button(app, "Seal the deposit").disabled
    app.session_state[f"window-{row.id}"] = Window()
    app.run()
    assert not button(app, "Seal the deposit").disabled


def test_one_describes_a_session_from_the_head_of_its_page(opened):
    _, row = begun(opened)
    app = open_page("deposit", id=row.id)
    on_page = [(one.type, getattr(one, "label", "")) for one in app.main]
    (link,) = [place for place, (_, label) in enumerate(on_page) if "Describe it" in str(label)]
    zone = [kind for kind, _ in on_page].index("bidi_component")
    assert link < zone < on_page.index(("button", "Seal the deposit"))


def test_what_was_begun_is_offered_and_can_be_given_up(opened):
    _, row = begun(opened)
    app = open_page("deposit")
    assert "Not sealed yet" in [one.value for one in app.header]
    app = open_page("deposit", id=row.id)
    button(app, "Give up this deposit").click().run()
    assert opened.registry.experiments.get(row.id).state is ExperimentState.TOMBSTONED


@pytest.mark.parametrize(
    ("typed", "told"),
    [("lamella_1", "Lamella 1"), ("Α-FE", "α-Fe"), ("β-Fe", "β-Fe (new)"), ("Fe", "Fe (new)")],
)
def test_what_is_typed_in_other_letters_is_what_there_is_and_what_differs_is_new(
    opened, typed, told
):
    mine = local_access(opened)
    for sample in ("Lamella 1", "α-Fe"):
        deposits.draft(mine, Whereto("Steel", "2026-A", sample, "Day"))
    app = open_page("deposit", project="STEEL", proposal="2026-a", sample=typed)
    boxes = {one.key: one for one in app.selectbox}
    assert boxes["project"].options == ["Steel"]
    assert boxes["sample"].options[boxes["sample"].index] == told


def test_another_thing_with_the_identifier_is_told_and_nothing_begins(opened):
    opened.registry.projects.create("quartz-2nd", card=ProjectCard(title="Calcite"), actor="s")
    app = open_page("deposit", project="Quartz 2nd", proposal="P", sample="S")
    fill_in(app, title="Night")
    button(app, "Next").click().run()
    told = " ".join(one.value for one in [*app.warning, *app.error])
    assert r"quartz\-2nd" in told
    assert "Calcite" in told
    assert opened.registry.experiments.list() == ()


def test_the_last_places_are_one_click_away(opened):
    there(opened)
    app = open_page("deposit")
    next(one for one in app.button if one.key == "as-steel/2026-a/lamella-1").click().run()
    assert {one.key: one.value for one in app.selectbox if one.key != "instrument"} == PLACE


def test_a_last_place_names_the_instrument_that_is_taken_over_with_it(opened):
    opened.registry.instruments.create("titan", card=InstrumentCard(title="Titan"), actor="s")
    there(opened)
    whereto = Whereto("Steel", "2026-A", "Lamella 2", "Day")
    deposits.draft(local_access(opened), whereto, instrument="titan")
    app = open_page("deposit")
    labels = {one.key: one.label for one in app.button}
    assert labels["as-steel/2026-a/lamella-2"].endswith("Lamella 2 · Titan")
    assert labels["as-steel/2026-a/lamella-1"].endswith("Lamella 1")
    app.button(key="as-steel/2026-a/lamella-2").click().run()
    assert next(one.value for one in app.selectbox if one.key == "instrument") == "titan"


def test_of_two_projects_of_one_title_each_can_be_chosen(opened):
    there(opened)
    projects.create_project(local_access(opened), ProjectCard(title="Steel"), "trap")
    app = open_page("deposit", project="trap")
    box = next(one for one in app.selectbox if one.key == "project")
    assert set(box.options) == {"Steel (trap)", "Steel (steel)"}
    assert box.value == "trap"


def test_bytes_that_lie_elsewhere_are_told(opened):
    _, first = begun(opened)
    arrive(opened, first)
    deposits.seal(local_access(opened), first.id)
    app, second = begun(opened)
    arrive(opened, second)
    app.run()
    (link,) = [one for one in app.get("page_link") if "already in" in one.label]
    assert link.label == "1 of these files lies already in Night"
    assert link.query_string == f"id={first.id}"


def test_a_closed_deposit_leads_to_its_experiment(opened):
    _, row = begun(opened)
    arrive(opened, row)
    deposits.seal(local_access(opened), row.id)
    app = open_page("deposit", id=row.id)
    assert any("closed" in one.value for one in app.info)


def test_an_experiments_page_tells_file_by_file_how_far_they_are(opened):
    _, row = begun(opened)
    arrive(opened, row)
    announced = [Announced("b.mrc", 7, opened.now())]
    uploads.announce(local_access(opened), row.id, announced)
    app = open_page("experiment", id=row.id)
    assert not app.dataframe
    app.toggle[0].set_value(True).run()
    (table,) = app.dataframe
    assert list(table.value["file"]) == ["b.mrc", "a.tif"]
    assert list(table.value["arrived"]) == [0.0, 1.0]


def test_files_are_added_to_a_session_that_was_processed(opened):
    app, row = begun(opened)
    arrive(opened, row)
    app.run()
    button(app, "Seal the deposit").click().run()
    closed = open_page("deposit", id=row.id)
    assert any("This deposit is closed" in one.value for one in closed.info)
    assert "bidi_component" not in [one.type for one in closed.main], "it is being processed"
    for state in (ExperimentState.PROCESSING, ExperimentState.INVALID):
        opened.registry.experiments.set_state(row.id, state)
    seen = open_page("experiment", id=row.id)
    assert "Add files" in [getattr(one, "label", "") for one in seen.main]
    app = open_page("deposit", id=row.id)
    assert any("takes more files" in one.value for one in app.info)
    assert not any("closed" in one.value for one in app.info)
    assert "1 file is there already" in [one.label for one in app.expander]
    assert list(app.dataframe[0].value["File"]) == ["a.tif"]
    assert "bidi_component" in [one.type for one in app.main]
    arrive(opened, row, b"its companion", "b.raw")
    app.run()
    button(app, "Seal the deposit").click().run()
    now = opened.registry.experiments.get(row.id)
    assert (now.state, now.manifest_version) == (ExperimentState.SEALED, 2)


def test_whoever_may_only_look_adds_no_files(lab):
    row = deposits.draft(access(lab, "ada"), Whereto("Steel", "2026-A", "Lamella 1", "Night"))
    arrive(lab, row, by=access(lab, "ada"))
    deposits.seal(access(lab, "ada"), row.id)
    for state in (ExperimentState.PROCESSING, ExperimentState.VALID):
        lab.registry.experiments.set_state(row.id, state)
    assert "Add files" in on_page(enter("experiment", "ada", id=row.id))
    viewer = enter("experiment", "bob", "emfair-project-steel-viewer", id=row.id)
    assert "Night" in on_page(viewer)
    assert "Add files" not in on_page(viewer)
