"""People, as any face finds and edits them."""

from __future__ import annotations

import pytest

from emfair.errors import NotFound, Outdated
from emfair.identity.table import Action
from emfair.model.nouns import PersonCard, ProjectCard
from emfair.service.access import Access, Granted
from emfair.service.nouns import people, projects
from tests.service.nouns.logins import access, subject


def test_people_are_found_by_who_has_logged_in(services):
    access(services, "bob")
    found = people.people(access(services, "ada"), text="bob").rows
    assert [row.id for row in found] == [subject("bob")]
    assert people.people(Access(services, None)).rows == ()
    with pytest.raises(NotFound):
        people.people(access(services, "ada"), after="none")


def test_people_edit_their_own_card(services):
    ada = access(services, "ada")
    editing = Granted(ada, ada.person(Action.MANAGE_PEOPLE, ada.subject))
    row = people.edit_person(editing, PersonCard(name="Dr. Ada"), expected_version=1)
    assert (row.card.name, row.version) == ("Dr. Ada", 2)
    with pytest.raises(Outdated):
        people.edit_person(editing, PersonCard(name="Ada"), expected_version=1)


def test_projects_of_someone_are_those_whose_members_one_may_see(services):
    for title in ("Steel", "Glass"):
        projects.create_project(access(services, "ada"), ProjectCard(title=title))
    access(services, "bob")
    services.registry.memberships.grant(
        "steel", subject("bob"), "viewer", until=None, actor=subject("ada")
    )

    def told(name, *groups):
        parts = people.projects_of(access(services, name, *groups), subject("ada"))
        return [(part.project.id, part.role) for part in parts]

    assert told("bob") == [("steel", "owner")]
    assert told("eve") == []
    assert told("stew", "emfair-steward") == told("ada") == [("glass", "owner"), ("steel", "owner")]
