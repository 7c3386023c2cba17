"""Roles come from groups, memberships and links, and end when they should."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.identity.principal import Kind, Principal
from emfair.identity.roles import Membership, Role, project_role, roles_of
from emfair.model.identifiers import PATTERN
from tests.identity.conftest import NOW

ADA = Principal("ada@https://login.test/", Kind.PERSON)


@given(
    project=st.from_regex(PATTERN, fullmatch=True),
    role=st.sampled_from(["owner", "editor", "viewer"]),
)
def test_a_projects_group_names_project_and_role_whatever_the_identifier_holds(project, role):
    assert project_role(f"emfair-project-{project}-{role}") == (project, Role(role))


@pytest.mark.parametrize(
    "group",
    [
        "emfair-project--owner",
        "emfair-project-steel",
        "emfair-project-owner",
        "emfair-project-steel-admin",
        "emfair-project-steel-referee",
        "emfair-project-Steel-owner",
        "emfair-project-steel-owner ",
        "emfair-project-steel-owner\n",
        "emfair-project-st eel-owner",
        "emfair-project--steel-owner",
        f"emfair-project-{'a' * 41}-owner",
        "xemfair-project-steel-owner",
        "emfair-admin",
    ],
)
def test_any_other_group_is_none_of_a_project(group):
    assert project_role(group) is None


@pytest.mark.parametrize("group", ["emfair-admin", "emfair-steward"])
def test_a_global_group_counts_in_every_project_and_outside(group):
    who = Principal("a@b", Kind.PERSON, groups=frozenset({group}))
    for project in ("steel", None):
        assert Role(group.removeprefix("emfair-")) in roles_of(who, project, None, (), NOW)


def test_groups_and_memberships_add_up():
    who = Principal(ADA.subject, Kind.PERSON, groups=frozenset({"emfair-project-steel-viewer"}))
    granted = (Membership("steel", ADA.subject, Role.OWNER),)
    roles = roles_of(who, "steel", None, granted, NOW)
    assert roles == {Role.VIEWER, Role.OWNER, Role.DEPOSITOR, Role.ANYONE}


def test_a_membership_ends_at_its_moment():
    end = NOW + timedelta(seconds=1)
    granted = (Membership("steel", ADA.subject, Role.EDITOR, end),)
    assert Role.EDITOR in roles_of(ADA, "steel", None, granted, NOW)
    assert Role.EDITOR not in roles_of(ADA, "steel", None, granted, end)


def test_a_referee_is_nothing_else_whatever_was_granted_by_mistake():
    groups = frozenset({"emfair-admin", "emfair-project-steel-owner"})
    guest = Principal("referee:r-1", Kind.REFEREE, groups=groups)
    end = NOW + timedelta(days=1)
    granted = (
        Membership("steel", guest.subject, Role.REFEREE, end),
        Membership("steel", guest.subject, Role.OWNER),
    )
    assert roles_of(guest, "steel", None, granted, NOW) == {Role.REFEREE, Role.ANYONE}
    assert roles_of(guest, "steel", None, granted, end) == {Role.ANYONE}


def test_a_link_to_one_experiment_shows_no_other():
    guest = Principal("referee:r-1", Kind.REFEREE)
    granted = (Membership("steel", guest.subject, Role.REFEREE, NOW + timedelta(1), "e-1"),)
    shown = {one: Role.REFEREE in roles_of(guest, "steel", one, granted, NOW)
             for one in ("e-1", "e-2", None)}  # fmt: skip
    assert shown == {"e-1": True, "e-2": False, None: False}


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": Role.ADMIN},
        {"role": Role.REFEREE},
        {"role": Role.OWNER, "experiment": "e-1"},
        {"role": Role.OWNER, "until": datetime(2027, 1, 1)},  # noqa: DTZ001  that is the mistake
    ],
)
def test_a_membership_that_could_grant_too_much_cannot_be(wrong):
    with pytest.raises(ValueError, match=r"membership|referee link"):
        Membership("steel", ADA.subject, **wrong)
