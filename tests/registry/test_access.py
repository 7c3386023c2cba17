"""Memberships, referee links, tokens: given, found, ended, and each written down."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from emfair.errors import BadCall, Conflict, NotFound
from emfair.model.nouns import ProjectCard
from emfair.model.tokens import StoredToken
from tests.registry.together import run_together

NOW = datetime(2026, 1, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SHA, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def steel(registry):
    registry.projects.create("steel", card=ProjectCard(title="Steel"), actor="ada")
    return registry


def test_a_role_is_given_replaced_and_taken_away(steel):
    members = steel.memberships
    members.grant("steel", "bob", "viewer", until=None, actor="ada")
    members.grant("steel", "bob", "editor", until=LATER, actor="ada")
    (row,) = members.of_subject("bob")
    assert (row.project, row.role, row.until, row.granted_by) == ("steel", "editor", LATER, "ada")
    for _ in range(2):
        members.revoke("steel", "bob", actor="ada")
    assert [(row.subject, row.role) for row in members.of_project("steel")] == [("ada", "owner")]
    assert [deed.action for deed in steel.audit.list(subject="project:steel")] == [
        "membership-revoked",
        "membership-granted",
        "membership-granted",
        "project-created",
    ]


def test_a_role_ends_by_itself_and_is_still_listed(steel, clock):
    steel.memberships.grant("steel", "bob", "editor", until=LATER, actor="ada")
    clock.time = LATER
    assert steel.memberships.of_subject("bob") == ()
    assert [row.subject for row in steel.memberships.of_project("steel")] == ["ada", "bob"]


def test_the_last_owner_stays_unless_whoever_asks_may_orphan_the_project(steel):
    members = steel.memberships
    for change in (
        lambda: members.revoke("steel", "ada", actor="ada"),
        lambda: members.grant("steel", "ada", "editor", until=None, actor="ada"),
        lambda: members.grant("steel", "ada", "owner", until=LATER, actor="ada"),
    ):
        with pytest.raises(Conflict, match="last owner"):
            change()
    assert [row.role for row in members.of_project("steel")] == ["owner"]
    assert steel.audit.list(action="membership-revoked") == ()
    members.revoke("steel", "ada", actor="stew", orphaning=True)
    members.grant("steel", "bob", "editor", until=None, actor="stew")
    members.revoke("steel", "bob", actor="stew")


def test_two_owners_who_remove_each_other_leave_one(steel):
    members, barrier, outcomes = steel.memberships, threading.Barrier(2), []
    members.grant("steel", "bob", "owner", until=None, actor="ada")
    pairs = [("ada", "bob"), ("bob", "ada")]

    def remove() -> None:
        actor, other = pairs.pop()
        barrier.wait()
        try:
            members.revoke("steel", other, actor=actor)
            outcomes.append("removed")
        except Conflict:
            outcomes.append("told")

    run_together(remove, 2)
    assert sorted(outcomes) == ["removed", "told"]
    assert len(members.of_project("steel")) == 1


def test_what_is_no_membership_is_refused(steel):
    grant = steel.memberships.grant
    with pytest.raises(BadCall, match="no role"):
        grant("steel", "bob", "king", until=None, actor="ada")
    with pytest.raises(BadCall, match="over already"):
        grant("steel", "bob", "viewer", until=NOW, actor="ada")
    with pytest.raises(NotFound):
        grant("none", "bob", "viewer", until=None, actor="ada")


def test_a_referee_link_shows_a_project_or_an_experiment_until_its_end(steel, lab, clock):
    lab.open("a.dm4", experiment="e-1")
    whole = steel.referees.create(project="steel", secret_sha256=SHA, until=LATER, actor="ada")
    one = steel.referees.create(experiment="e-1", secret_sha256=OTHER, until=LATER, actor="ada")
    assert (whole.project, whole.experiment) == ("steel", None)
    assert (one.project, one.experiment) == ("steel", "e-1")
    assert steel.referees.find(SHA) == whole
    assert steel.referees.of_project("steel") == (one, whole)
    assert steel.referees.find("c" * 64) is None
    clock.time = LATER
    assert steel.referees.find(SHA) is None


def test_a_revoked_referee_link_shows_nothing(steel):
    link = steel.referees.create(project="steel", secret_sha256=SHA, until=LATER, actor="ada")
    for _ in range(2):
        steel.referees.revoke(link.id, actor="ada")
    assert steel.referees.find(SHA) is None
    assert len(steel.audit.list(action="referee-link-revoked")) == 1
    with pytest.raises(NotFound):
        steel.referees.revoke("r-none", actor="ada")


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({}, BadCall),
        ({"project": "steel", "experiment": "e-1"}, BadCall),
        ({"project": "none"}, NotFound),
        ({"experiment": "none"}, NotFound),
        ({"project": "steel", "until": NOW}, BadCall),
    ],
)
def test_what_is_no_referee_link_is_refused(steel, what, error):
    with pytest.raises(error):
        steel.referees.create(**({"secret_sha256": SHA, "until": LATER, "actor": "ada"} | what))


def token(identifier: str, **other) -> StoredToken:
    return StoredToken(
        id=identifier,
        subject=other.get("subject", "ada"),
        name="FIB's PC",
        secret_sha256=SHA,
        scopes=frozenset({"read", "deposit"}),
        groups=frozenset({"emfair-project-steel-editor"}),
        created_at=other.get("created_at", NOW),
        expires_at=LATER,
    )


def test_a_token_comes_back_as_it_was_kept(registry):
    registry.tokens.insert(token("t-1"), "ada")
    assert registry.tokens.find("t-1") == token("t-1")
    assert registry.tokens.find("t-2") is None


@pytest.mark.parametrize("name", ["\u200b", "\u2066FIB's PC\u2069"])
def test_a_token_whose_name_cannot_be_seen_as_it_is_is_refused(registry, name):
    with pytest.raises(BadCall, match=r"can(not)? be seen"):
        registry.tokens.insert(replace(token("t-1"), name=name), "ada")
    assert registry.tokens.find("t-1") is None


def test_tokens_are_listed_by_their_holder_newest_first(registry):
    registry.tokens.insert(token("t-1"), "ada")
    registry.tokens.insert(token("t-2", created_at=LATER), "ada")
    registry.tokens.insert(token("t-3", subject="bob"), "ada")
    assert [each.id for each in registry.tokens.list("ada")] == ["t-2", "t-1"]


def test_of_a_token_last_use_and_first_revocation_are_known(registry):
    registry.tokens.insert(token("t-1"), "ada")
    registry.tokens.touch("t-1", NOW)
    registry.tokens.revoke("t-1", NOW, "root")
    registry.tokens.revoke("t-1", LATER, "root")
    found = registry.tokens.find("t-1")
    assert (found.last_used_at, found.revoked_at) == (NOW, NOW)
    deeds = registry.audit.list(subject="token:t-1")
    assert [(deed.action, deed.actor, deed.detail["holder"]) for deed in deeds] == [
        ("token-revoked", "root", "ada"),
        ("token-created", "ada", "ada"),
    ]
