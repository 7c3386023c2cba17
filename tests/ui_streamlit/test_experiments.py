"""The list of experiments: what is listed, narrowed and turned, and what stands in the address."""

from __future__ import annotations

from emfair.model.canonical import sha256_bytes
from emfair.model.manifest import Place, RawFile, Titles
from emfair.service.services import Services
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.discovering import cells, identifiers
from tests.ui_streamlit.test_pages import press, told
from ui_streamlit import stores


def test_the_table_lists_all_and_filters_narrow_it(page, made):
    app = page("experiments")
    assert identifiers(app)[-1] == made["valid"]
    assert len(identifiers(app)) == 4
    app.selectbox(key="experiments-state").select("invalid").run()
    assert identifiers(app) == [made["invalid"]]
    app.selectbox(key="experiments-state").set_value(None)
    app.text_input(key="experiments-text").input("diffraction").run()
    assert identifiers(app) == [made["valid"]]


def test_the_table_tells_why_and_where(page, made):
    app = page("experiments", state="invalid")
    (state,) = cells(app, "State")
    assert 'em-red" title=' in state
    assert '<span class="em-found-why">broken.dm3: could not be read' in state
    assert cells(app, "Project › proposal › sample") == ["Ceria › 2026-A › Ceria lamella"]
    assert cells(app, "Deposited by") == ["ada"]
    assert cells(app, "Identifier")[0].startswith(f"{made['invalid']}<a class=")


def test_a_search_in_the_address_is_that_search(page, made):
    assert identifiers(page("experiments", state="valid")) == [made["valid"]]
    assert len(identifiers(page("experiments", project="ceria"))) == 2


def test_a_search_nobody_can_make_is_dropped(page):
    app = page("experiments", state="happy", project="../..")
    assert len(identifiers(app)) == 4


def test_a_filter_stays_on_its_page(page, made):
    asked = {"text": "zebra", "state": "invalid", "project": "ceria", "mine": "yes"}
    app = page("experiments", reason="nobody else says this", **asked)
    assert app.query_params["reason"] == "nobody else says this"
    strange = {name for name in app.session_state.to_dict() if "experiments" not in name}
    assert not strange & {*asked, "reason", "filters", "cursors", "address", "table"}
    for name in ("audit", "discover", "people", "annotate", "dashboard"):
        app.switch_page(f"../pages/{name}.py")
        app.query_params.clear()
        app.run()
        assert not app.exception
        said = [one.value for one in (*app.text_input, *app.selectbox, *app.toggle)]
        assert not [one for one in said if one in ("nobody else says this", "zebra", "ceria", True)]


def test_no_match_says_what_to_do(page):
    app = page("experiments", text="zebra")
    assert not identifiers(app)
    assert "fewer words" in told(app)


def test_pages_turn_by_cursor(empty):
    begun = [begin(stores.services(), number) for number in range(101)]
    app = empty("experiments")
    assert identifiers(app) == begun[:0:-1]
    press(app, "Older")
    assert identifiers(app) == begun[:1]
    press(app, "Newer")
    assert identifiers(app) == begun[:0:-1]


def test_whoever_comes_back_finds_the_page_of_the_list_again(empty):
    begun = [begin(stores.services(), number) for number in range(101)]
    app = empty("experiments")
    assert "after" not in app.query_params
    press(app, "Older")
    assert app.query_params["after"] in (begun[1], [begun[1]])
    again = open_page("experiments", after=begun[1])
    assert identifiers(again) == begun[:1]
    press(again, "Newer")
    assert identifiers(again) == begun[:0:-1]
    assert "after" not in again.query_params
    again.text_input(key="experiments-text").input("Session 7").run()
    assert begun[7] in identifiers(again)


def begin(services: Services, number: int) -> str:
    """Begin a deposit that has no bytes yet."""
    place = Place(project="p", proposal="q", sample="s", experiment=f"e-{number:03}")
    titles = Titles(project="P", proposal="Q", sample="S", experiment=f"Session {number}")
    file = RawFile(
        name="a.dm3",
        path="a.dm3",
        size=number,
        sha256=sha256_bytes(b"%d" % number),
        modified_at=services.now(),
    )
    opened = services.registry.deposits.open(place, titles, depositor="jane", files=(file,))
    return opened.place.experiment
