"""A measurement's page: its address, its quick look, and what may be taken of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from emfair.service import browse
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.services.registries import furnished
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.discovering import cells
from tests.ui_streamlit.one_of_each import KINDS, fill_one_of_each
from tests.ui_streamlit.test_pages import html, told
from ui_streamlit import stores
from ui_streamlit.components.words import VERDICTS

Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Services, str, dict[str, str]]]:
    """Yield stores, the experiment in them, and the measurement of each kind."""
    home = furnished(tmp_path_factory.mktemp("looked"))
    with open_services(read_settings(home=home)) as services:
        yield services, *fill_one_of_each(services, tmp_path_factory.mktemp("files"))


@pytest.fixture
def looked(filled) -> tuple[Services, str]:
    return filled[:2]


@pytest.fixture
def named(filled) -> dict[str, str]:
    return filled[2]


@pytest.fixture
def shown(looked, named) -> Iterator[Open]:
    """Return a function that opens the page of a kind of measurement."""
    services, experiment = looked

    def opened(kind: str) -> AppTest:
        return open_page("experiment", id=experiment, measurement=named[kind])

    with stores.use(services):
        yield opened


def failed(app: AppTest) -> list[str]:
    return [one.value for one in (*app.error, *app.warning)]


def alts(app: AppTest) -> list[str]:
    return [image.alt for found in app.get("image") for image in found.proto.imgs]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_look_that_fits(shown, kind):
    app = shown(kind)
    assert failed(app) == []
    assert app.title[0].value == kind
    charts, pictures = len(app.get("vega_lite_chart")), len(alts(app))
    assert (charts, pictures) == {
        "curve": (1, 0), "picture": (0, 1), "stack": (0, 1), "lines": (2, 1),
        "spectra": (1, 1), "scan": (0, 2),
    }[kind]  # fmt: skip


def test_what_the_data_are_is_told_in_words(shown):
    assert "image, 40 × 50 uint16" in html(shown("picture"))
    assert "spectrum image, 6 × 7 × 200 uint16" in html(shown("spectra"))


def test_a_slice_is_chosen_in_its_axis_own_numbers(shown):
    app = shown("stack")
    slider = app.select_slider[0]
    assert slider.label == "axis0 \\(deg\\)"
    assert slider.options[3] == "4 of 5 · 1.5 deg"
    before = app.get("image")[0].proto.imgs[0].url
    slider.set_value(3).run()
    assert failed(app) == []
    assert app.get("image")[0].proto.imgs[0].url != before
    assert "picture 4" in alts(app)[0]


def test_a_window_and_places_are_chosen(shown):
    app = shown("spectra")
    window, rows, columns = app.select_slider
    window.set_value((10, 19))
    rows.set_value((2, 2))
    columns.set_value((1, 3)).run()
    assert failed(app) == []
    assert alts(app)[0].startswith("Sum over 5 eV to 9.5 eV")
    assert "Sum of 3 spectra" in app.get("vega_lite_chart")[0].proto.spec


@pytest.mark.parametrize("kind", ["curve", "lines", "spectra"])
def test_a_background_is_fitted_shown_and_taken_away(shown, kind):
    app = shown(kind)
    toggle = next(one for one in app.toggle if one.label == "Take away a background")
    before = [image.url for found in app.get("image") for image in found.proto.imgs]
    toggle.set_value(True).run()
    assert failed(app) == []
    chart = next(one for one in app.get("vega_lite_chart") if "background" in str(one.proto))
    assert all(name in str(chart.proto) for name in ("spectrum", "background", "without it"))
    assert "The background is A·E^−r with r = " in told(app)
    if kind == "spectra":
        assert [image.url for found in app.get("image") for image in found.proto.imgs] != before
        assert alts(app)[0].startswith("Sum over 50 eV to 75 eV, without the background")


def test_a_window_of_a_fit_that_cannot_be_is_told(shown):
    app = shown("curve")
    next(one for one in app.toggle if one.label == "Take away a background").set_value(True).run()
    fitted = app.select_slider[0]
    fitted.set_value((0, 20)).run()
    assert failed(app) == []
    assert "No power law can be fitted there" in told(app)


def test_a_detector_is_chosen_and_moved(shown):
    app = shown("scan")
    app.button_group[1].set_value("ADF").run()
    assert "Virtual image, ADF" in alts(app)[1]
    assert app.slider[0].label == "Inner and outer radius (1/nm)"
    assert app.number_input[0].label == "Centre, across (1/nm)"
    before = app.get("image")[1].proto.imgs[0].url
    app.number_input[0].set_value(3.0)
    app.slider[0].set_value((0.5, 3.0)).run()
    assert failed(app) == []
    assert app.get("image")[1].proto.imgs[0].url != before
    app.radio[0].set_value("At a point").run()
    assert failed(app) == []
    assert len(app.select_slider) == 2


def test_contrast_can_be_chosen(shown):
    app = shown("picture")
    app.radio[0].set_value("Logarithmic").run()
    assert failed(app) == []
    assert "Logarithmic" in told(app)


def test_a_picture_tells_its_scale_and_what_its_greys_are(shown):
    assert "20 × 25 nm, 0\\.5 nm a pixel\\. Black is" in told(shown("picture"))


def test_black_white_and_gamma_that_were_typed_hold_for_all_slices(shown):
    app = shown("stack")
    app.radio[0].set_value("Linear").run()
    app.radio[1].set_value("Values").run()
    black, white = app.number_input
    black.set_value(100.0)
    white.set_value(700.0)
    app.slider[0].set_value(0.5).run()
    for place in (0, 3):
        app.select_slider[0].set_value(place).run()
        assert "Black is 100, white 700\\. Gamma 0\\.5" in told(app)
    app.number_input[1].set_value(50.0).run()
    assert failed(app) == []
    assert "White must lie above black" in told(app)


@pytest.mark.parametrize("kind", ["picture", "scan"])
def test_values_begin_with_what_was_on_screen(shown, kind):
    app = shown(kind)
    radio = next(n for n, one in enumerate(app.radio) if one.label == "Scale")
    automatic = re.findall(r"Black is (\S+), white (\S+)\.", told(app).replace("\\", ""))
    app.radio[radio].set_value("Linear").run()
    app.radio[radio + 1].set_value("Values").run()
    typed = [one.value for one in app.number_input if one.label in ("Black", "White")]
    assert typed == [pytest.approx(float(one)) for one in automatic[0]]


def test_the_address_names_the_measurement_and_leads_to_its_neighbours(shown, looked, named):
    app = shown("lines")
    assert app.query_params == {"id": looked[1], "measurement": named["lines"]}
    labels = [link.proto.label for link in app.get("page_link")]
    assert {"Previous", "Next", "One of each"} <= set(labels)


def test_a_measurement_that_is_not_there_becomes_a_notice(looked):
    services, experiment = looked
    with stores.use(services):
        for name in ("nothing", "../..", "<b>", "x" * 500):
            app = open_page("experiment", id=experiment, measurement=name)
            assert len(app.warning) == 1
            assert not app.error


def test_pictures_lead_to_their_measurements(looked, named):
    services, experiment = looked
    with stores.use(services):
        app = open_page("experiment", id=experiment)
    queries = [link.proto.query_string for link in app.get("page_link")]
    for name in named.values():
        assert f"id={experiment}&measurement={name}" in queries
    assert titles(app) == sorted(KINDS)
    assert [f"{kind}.hspy</bdi>" in html(app) for kind in KINDS] == [True] * len(KINDS)


def titles(app) -> list[str]:
    """Return the titles of the list, whose links lead to measurements."""
    found = re.findall(
        r'class="em-found-title"><a href="experiment\?id=[^"&]+&amp;measurement=[^"]+" '
        r'target="_self">([^<]+)</a>',
        html(app),
    )
    return [str(one) for one in found]


def test_the_list_of_measurements_is_in_the_order_that_was_chosen(looked):
    services, experiment = looked
    with stores.use(services):
        app = open_page("experiment", id=experiment)
        app.selectbox(key="measurements-order").set_value("Largest first").run()
    page = browse.experiment(services, services.registry.experiments.get(experiment))
    sizes = {one.title: one.container_size for one in page.measurements}
    assert titles(app) == sorted(sizes, key=lambda title: -sizes[title])
    names = [re.sub("<a .*", "", one) for one in cells(app, "Read from")]
    assert [name.split("/")[-1] for name in names] == [f"{title}.hspy" for title in titles(app)]
    assert {re.sub("<[^>]*>", "", one) for one in cells(app, "Verdict")} <= {
        word.label for word in VERDICTS.values()
    }


def test_preview_and_viewer_stand_beside_the_look(shown):
    app = shown("picture")
    view = app.button_group[0]
    assert view.options == ["Quick look", "Preview", "H5Web"]
    view.set_value("Preview").run()
    assert "Preview of picture" in html(app)
    assert alts(app) == []


def as_reader() -> None:
    """Run the experiment's page for someone who may read, and take and say nothing."""
    import streamlit as st

    from emfair.identity.principal import Kind, Principal
    from emfair.service.access import Access
    from ui_streamlit import stores
    from ui_streamlit.components.notices import notices
    from ui_streamlit.login.visit import Standing, Visit
    from ui_streamlit.main import pages
    from ui_streamlit.pages.experiment import experiment

    st.navigation(pages(), position="hidden")  # so that there are pages to link to
    services = stores.reception().nobody().services
    reader = Principal(
        "iss#ada", Kind.PERSON, groups=frozenset({"emfair-steward"}), scopes=frozenset({"read"})
    )
    with stores.visited(Visit(Access(services, reader), Standing.KNOWN)), notices():
        experiment()


def test_who_may_take_nothing_is_offered_nothing_to_take(filled):
    services, experiment, named = filled
    with stores.use(services):
        app = AppTest.from_function(as_reader, default_timeout=30)
        app.query_params["id"] = experiment
        app.run()
        assert not app.exception
        assert failed(app) == []
        assert "Needs input" in html(app)
        addresses = [button.proto.url for button in app.get("link_button")]
        assert not any("archive" in url or "sha256sums" in url for url in addresses)
        assert not any("link" in frame.value.columns for frame in app.dataframe)
        assert not any("field=" in link.proto.query_string for link in app.get("page_link"))
        app.query_params["measurement"] = named["scan"]
        app.run()
    assert failed(app) == []
    assert "Preview of scan" in html(app)
    assert (len(app.button_group), alts(app)) == (0, [])
    assert not any("containers" in button.proto.url for button in app.get("link_button"))


def test_a_look_itself_asks_whether_someone_may_look(filled):
    services, experiment, _ = filled

    def look() -> None:
        import streamlit as st

        from emfair.identity.principal import Kind, Principal
        from emfair.service import browse
        from emfair.service.access import Access
        from ui_streamlit import stores
        from ui_streamlit.components.looks import looks
        from ui_streamlit.login.visit import Standing, Visit

        services = stores.reception().nobody().services
        row = services.registry.experiments.get(st.query_params["id"])
        (one, *_) = browse.experiment(services, row).measurements
        reader = Principal(
            "iss#ada", Kind.PERSON, groups=frozenset({"emfair-steward"}), scopes=frozenset({"read"})
        )
        with stores.visited(Visit(Access(services, reader), Standing.KNOWN)):
            looks(row.id, one)

    with stores.use(services):
        app = AppTest.from_function(look, default_timeout=30)
        app.query_params["id"] = experiment
        app.run()
    assert len(failed(app)) == 1
    assert alts(app) == []
