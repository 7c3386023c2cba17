"""Home: what each role sees at a glance, where its counts lead, and the tour."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from emfair.identity.principal import issued_subject
from emfair.identity.roles import Role
from emfair.model.manifest import Place, RawFile, Titles
from emfair.model.states import ExperimentState as S
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.service.clock import Clock
from tests.services.registries import furnished
from tests.ui_streamlit.conftest import SCRIPT, open_page
from tests.ui_streamlit.discovering import identifiers
from tests.ui_streamlit.test_pages import html, press, told
from ui_streamlit import stores
from ui_streamlit.components.tour import STEPS

ISSUER = "https://login.lab.test/o/emfair/"


@pytest.fixture
def lab(tmp_path) -> Iterator[Services]:
    """Yield empty stores of an emfair where people log in."""
    with open_services(read_settings(home=furnished(tmp_path / "home"))) as opened:
        settings = opened.settings.model_copy(
            update={
                "oidc_issuer": ISSUER,
                "contact": "Stew Ward, room 204",
                "dagster_url": "https://dagster.lab.test",
            }
        )
        there = replace(opened, settings=settings)
        with stores.use(there):
            yield there


def who(sub: str) -> str:
    return issued_subject(ISSUER, sub)


def look(sub: str, *groups: str, page: str = "", **query: str) -> AppTest:
    """Return a page as someone sees it who has logged in."""
    claims: dict[str, Any] = {"iss": ISSUER, "aud": "emfair", "sub": sub, "name": sub.title()}
    app = AppTest.from_file(str(SCRIPT), default_timeout=30)
    app.user = claims | {"iat": time.time(), "groups": list(groups), "is_logged_in": True}
    if page:
        app.run()
        app._page_hash = calc_hash(page)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def put(
    lab: Services, title: str, state: S, depositor: str, reason: str = "", project: str = "p"
) -> str:
    """Put an experiment into a state, as deposits and the chain do."""
    name = f"e-{title.lower().replace(' ', '-')}"
    place = Place(project=project, proposal="q", sample="s", experiment=name)
    titles = Titles(project="P", proposal="Q", sample="S", experiment=title)
    digest = f"{len(lab.registry.experiments.list(limit=1000)):064x}"
    file = RawFile(name="a", path="a", size=1, sha256=digest, modified_at=lab.now())
    lab.registry.deposits.open(place, titles, depositor=who(depositor), files=(file,))
    if state is S.UPLOADING:
        return name
    lab.registry.deposits.file_done(name, "a")
    lab.registry.deposits.seal(
        name, manifest_version=1, annotations_version=1, document="{}",
        author=who(depositor), run_key=f"{name}:k",
    )  # fmt: skip
    if state is not S.SEALED:
        lab.registry.experiments.set_state(name, S.PROCESSING)
        lab.registry.experiments.set_state(name, state, reason=reason)
    return name


def page_links(app: AppTest) -> dict[str, str]:
    """Return the query that each link of the page leads with, by its label."""
    return {one.proto.label: one.proto.query_string for one in app.get("page_link")}


def headings(app: AppTest) -> list[str]:
    return [one.value for one in [*app.header, *app.subheader]]


@pytest.fixture
def filled(lab) -> Services:
    """Return a lab of two people: ada's work, and bob's."""
    put(lab, "Half way", S.UPLOADING, "ada")
    put(lab, "Asks", S.NEEDS_INPUT, "ada", "Elements: required, but not given.")
    put(lab, "Runs", S.SEALED, "ada")
    put(lab, "Good", S.VALID, "ada")
    put(lab, "Bobs own", S.INVALID, "bob", "a bad tag")
    put(lab, "Bobs other", S.INVALID, "bob", "a bad tag")
    put(lab, "Bobs third", S.FAILED, "bob", "the disk was full")
    return lab


def test_a_depositor_sees_their_own_drafts_needs_runs_and_ends(filled):
    app = look("ada")
    assert headings(app)[:5] == [
        "Not sealed yet", "Waits for you", "Runs now or next", "Valid of late", STEPS[3].title
    ]  # fmt: skip
    links = page_links(app)
    assert links["Go on"] == "id=e-half-way"
    assert links["Annotate"] == "id=e-asks"
    assert links["**Good**"] == "id=e-good"
    assert "Elements: required, but not given." in html(app)
    assert "Bobs" not in "".join(links) + html(app)
    assert "See why" not in links


def test_what_arrives_and_what_waits_to_be_processed_is_counted_too(filled):
    put(filled, "In line", S.SEALED, "ada")
    links = page_links(look("ada"))
    assert links["**Uploading**"] == "state=uploading&mine=yes"
    assert links["**Sealed**"] == "state=sealed&mine=yes"


def test_a_count_leads_to_the_list_that_it_counts(filled):
    links = page_links(look("ada", "emfair-project-p-viewer", whose="all"))
    assert links["**Invalid**"] == "state=invalid"
    listed = look("ada", "emfair-project-p-viewer", page="experiments", state="invalid")
    assert set(identifiers(listed)) == {"e-bobs-own", "e-bobs-other"}
    mine = look("ada", "emfair-project-p-viewer", page="experiments", mine="yes")
    assert set(identifiers(mine)) == {"e-half-way", "e-asks", "e-runs", "e-good"}
    mine.toggle(key="experiments-mine").set_value(False).run()
    assert len(identifiers(mine)) == 7
    assert "mine" not in mine.query_params


def test_a_member_chooses_whose_and_the_address_follows(filled):
    app = look("ada", "emfair-project-p-viewer")
    assert page_links(app)["**Needs input**"] == "state=needs-input&mine=yes"
    app.segmented_control(key="home-whose").set_value("all").run()
    assert app.query_params["whose"] == "all"
    assert "Waits for someone" in headings(app)
    assert "Bobs own" in "".join(page_links(app))


def test_a_steward_sees_all_and_what_goes_wrong_alike(filled):
    app = look("stew", "emfair-steward")
    assert "Waits for someone" in headings(app)
    assert "Goes wrong alike" in headings(app)
    assert page_links(app)["**2 invalid**"] == "state=invalid&reason=a+bad+tag"
    assert "To look after" not in headings(app)
    listed = look("stew", "emfair-steward", page="experiments", state="invalid", reason="a bad tag")
    assert set(identifiers(listed)) == {"e-bobs-own", "e-bobs-other"}
    press(listed, "For any reason")
    assert "reason" not in listed.query_params


def test_a_steward_sees_what_waits_longest_once_there_is_more_than_is_shown(filled):
    assert "Waits longest" not in headings(look("stew", "emfair-steward"))
    for number in range(3):
        put(filled, f"Later {number}", S.INVALID, "bob", f"reason {number}")
    app = look("stew", "emfair-steward")
    assert "Waits longest" in headings(app)
    links = page_links(app)
    assert links["5 invalid"] == "state=invalid"
    assert links["1 failed"] == "state=failed"


def test_an_administrator_looks_after_failed_runs_and_disks(filled):
    app = look("root", "emfair-admin")
    assert "To look after" in headings(app)
    assert [one.label for one in app.expander] == ["Failed runs · 1"]
    (run,) = app.get("link_button")
    assert run.proto.url.startswith("https://dagster.lab.test/assets/")
    assert run.proto.url.endswith("partition=e-bobs-third")
    assert "GB free (lake)" in told(app)


def live_then_whole() -> None:
    """Show what runs as a fragment does that began when something else ran."""
    import streamlit as st

    from ui_streamlit.components import running

    if "whole" in st.session_state:
        st.text("the whole page")
    else:
        st.session_state.whole = True
        running._live(False, (frozenset(st.query_params.get_all("before")), 1))


@pytest.mark.parametrize(("before", "anew"), [("e-ended", True), ("e-runs", False)])
def test_one_that_ends_while_another_begins_is_noticed(opened, before, anew):
    put(opened, "Runs", S.SEALED, "ada")
    app = AppTest.from_function(live_then_whole)
    app.query_params["before"] = before
    app.run()
    assert not app.exception
    assert [one.value for one in app.text] == (["the whole page"] if anew else [])
    assert ("Runs now or next" in headings(app)) is not anew


def test_of_what_was_left_half_way_all_are_counted(tmp_path):
    clock = Clock()
    home = furnished(tmp_path / "home")
    with open_services(read_settings(home=home), now=clock) as there, stores.use(there):
        for number in range(9):
            put(there, f"Half {number}", S.UPLOADING, "ada")
        clock.passes(timedelta(days=3))
        app = open_page()
        assert "Left half-way · 9" in [one.label for one in app.expander]
        assert "The 5 that end first, of 9." in told(app)


def test_a_newcomer_is_told_whom_to_ask_and_how_to_begin_where_they_may(filled):
    app = look("nora")
    assert r"Stew Ward, room 204" in told(app)
    assert "No experiments yet" in headings(app)
    assert "there is no project that you may deposit into" in told(app)
    assert "**Deposit your first session**" not in page_links(app)
    named = look("lia", "emfair-project-glass-owner")
    assert "**Deposit your first session**" in page_links(named)
    assert "Whose" not in [one.label for one in app.segmented_control]


def test_the_pages_come_before_the_commands(empty):
    app = empty("home")
    assert "**Deposit your first session**" in page_links(app)
    assert [one.label for one in app.expander] == ["From the command line"]


def test_the_tour_goes_forth_and_back_and_ends_for_good(empty):
    app = empty("home")
    assert STEPS[0].title in headings(app)
    press(app, "Next step")
    press(app, "Next step")
    press(app, "Back")
    assert STEPS[1].title in headings(app)
    for _ in STEPS[2:]:
        press(app, "Next step")
    press(app, "Done")
    for later in (app, open_page()):
        assert not {step.title for step in STEPS} & set(headings(later))


@pytest.mark.parametrize(
    ("state", "step"),
    [(S.UPLOADING, 1), (S.PROCESSING, 1), (S.NEEDS_INPUT, 1), (S.INVALID, 1), (S.VALID, 3)],
)
def test_the_tour_begins_at_the_first_step_that_one_has_not_done(lab, state, step):
    put(lab, "Night", state, "ada", "a reason")
    app = look("ada")
    assert STEPS[step].title in headings(app)
    press(app, "Back")
    assert STEPS[step - 1].title in headings(app)
    assert STEPS[0].title in headings(look("ada", tour="again"))
    assert STEPS[0].title in headings(look("bob", "emfair-project-p-viewer"))


def test_at_ones_own_machine_whatever_was_deposited_is_ones_own(opened):
    put(opened, "Good", S.VALID, "ada")
    assert STEPS[3].title in headings(open_page())


def test_the_tour_is_skipped_and_called_again(empty):
    app = empty("home")
    press(app, "Skip the tour")
    assert STEPS[0].title not in headings(app)
    assert 'href="/?tour=again"' in html(app)
    again = open_page("home", tour="again")
    assert STEPS[0].title in headings(again)
    assert "tour" not in again.query_params


def test_each_person_ends_their_own_tour(lab):
    press(look("ada"), "Skip the tour")
    assert STEPS[0].title not in headings(look("ada"))
    assert STEPS[0].title in headings(look("bob"))


def test_whoever_works_in_a_project_may_annotate_what_others_left(filled):
    put(filled, "Bobs question", S.NEEDS_INPUT, "bob", project="other")
    filled.registry.memberships.grant("other", who("ada"), Role.EDITOR, until=None, actor="x")
    app = look("ada", whose="all")
    assert page_links(app)["Annotate"]
    viewer = look("eve", "emfair-project-other-viewer", whose="all")
    assert "Annotate" not in page_links(viewer)
    assert page_links(viewer)["See why"] == "id=e-bobs-question"
