"""The audit log's page: for who answers for the data; its filters stand in the address."""

from __future__ import annotations

import csv
import io

import pytest

from emfair.identity.roles import Role
from emfair.identity.table import Action
from emfair.model.nouns import ProjectCard
from emfair.service.access import Granted
from emfair.service.nouns import deeds, projects
from emfair.service.nouns.deeds import COLUMNS, Which
from emfair.service.tables import as_csv
from tests.ui_streamlit.lab import ADMIN, STEWARD, access, enter, press, shown, subject

HOSTILE = '=cmd|"<script>" *S*'


@pytest.fixture
def services(lab):
    for title in ("Steel", "Glass"):
        projects.create_project(access(lab, "ada"), ProjectCard(title=title))
    ada = access(lab, "ada")
    editing = Granted(ada, ada.project(Action.EDIT_PROJECT, "steel"))
    projects.edit_project(editing, ProjectCard(title=HOSTILE), expected_version=1)
    access(lab, "stew", STEWARD)
    return lab


def rows(app):
    frame = app.dataframe[0].value
    return list(zip(frame["who"], frame["did"], frame["to"], frame["detail"], strict=True))


def asked(app):
    """Return what the address says."""
    return {
        name: value if isinstance(value, str) else value[0]
        for name, value in app.query_params.items()
    }


@pytest.mark.parametrize(("name", "group"), [("stew", STEWARD), ("root", ADMIN)])
def test_who_runs_emfair_reads_all_newest_first(services, name, group):
    found = rows(enter("audit", name, group))
    assert ("Ada L.", "project changed", "project:steel", f"title: Steel → {HOSTILE}") in found
    dids = [(who, did) for who, did, *_ in found]
    assert dids.index(("Ada L.", "project changed")) < dids.index(("Ada L.", "project created"))


def test_whoever_may_not_is_told_whom_it_is_for(services):
    app = enter("audit", "ada")
    assert "for stewards and administrators" in shown(app)
    assert not app.dataframe
    for project in ("steel", "nowhere", "<b>"):
        app = enter("audit", "eve", project=project)
        assert "there is no such project" in shown(app)
        assert not app.dataframe


def test_owners_read_their_projects_log_and_editors_do_not(services):
    app = enter("audit", "ada", project="steel")
    assert {to for _, _, to, _ in rows(app)} == {"project:steel"}
    access(services, "bob")
    services.registry.memberships.grant(
        "steel", subject("bob"), Role.EDITOR, until=None, actor=subject("ada")
    )
    app = enter("audit", "bob", project="steel")
    assert "may not read audit" in shown(app)
    assert not app.dataframe


def test_filters_narrow_it_and_stand_in_the_address(services):
    app = enter("audit", "stew", STEWARD)
    app.selectbox(key="audit-action").set_value("project-created").run()
    assert asked(app) == {"action": "project-created"}
    assert {did for _, did, *_ in rows(app)} == {"project created"}
    app.selectbox(key="audit-project").set_value("glass").run()
    assert [to for _, _, to, _ in rows(app)] == ["project:glass"]
    app.text_input(key="audit-subject").set_value("project:steel").run()
    assert "Nothing was done that fits" in shown(app)
    assert asked(app) == {
        "action": "project-created", "project": "glass", "subject": "project:steel"
    }  # fmt: skip


def test_an_address_is_that_search(services):
    today = services.now().date().isoformat()
    query = {"actor": subject("ada"), "since": today, "until": today, "action": "project-changed"}
    app = enter("audit", "stew", STEWARD, **query)
    assert [did for _, did, *_ in rows(app)] == ["project changed"]
    assert asked(app) == query
    assert "Nothing was done" in shown(enter("audit", "stew", STEWARD, until="2001-01-01"))


def test_a_search_nobody_can_make_is_dropped(services):
    for query in ({"since": "yesterday"}, {"until": "0001-01-01"}, {"action": "<b>"}):
        app = enter("audit", "stew", STEWARD, **query)
        assert app.dataframe
        assert not app.error
    app = enter("audit", "stew", STEWARD, actor="<script>", subject="' OR 1=1 --")
    assert "Nothing was done" in shown(app)


def test_it_comes_in_pages_that_hold_every_deed_once(services):
    for number in range(150):
        services.registry.audit.write("machine", "thing-done", f"thing:{number}")
    app = enter("audit", "stew", STEWARD, actor="machine")
    first = [to for _, _, to, _ in rows(app)]
    press(app, "Older")
    second = [to for _, _, to, _ in rows(app)]
    assert len(first) == 100
    assert first + second == [f"thing:{number}" for number in reversed(range(150))]
    app.selectbox(key="audit-action").set_value("thing-done").run()
    assert [to for _, _, to, _ in rows(app)] == first, "another search begins at its first page"


def test_the_log_is_made_a_file_only_when_someone_asks(services):
    app = enter("audit", "stew", STEWARD)
    assert not app.get("download_button")
    press(app, "Make a CSV")
    assert [one.proto.label for one in app.get("download_button")] == ["Download it"]


def test_the_csv_holds_all_that_fits_up_to_a_number(services):
    for number in range(12):
        services.registry.audit.write("machine", "thing-done", f"thing:{number}", {"why": HOSTILE})
    stew = access(services, "stew", STEWARD)

    def page(after):
        return deeds.everything(stew, Which(actor="machine"), limit=5, after=after)

    text = as_csv(COLUMNS, deeds.as_rows(page, 100))
    found = list(csv.DictReader(io.StringIO(text)))
    assert [one["subject"] for one in found] == [f"thing:{n}" for n in reversed(range(12))]
    assert found[0]["detail"] == '{"why": "=cmd|\\"<script>\\" *S*"}'
    assert len(list(deeds.as_rows(page, 7))) == 7
