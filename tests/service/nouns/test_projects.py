"""Projects and proposals, as any face finds, makes and edits them."""

from __future__ import annotations

import pytest

from emfair.errors import BadCall, BadName, Conflict, NotFound, Outdated
from emfair.identity.table import Action
from emfair.model.nouns import ProjectCard, ProposalCard
from emfair.service.access import Granted
from emfair.service.nouns import projects
from tests.service.nouns.logins import access

CARD = ProjectCard(title="Quartz 2nd")


@pytest.fixture
def ada(services):
    return access(services, "ada")


def granted(who, action, project):
    return Granted(who, who.project(action, project))


def test_a_title_gives_an_identifier_where_none_is_wanted(ada):
    assert projects.create_project(ada, CARD).id == "quartz-2nd"
    assert projects.create_project(ada, CARD, "q-2").id == "q-2"
    assert projects.create_project(ada, ProjectCard(title="日本")).id.startswith("p-")
    with pytest.raises(BadName):
        projects.create_project(ada, CARD, "")
    with pytest.raises(Conflict):
        projects.create_project(ada, CARD)


def test_whoever_makes_a_project_edits_it_by_its_version(services, ada):
    projects.create_project(ada, CARD, "q")
    ada = access(services, "ada")
    editing = granted(ada, Action.EDIT_PROJECT, "q")
    row = projects.edit_project(editing, ProjectCard(title="New"), expected_version=1)
    assert (row.card.title, row.version) == ("New", 2)
    with pytest.raises(Outdated):
        projects.edit_project(editing, CARD, expected_version=1)


def test_a_page_tells_owners_and_experiments_of_what_is_seen(services, ada):
    projects.create_project(ada, CARD, "q")
    page = projects.projects(access(services, "ada"))
    assert ([row.id for row in page.rows], page.next) == (["q"], None)
    assert page.names == {ada.subject: "Ada"}
    assert page.experiments == {}
    assert projects.projects(access(services, "eve")).rows == ()


def test_a_page_has_a_bound_and_a_cursor(services, ada):
    for name in ("a", "b", "c"):
        projects.create_project(ada, CARD, name)
    ada = access(services, "ada")
    page = projects.projects(ada, limit=2)
    assert ([row.id for row in page.rows], page.next) == (["c", "b"], "b")
    assert [row.id for row in projects.projects(ada, limit=2, after="b").rows] == ["a"]
    for limit in (0, 501):
        with pytest.raises(BadCall):
            projects.projects(ada, limit=limit)
    with pytest.raises(NotFound):
        projects.projects(access(services, "eve"), after="b")


def test_proposals_of_a_project_that_may_not_be_seen_are_not_there(services, ada):
    projects.create_project(ada, CARD, "q")
    ada = access(services, "ada")
    assert projects.proposals(ada, "q").rows == ()
    into = granted(ada, Action.CREATE_PROPOSAL, "q")
    row = projects.create_proposal(into, ProposalCard(title="2026-A"))
    assert row.key == ("q", "2026-a")
    assert projects.proposals(ada, "q").rows == (row,)
    for name in ("q", "none"):
        with pytest.raises(NotFound):
            projects.proposals(access(services, "eve"), name)
