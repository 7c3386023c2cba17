"""Members, as any face makes and ends them."""

from __future__ import annotations

import pytest

from emfair.errors import Conflict, NotFound
from emfair.identity.table import Action
from emfair.model.nouns import ProjectCard
from emfair.service.access import Granted
from emfair.service.nouns import members, projects
from tests.service.nouns.logins import access, subject


@pytest.fixture
def steel(services):
    """Make a project of ada's."""
    return projects.create_project(access(services, "ada"), ProjectCard(title="Steel"))


def managing(services, who="ada", *groups):
    someone = access(services, who, *groups)
    return Granted(someone, someone.project(Action.MANAGE_MEMBERSHIP, "steel"))


def test_only_who_is_known_becomes_a_member(services, steel):
    for unknown in ("bob", "instrument:none", "instrument:"):
        with pytest.raises(NotFound):
            members.grant(managing(services), unknown, "viewer")
    access(services, "bob")
    told = members.grant(managing(services), subject("bob"), "viewer")
    assert (told.name, told.role, told.source) == ("Bob", "viewer", "membership")
    assert access(services, "bob").project(Action.READ_PROJECT, "steel").id == "steel"


def test_a_steward_may_leave_a_project_without_an_owner(services, steel):
    with pytest.raises(Conflict):
        members.revoke(managing(services), subject("ada"))
    members.revoke(managing(services, "stew", "emfair-steward"), subject("ada"))
    assert members.members(managing(services, "stew", "emfair-steward")) == ()


def test_a_group_makes_a_member_without_a_membership(services, steel):
    reading = managing(services, "gus", "emfair-project-steel-owner")
    told = {one.subject: (one.role, one.source) for one in members.members(reading)}
    assert told == {
        subject("ada"): ("owner", "membership"),
        subject("gus"): ("owner", "group"),
    }
