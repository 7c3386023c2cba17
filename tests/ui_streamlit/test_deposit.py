"""Where a deposit goes, going on with one, its end; the browser's part stands in ``tests/e2e``."""

from __future__ import annotations

import hashlib
import shutil
import time

from emfair.lake import layout
from emfair.model.deposits import Whereto
from emfair.model.nouns import InstrumentCard, ProjectCard
from emfair.model.states import ExperimentState
from emfair.nxem.annotations import parse_annotations
from emfair.service import arrivals, deposits, together, uploads
from emfair.service.access import local_access
from emfair.service.annotations import annotate
from emfair.service.nouns import projects
from emfair.service.uploads import Announced
from tests.ui_streamlit.conftest import open_page

PLACE = {"project": "steel", "proposal": "2026-a", "sample": "lamella-1"}


def there(services):
    """Make a project, a proposal and a sample: AppTest types nothing new into a selectbox."""
    whereto = Whereto("Steel", "2026-A", "Lamella 1", "Day")
    return deposits.draft(local_access(services), whereto)


def fill_in(app, **fields):
    """Fill in one field after the other: each offers what lies below the one before."""
    for name, value in fields.items():
        found = [*app.selectbox, *app.text_input]
        next(one for one in found if one.key == name).set_value(value).run()
    return app


def button(app, label):
    return next(one for one in app.button if one.label == label)


def begun(services):
    """Begin a deposit on the page; return the page, and its experiment."""
    there(services)
    app = open_page("deposit")
    fill_in(app, **PLACE, title="Night")
    button(app, "Next").click().run()
    assert not app.exception
    identifier = app.query_params["id"]
    return app, services.registry.experiments.get(identifier)


def arrive(services, row, content=b"quartz", name="a.tif"):
    sha256 = hashlib.sha256(content).hexdigest()
    now = services.now()
    access = local_access(services)
    new = uploads.announce(access, row.id, [Announced(name, len(content), now, sha256)])
    rows = together.chosen(services, row.id, [one.id for one in new])
    together.put(services, row, rows, [content])


def looked_into(app):
    """Wait until all files were looked into; the page looks for it every few seconds."""
    until = time.monotonic() + 60
    while any("Looking into" in one.value for one in app.caption):
        assert time.monotonic() < until
        time.sleep(0.1)
        app.run()
    return app


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


def test_a_seal_waits_for_no_look_into_the_files(opened, corpus):
    _, row = begun(opened)
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    for name in ("a.dm3", "b.dm3"):
        arrive(opened, row, picture + name.encode(), name)
    app = open_page("deposit", id=row.id)
    assert any("Looking into a" in one.value for one in app.caption)
    assert not button(app, "Seal the deposit").disabled
    assert any("All files have arrived" in one.value for one in app.caption)
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
    app.session_state[f"on-its-way-{row.id}"] = 180  # as the browser tells
    app.run()
    assert any("180 files are still to arrive" in one.value for one in app.caption)
    assert button(app, "Seal the deposit").disabled
    app.session_state[f"on-its-way-{row.id}"] = 0
    app.run()
    assert not button(app, "Seal the deposit").disabled


def test_a_file_that_is_taken_out_while_it_is_looked_into_is_forgotten(opened, corpus):
    _, row = begun(opened)
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    arrive(opened, row, picture, "a.dm3")
    app = open_page("deposit", id=row.id)
    (one,) = uploads.of_experiment(opened, row.id)
    uploads.remove(local_access(opened), one)
    arrive(opened, row, b"no picture", "b.dm3")
    looked_into(app.run())
    assert any(r"b\.dm3" in one.value for one in app.warning)
    assert "base64" not in "".join(piece.proto.body for piece in app.get("html"))


def warned(app):
    return [one.value.replace("\\", "") for one in app.warning]


def test_a_file_that_cannot_be_looked_into_is_told_and_holds_up_no_other(opened, corpus):
    _, row = begun(opened)
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    for name in ("a.dm3", "b.dm3"):
        arrive(opened, row, picture + name.encode(), name)
    gone = next(one for one in uploads.of_experiment(opened, row.id) if one.name == "a.dm3")
    opened.lake.delete(layout.raw_file(row.place, gone.path))
    app = looked_into(open_page("deposit", id=row.id))
    for _ in range(2):
        (told,) = warned(app)
        assert told.startswith("**a.dm3**")
        assert "no such object in the lake" in told
        assert "base64" in "".join(piece.proto.body for piece in app.get("html"))
        app.run()
    uploads.remove(local_access(opened), gone)
    assert not warned(app.run())


def test_a_defect_of_a_look_is_told_once_a_file_and_logged(opened, caplog):
    _, row = begun(opened)
    for name in ("a.dm3", "b.dm3"):
        arrive(opened, row, name.encode(), name)
    shutil.rmtree(opened.scratch)
    opened.settings.scratch.symlink_to("/proc/self")  # a folder in which none can be made
    app = looked_into(open_page("deposit", id=row.id))
    first, second = warned(app)
    assert first.startswith("**a.dm3**: It could not be looked into")
    assert second.startswith("**b.dm3**: It could not be looked into")
    assert [one.exc_info is not None for one in caplog.records if "looked into" in one.message] == [
        True,
        True,
    ]


def test_a_file_is_looked_into_once_for_all_who_open_the_page(opened, corpus):
    _, row = begun(opened)
    arrive(opened, row, (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes(), "a.dm3")
    looked_into(open_page("deposit", id=row.id))
    (first,) = arrivals.looked_into(opened, row).seen
    again = open_page("deposit", id=row.id)
    assert not any("Looking into" in one.value for one in again.caption)
    assert "base64" in "".join(piece.proto.body for piece in again.get("html"))
    assert arrivals.looked_into(opened, row).seen[0] is first


def test_what_could_not_be_looked_into_is_looked_into_again_where_someone_says_so(opened, corpus):
    _, row = begun(opened)
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    arrive(opened, row, picture, "a.dm3")
    (one,) = uploads.of_experiment(opened, row.id)
    opened.lake.delete(layout.raw_file(row.place, one.path))
    app = looked_into(open_page("deposit", id=row.id))
    opened.lake.put_bytes(layout.raw_file(row.place, one.path), picture)
    assert warned(app.run())
    button(app, "Look again").click().run()
    looked_into(app)
    assert not warned(app)
    assert "base64" in "".join(piece.proto.body for piece in app.get("html"))


def test_what_was_seen_is_known_to_the_form_at_once(opened, corpus):
    _, row = begun(opened)
    arrive(opened, row, (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes(), "a.dm3")
    app = looked_into(open_page("deposit", id=row.id))
    app.switch_page("../pages/annotate.py")
    app.query_params["id"] = row.id
    app.run()
    assert not app.exception
    assert "200 kV" in "\n".join(one.value for one in app.caption)


def test_what_is_missing_is_what_the_form_lacks_now(opened, corpus):
    _, row = begun(opened)
    arrive(opened, row, (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes(), "a.dm3")
    app = looked_into(open_page("deposit", id=row.id))

    def missing():
        return next(one.value for one in app.caption if "missing for NXem" in one.value)

    assert "Elements in the sample" in missing()
    notes = parse_annotations({"sample": {"atom_types": ["Fe"]}})
    annotate(local_access(opened), row.id, notes, expected_version=0, reason="filled in")
    app.run()
    assert "Elements in the sample" not in missing()


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


def test_what_is_in_a_file_is_shown_before_it_is_sealed(opened, corpus):
    _, row = begun(opened)
    arrive(opened, row, (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes(), "a.dm3")
    arrive(opened, row, b"no picture", "b.dm3")
    app = looked_into(open_page("deposit", id=row.id))
    html = "".join(piece.proto.body for piece in app.get("html"))
    assert 'src="data:image/png;base64,' in html
    assert any(r"b\.dm3" in one.value for one in app.warning)
    assert any("Still missing for NXem" in one.value for one in app.caption)


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
