"""Where a deposit goes, going on with one, its end; the browser's part stands in ``tests/e2e``."""

from __future__ import annotations

import hashlib

from emfair.model.deposits import Whereto
from emfair.model.states import ExperimentState
from emfair.service import deposits, together, uploads
from emfair.service.access import local_access
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
    button(app, "Choose files").click().run()
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


def test_nothing_begins_before_the_place_is_whole(opened):
    there(opened)
    app = open_page("deposit")
    for fields in (PLACE, {"title": "  "}):
        assert button(app, "Choose files").disabled
        fill_in(app, **fields)
    assert button(app, "Choose files").disabled
    fill_in(app, title="Night")
    assert not button(app, "Choose files").disabled


def test_a_deposit_is_begun_filled_and_sealed(opened):
    app, row = begun(opened)
    assert (row.project, row.sample, row.state) == ("steel", "lamella-1", ExperimentState.DRAFT)
    assert button(app, "Seal the deposit").disabled
    arrive(opened, row)
    app.run()
    button(app, "Seal the deposit").click().run()
    assert opened.registry.experiments.get(row.id).state is ExperimentState.SEALED


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


def test_bytes_that_lie_elsewhere_are_told(opened):
    _, first = begun(opened)
    arrive(opened, first)
    deposits.seal(local_access(opened), first.id)
    app, second = begun(opened)
    arrive(opened, second)
    app.run()
    assert any(f"already in {first.id}" in link.label for link in app.get("page_link"))


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
    app = open_page("deposit", id=row.id)
    app.run()  # a file each time
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
