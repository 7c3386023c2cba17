"""The audit log, as any face reads it."""

from __future__ import annotations

import pytest

from emfair.errors import BadCall, Forbidden, Unauthenticated
from emfair.identity.table import Action
from emfair.model.nouns import ProjectCard
from emfair.service.access import Access, Granted
from emfair.service.nouns import deeds, projects
from emfair.service.nouns.deeds import Which
from tests.service.nouns.logins import access


def test_all_deeds_are_for_who_may_read_them_in_every_project(services):
    projects.create_project(access(services, "ada"), ProjectCard(title="Steel"))
    which = Which(action="project-created")
    page = deeds.everything(access(services, "root", "emfair-admin"), which)
    assert [(row.subject, page.names[row.actor]) for row in page.rows] == [("project:steel", "Ada")]
    with pytest.raises(Forbidden):
        deeds.everything(access(services, "ada"), which)
    with pytest.raises(Unauthenticated):
        deeds.everything(Access(services, None), which)


def test_a_projects_deeds_come_in_pages(services):
    for name in ("steel", "glass"):
        projects.create_project(access(services, "ada"), ProjectCard(title=name))
    ada = access(services, "ada")
    editing = Granted(ada, ada.project(Action.EDIT_PROJECT, "steel"))
    projects.edit_project(editing, ProjectCard(title="Steel 2"), expected_version=1)
    first = deeds.of_project(editing, Which(), limit=1)
    rest = deeds.of_project(editing, Which(), limit=1, after=first.next)
    found = [row.action for row in (*first.rows, *rest.rows)]
    assert (found, rest.next) == (["project-changed", "project-created"], None)
    with pytest.raises(BadCall):
        deeds.of_project(editing, Which(), limit=0)


def test_deeds_as_rows_go_page_by_page_up_to_a_number(services):
    for number in range(7):
        services.registry.audit.write("machine", "thing-done", f"thing:{number}", {"n": number})
    root = access(services, "root", "emfair-admin")
    asked = []

    def page(after):
        asked.append(after)
        return deeds.everything(root, Which(actor="machine"), limit=3, after=after)

    rows = list(deeds.as_rows(page, 100))
    assert [row[deeds.COLUMNS.index("subject")] for row in rows] == [
        f"thing:{number}" for number in reversed(range(7))
    ]
    assert rows[0][-1] == '{"n": 6}'
    assert len(asked) == 3
    assert list(deeds.as_rows(page, 4)) == rows[:4]
    assert "thing-done" in deeds.kinds(services)
