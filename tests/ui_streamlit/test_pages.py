"""The pages: what they show, what they link to, and that bad input becomes a notice."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from emfair.client.engine import DepositRequest
from emfair.service import browse
from emfair.service.deposits import withdraw
from emfair.service.holdings import Part
from emfair.settings import read_settings
from tests.api.filled import ODD_TITLE
from tests.service.lab import deposit, someone
from tests.ui_streamlit.conftest import open_page
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped


def html(app) -> str:
    return "\n".join(piece.proto.body for piece in app.get("html"))


def told(app) -> str:
    parts = [*app.warning, *app.error, *app.info, *app.markdown, *app.caption, *app.title]
    return "\n".join(part.value for part in parts)


def test_home_counts_states_and_shows_the_latest(page, made):
    app = page()
    assert html(app).count("<b>1</b>") == 4, "one each is valid, invalid, in line, and asks"
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


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def test_an_experiment_shows_verdict_and_fields_to_fill_in(page, made):
    shown = html(page("experiment", id=made["needs-input"]))
    assert "Needs input" in shown
    assert "Fill in “Sample › Elements in the sample”" in shown


def test_a_measurement_shows_where_its_values_come_from(page, made, services):
    row = services.registry.experiments.get(made["valid"])
    for one in browse.experiment(services, row).measurements:
        app = page("experiment", id=made["valid"], measurement=one.measurement)
        assert app.title[0].value == escaped(one.title)
        shown = html(app)
        assert "Acceleration voltage" in shown
        assert "200 kV" in shown
        assert ">form</span>" in shown
        assert ">file</span>" in shown


def tables(app: AppTest, column: str) -> list:
    """Return the tables that have a column."""
    return [frame.value for frame in app.dataframe if column in frame.value.columns]


def test_files_are_listed_with_their_checksums(page, made):
    (frame,) = tables(page("experiment", id=made["invalid"]), "sha256")
    assert list(frame["name"]) == ["broken.dm3", "test-1.dm3"]
    assert list(frame["read"]) == [False, True]
    assert frame["sha256"].str.len().eq(64).all()
    assert frame["link"][0] == links.api(made["invalid"], "files", "broken.dm3")


def test_all_files_are_taken_away_at_once(page, made):
    app = page("experiment", id=made["valid"])
    addresses = [button.proto.url for button in app.get("link_button")]
    for name in ("archive.zip", "sha256sums.txt", "downloads.aria2"):
        assert f"{links.api(made['valid'], name)}?part=raw" in addresses
    app.button_group[0].set_value(Part.ALL).run()
    addresses = [button.proto.url for button in app.get("link_button")]
    assert f"{links.api(made['valid'], 'archive.zip')}?part=all" in addresses


def test_before_it_is_converted_raw_files_alone_are_taken_away(page, made):
    (part,) = page("experiment", id=made["sealed"]).button_group
    assert part.options == ["Raw files"]


def test_a_file_that_failed_says_why_in_the_conversion_report(page, made):
    app = page("experiment", id=made["invalid"])
    (frame,) = tables(app, "outcome")
    assert dict(zip(frame["file"], frame["outcome"], strict=True)) == {
        "broken.dm3": "failed",
        "test-1.dm3": "read",
    }
    assert list(frame["kept"].dropna()) == [96], "nothing is said of tags of what has none"
    assert "could not be read" in frame["why"][0]
    assert "Check that it was transferred whole" in html(app)


def test_what_a_field_mends_leads_to_that_field(page, made):
    app = page("experiment", id=made["needs-input"])
    queries = [link.proto.query_string for link in app.get("page_link")]
    assert f"id={made['needs-input']}&field=sample.atom_types" in queries
    assert html(app).count("<b>Sample › Elements in the sample</b>") == 1


def test_annotate_begins_with_the_field_that_the_address_names(page, made):
    app = page("annotate", id=made["needs-input"], field="sample.preparation_date")
    assert app.subheader[0].value == "What you came for"
    assert app.text_input[0].key == "say:sample.preparation_date"
    keys = [widget.key for widget in app.text_input]
    assert len(keys) == len(set(keys))
    plain = page("annotate", id=made["needs-input"], field="no.such.field")
    assert plain.subheader[0].value == "What NXem asks for"


def test_an_experiment_can_be_cited(page, made):
    app = page("experiment", id=made["valid"])
    text, bibtex = (block.value for block in app.code)
    assert text.startswith("ada (2026): Diffraction of quartz [Data set]. emfair. e-")
    assert text.endswith(f"/experiment?id={made['valid']}")
    assert bibtex.startswith("@misc{ada2026-e-")
    assert "has no DOI" in told(app)


def test_lineage_is_drawn_and_told(page, made):
    app = page("experiment", id=made["valid"])
    (drawn,) = app.get("graphviz_chart")
    assert "test_STEM_image.dm3" in drawn.proto.spec
    assert "NXem container" in drawn.proto.alt
    assert "Containers validated" in html(app)


def test_provenance_is_told_step_by_step(page, made):
    shown = html(page("experiment", id=made["valid"]))
    assert shown.index("Checksums of all raw files verified") < shown.index("Indexed for search")


def test_an_experiment_that_waits_says_so(page, made):
    app = page("experiment", id=made["sealed"])
    assert "Not checked yet" in told(app)
    assert "Convert to NXem" in html(app)
    assert "Raw files converted" not in html(app), "it is not done yet"


def test_a_withdrawn_experiment_says_so_and_offers_nothing_to_take(empty, tmp_path):
    services = stores.services()
    (tmp_path / "a.dm3").write_bytes(b"a")
    request = DepositRequest([tmp_path / "a.dm3"], "P", "Q", "S", title="Night")
    experiment = deposit(services, request).place.experiment
    row = services.registry.experiments.get(experiment)
    withdraw(someone(services), experiment, expected_version=row.version, reason="a mistake")
    app = empty("experiment", id=experiment)
    assert "a mistake" in told(app)
    assert [tab.label for tab in app.tabs] == ["Verdict", "Provenance (0)", "Cite"]
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


def test_nobody_from_elsewhere_is_led_to_a_dagster_on_their_own_machine(tmp_path):
    public = {"home": tmp_path, "oidc_issuer": "https://login.lab.test/", "cookie_secret": "x" * 32}
    assert links.dagster(read_settings(**public), "e-1") == ""
    told = read_settings(**public, dagster_url="https://dagster.lab.test/")
    assert links.dagster(told, "e-1").startswith("https://dagster.lab.test/assets/")
