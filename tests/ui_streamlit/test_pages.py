"""The pages: what they show, what they link to, and that bad input becomes a notice."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from emfair.client.engine import DepositRequest
from emfair.model.canonical import sha256_bytes
from emfair.model.manifest import Place, RawFile, Titles
from emfair.service.deposits import withdraw
from emfair.service.services import Services
from emfair.settings import read_settings
from tests.api.filled import ODD_TITLE
from tests.service.lab import deposit, someone
from tests.ui_streamlit.conftest import open_page
from ui_streamlit import stores
from ui_streamlit.components import links


def html(app) -> str:
    return "\n".join(piece.proto.body for piece in app.get("html"))


def told(app) -> str:
    parts = [*app.warning, *app.error, *app.info, *app.markdown, *app.caption, *app.title]
    return "\n".join(part.value for part in parts)


def test_home_counts_states_and_shows_the_latest(page, made):
    app = page()
    assert html(app).count("<b>1</b>") == 3
    for name in ("valid", "invalid", "needs-input"):
        assert f'src="/api/v1/experiments/{made[name]}/preview.png"' in html(app)


def test_empty_stores_teach_how_to_begin(empty):
    for name in ("home", "experiments"):
        code = [block.value for block in empty(name).code]
        assert any(line.startswith("emfair demo") for line in code)
        assert any(line.startswith("emfair deposit") for line in code)


def test_a_title_is_text_and_never_markup(page, made):
    for app in (page(), page("experiment", id=made["needs-input"])):
        assert "<script>" not in html(app)
        assert ODD_TITLE not in told(app)


def test_the_table_lists_all_and_filters_narrow_it(page, made):
    app = page("experiments")
    assert list(app.dataframe[0].value["id"])[-1] == made["valid"]
    assert len(app.dataframe[0].value) == 4
    app.selectbox(key="state").select("invalid").run()
    assert list(app.dataframe[0].value["id"]) == [made["invalid"]]
    app.selectbox(key="state").set_value(None)
    app.text_input(key="text").input("diffraction").run()
    assert list(app.dataframe[0].value["id"]) == [made["valid"]]


def test_a_search_in_the_address_is_that_search(page, made):
    assert list(page("experiments", state="valid").dataframe[0].value["id"]) == [made["valid"]]
    assert len(page("experiments", project="ceria").dataframe[0].value) == 2


def test_a_search_nobody_can_make_is_dropped(page):
    app = page("experiments", state="happy", project="../..")
    assert len(app.dataframe[0].value) == 4


def test_no_match_says_what_to_do(page):
    app = page("experiments", text="zebra")
    assert not app.dataframe
    assert "fewer words" in told(app)


def test_pages_turn_by_cursor(empty):
    begun = [begin(stores.services(), number) for number in range(101)]
    app = empty("experiments")
    assert list(app.dataframe[0].value["id"]) == begun[:0:-1]
    press(app, "Older")
    assert list(app.dataframe[0].value["id"]) == begun[:1]
    press(app, "Newer")
    assert list(app.dataframe[0].value["id"]) == begun[:0:-1]


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


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def test_an_experiment_shows_verdict_and_fields_to_fill_in(page, made):
    shown = html(page("experiment", id=made["needs-input"]))
    assert "Needs input" in shown
    assert "sample.atom_types" in shown


def test_an_experiment_shows_where_its_values_come_from(page, made):
    shown = html(page("experiment", id=made["valid"]))
    assert "Acceleration voltage" in shown
    assert "200 kV" in shown
    assert ">form</span>" in shown
    assert ">file</span>" in shown


def test_each_measurement_can_be_chosen(page, made):
    app = page("experiment", id=made["valid"])
    chooser = app.selectbox[0]
    assert len(chooser.options) == 2
    chooser.select_index(1).run()
    assert not app.exception
    assert chooser.options[1].split(" · ")[-1] in html(app)


def test_files_are_listed_with_their_checksums(page, made, services):
    frame = page("experiment", id=made["invalid"]).dataframe[0].value
    assert list(frame["name"]) == ["broken.dm3", "test-1.dm3"]
    assert list(frame["read"]) == [False, True]
    assert frame["sha256"].str.len().eq(64).all()
    assert frame["link"][0] == links.api(made["invalid"], "files", "broken.dm3")


def test_provenance_is_told_step_by_step(page, made):
    shown = html(page("experiment", id=made["valid"]))
    assert shown.index("Checksums of all raw files verified") < shown.index("Indexed for search")


def test_an_experiment_that_waits_says_so(page, made):
    assert "Not validated yet" in told(page("experiment", id=made["sealed"]))


def test_a_withdrawn_experiment_says_so_and_offers_nothing_to_take(empty, tmp_path):
    services = stores.services()
    (tmp_path / "a.dm3").write_bytes(b"a")
    request = DepositRequest([tmp_path / "a.dm3"], "P", "Q", "S", title="Night")
    experiment = deposit(services, request).place.experiment
    row = services.registry.experiments.get(experiment)
    withdraw(someone(services), experiment, expected_version=row.version, reason="a mistake")
    app = empty("experiment", id=experiment)
    assert "a mistake" in told(app)
    assert [tab.label for tab in app.tabs] == ["Verdict", "Provenance (0)"]
    assert len(app.dataframe) == 0


@pytest.mark.parametrize("identifier", ["e-unknown", "../..", "\x00", "<b>", "x" * 500])
def test_an_identifier_that_is_none_becomes_a_notice(page, identifier):
    app = page("experiment", id=identifier)
    assert len(app.warning) == 1
    assert not app.error


def test_no_identifier_leads_to_the_list(page):
    assert "Choose an experiment" in told(page("experiment"))


def test_sql_shows_an_example_and_its_answer(page):
    app = page("sql")
    assert app.text_area[0].value.startswith("SELECT")
    assert list(app.dataframe[0].value["reader"]) == ["DigitalMicrograph"]


def test_sql_of_a_shared_address_is_asked(page, made):
    app = page("sql", sql="SELECT count(*) AS n FROM experiments")
    assert app.dataframe[0].value["n"][0] == 3


def test_an_example_replaces_the_question(page):
    app = page("sql")
    app.button_group[0].select("The same bytes deposited twice").run()
    assert "HAVING" in app.text_area[0].value


@pytest.mark.parametrize(
    "sql", ["SELECT nope FROM experiments", "DROP TABLE files", "SELECT 'infinity'::TIMESTAMP"]
)
def test_sql_that_is_refused_becomes_a_notice_with_a_remedy(page, sql):
    app = page("sql", sql=sql)
    assert not app.dataframe
    assert "\n\n" in app.warning[0].value


def test_sql_without_rows_says_so(page):
    assert "No row" in told(page("sql", sql="SELECT * FROM files WHERE size < 0"))


def test_columns_may_share_a_name(page):
    app = page("sql", sql="SELECT 1 AS a, 2 AS a")
    assert len(app.dataframe[0].value.columns) == 2


def test_the_schema_names_every_table(page):
    labels = [expander.label for expander in page("sql").expander]
    assert labels == [
        f"`{name}`"
        for name in ("experiments", "measurements", "facts", "findings", "files", "tags")
    ]


def test_without_stores_a_page_says_how_to_start_them():
    assert "emfair up" in told(open_page())


def test_stores_end_with_their_block(empty):
    services = stores.services()
    with stores.use(services):
        assert stores.services() is services
    assert stores.services() is services


def test_a_partition_is_found_in_dagster(tmp_path):
    settings = read_settings(home=tmp_path, dagster_port=4000)
    address = links.dagster(settings, "e-1")
    assert address.startswith("http://127.0.0.1:4000/assets/")
    assert address.endswith("partition=e-1")
