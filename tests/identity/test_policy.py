"""The table decides, all of it and nothing else; and it says what its authors meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
import yaml

import emfair.identity
from emfair.errors import BadSetting, Forbidden, NotFound, Unauthenticated
from emfair.identity.policy import (
    Resource,
    decide,
    needs_login,
    not_there,
    require,
)
from emfair.identity.principal import Kind, Principal
from emfair.identity.reach import reach
from emfair.identity.roles import Membership, Role
from emfair.identity.table import About, Action, read_table, table
from tests.identity.conftest import NOW

TEXT = Path(emfair.identity.__path__[0], "policy.yaml").read_text("utf-8")
WRITTEN = yaml.safe_load(TEXT)
ROWS = {row[0]: dict(zip(WRITTEN["columns"], row, strict=True)) for row in WRITTEN["rows"]}

ME, OTHER = "ada@https://login.test/", "bob@https://login.test/"
PROJECT, ELSEWHERE = "grain-boundaries", "grain"
LATER = NOW + timedelta(days=1)


def someone(role: Role) -> tuple[Principal | None, tuple[Membership, ...]]:
    """Return a principal whose only role (besides depositor and anyone) this is."""
    person = Principal(ME, Kind.PERSON)
    match role:
        case Role.ANYONE:
            return None, ()
        case Role.DEPOSITOR:
            return person, ()
        case Role.ADMIN | Role.STEWARD:
            return replace(person, groups=frozenset({f"emfair-{role}"})), ()
        case Role.REFEREE:
            guest = Principal("referee:r-1", Kind.REFEREE)
            return guest, (Membership(PROJECT, guest.subject, role, LATER),)
    return person, (Membership(PROJECT, ME, role),)


def thing(about: About, **other) -> Resource:
    inside = about in (About.PROJECT, About.PROPOSAL, About.SAMPLE, About.EXPERIMENT)
    project = PROJECT if inside else None
    return Resource(about, **({"id": "x-1", "project": project, "owner": OTHER} | other))


def as_read(action: str, role: Role, *, own: bool, restricted: bool, opened: bool) -> bool:
    """Read the table as a person would: someone is a role, and also what everyone is."""
    roles = [role]
    if role not in (Role.ANYONE, Role.REFEREE):
        roles.append(Role.DEPOSITOR)
    cells = {ROWS[action][one] for one in [*roles, Role.ANYONE]}
    return (
        "any" in cells
        or ("plain" in cells and not restricted)
        or ("own" in cells and own)
        or ("open" in cells and opened and not restricted)
    )


@pytest.mark.parametrize(("action", "role"), list(product(Action, Role)))
def test_every_action_and_role_is_decided_as_the_table_reads(action, role):
    principal, memberships = someone(role)
    for own, restricted, opened in product([False, True], repeat=3):
        resource = thing(
            table().rows[action].about,
            owner=principal.subject if own and principal else OTHER,
            restricted=restricted,
            open=opened,
        )
        decision = decide(principal, action, resource, memberships, now=NOW)
        expected = as_read(
            action, role, own=own and principal is not None, restricted=restricted, opened=opened
        )
        assert decision.allowed == expected, (own, restricted, opened, decision)
        assert decision.why.endswith(".")
        assert bool(decision.whom_to_ask) == (not decision.allowed)


@pytest.mark.parametrize("action", list(Action))
def test_a_role_in_one_project_is_none_in_another(action):
    row = table().rows[action]
    for role in (Role.OWNER, Role.EDITOR, Role.VIEWER):
        principal, _ = someone(role)
        assert principal
        elsewhere = (Membership(ELSEWHERE, ME, role),)
        nobodys = (Membership(PROJECT, OTHER, role),)
        over = (Membership(PROJECT, ME, role, until=NOW),)
        grouped = replace(principal, groups=frozenset({f"emfair-project-{ELSEWHERE}-{role}"}))
        plain = decide(principal, action, thing(row.about), (), now=NOW)
        assert decide(principal, action, thing(row.about), elsewhere, now=NOW) == plain
        assert decide(principal, action, thing(row.about), nobodys, now=NOW) == plain
        assert decide(principal, action, thing(row.about), over, now=NOW) == plain
        assert decide(grouped, action, thing(row.about), (), now=NOW) == plain


@pytest.mark.parametrize("action", list(Action))
def test_whoever_may_not_see_a_thing_is_answered_as_if_it_were_not_there(action):
    row = table().rows[action]
    if row.about not in table().shown_by:
        assert not decide(None, action, thing(row.about), now=NOW).hidden
        return
    for role, restricted in product(Role, [False, True]):
        principal, memberships = someone(role)
        resource = thing(row.about, restricted=restricted)
        shown = table().shown_by[row.about]
        seen = decide(principal, shown, resource, memberships, now=NOW).allowed
        decision = decide(principal, action, resource, memberships, now=NOW)
        assert decision.hidden == (not decision.allowed and not seen)
        if decision.hidden:
            with pytest.raises(NotFound) as told:
                require(principal, action, resource, memberships, now=NOW)
            absent = not_there(principal, row.about, resource.id)
            assert str(told.value) == str(absent), "nobody can tell the two apart"


def test_who_sees_a_thing_and_may_not_is_told_why_and_whom_to_ask():
    viewer, memberships = someone(Role.VIEWER)
    with pytest.raises(Forbidden) as told:
        require(viewer, Action.ANNOTATE, thing(About.EXPERIMENT), memberships, now=NOW)
    assert "a viewer of the project may not annotate." in str(told.value)
    assert told.value.remedy == "Ask an owner of the project."


def test_restricted_is_given_as_the_reason_only_where_it_is_one():
    admin, _ = someone(Role.ADMIN)
    why = decide(admin, Action.UPLOAD, thing(About.EXPERIMENT, restricted=True), now=NOW).why
    assert "restricted" in why
    viewer, memberships = someone(Role.VIEWER)
    experiment = thing(About.EXPERIMENT, restricted=True)
    deleting = decide(viewer, Action.DELETE_EXPERIMENT, experiment, memberships, now=NOW)
    assert "restricted" not in deleting.why


def test_who_is_not_logged_in_is_asked_to():
    with pytest.raises(Unauthenticated, match="Log in"):
        require(None, Action.CREATE_PROJECT, Resource(About.PROJECT, project="new"), now=NOW)
    assert needs_login(Action.CREATE_PROJECT)
    assert not needs_login(Action.READ_EXPERIMENT), "open records have landing pages"


def test_an_action_asked_of_another_kind_of_thing_is_a_defect():
    with pytest.raises(ValueError, match="done to: experiment, not to: project"):
        decide(None, Action.ANNOTATE, thing(About.PROJECT), now=NOW)


def may(role: Role, action: Action, **other) -> bool:
    principal, memberships = someone(role)
    resource = thing(table().rows[action].about, **other)
    return decide(principal, action, resource, memberships, now=NOW).allowed


def test_what_an_editor_made_they_may_delete_and_no_project():
    deleting = (Action.DELETE_PROPOSAL, Action.DELETE_SAMPLE)
    for action in deleting:
        assert may(Role.EDITOR, action, owner=ME)
        assert not may(Role.EDITOR, action)
        assert not may(Role.DEPOSITOR, action, owner=ME)
    assert not may(Role.EDITOR, Action.DELETE_PROJECT, owner=ME)
    assert {role for role in Role if may(role, Action.DELETE_PROJECT)} == {
        Role.ADMIN, Role.STEWARD, Role.OWNER,
    }  # fmt: skip


def test_restricted_data_are_for_those_who_work_on_them():
    readers = {role for role in Role if may(role, Action.DOWNLOAD_RAW, restricted=True, open=True)}
    assert readers == {Role.STEWARD, Role.OWNER, Role.EDITOR}


def test_whoever_deposited_goes_on_with_it_and_does_not_delete_it():
    own = {action for action in Action if may(Role.DEPOSITOR, action, owner=ME)}
    assert {Action.UPLOAD, Action.ANNOTATE, Action.DOWNLOAD_RAW, Action.READ_EXPERIMENT} <= own
    assert not own & {Action.DELETE_EXPERIMENT, Action.SHARE_EXPERIMENT}


def test_a_referee_reads_and_does_nothing_else():
    mine = {action for action in Action if may(Role.REFEREE, action)}
    reading = {action for action in Action if action.startswith(("read-", "download-", "see-"))}
    assert mine < reading


def test_an_owner_rules_in_the_project_and_an_administrator_over_everyone():
    assert may(Role.OWNER, Action.MANAGE_MEMBERSHIP)
    assert not may(Role.EDITOR, Action.MANAGE_MEMBERSHIP)
    assert {role for role in Role if may(role, Action.ADMIN)} == {Role.ADMIN}
    assert {role for role in Role if may(role, Action.MANAGE_PEOPLE)} == {Role.ADMIN}
    everything = decide(
        *[someone(Role.OWNER)[0], Action.READ_AUDIT], Resource(About.PROJECT), now=NOW
    )
    assert not everything.allowed, "the whole audit log is nobody's project"


def test_the_local_user_may_do_everything():
    local = Principal("local:ada", Kind.LOCAL)
    for action, restricted in product(Action, [False, True]):
        resource = thing(table().rows[action].about, restricted=restricted)
        assert decide(local, action, resource, now=NOW).allowed, action


def test_scopes_only_take_away():
    for role, action in product(Role, Action):
        principal, memberships = someone(role)
        if principal is None:
            continue
        resource = thing(table().rows[action].about)
        whole = decide(principal, action, resource, memberships, now=NOW)
        for scopes in [set(), {"read"}, {"deposit", "annotate"}, set(table().scopes)]:
            narrow = replace(principal, scopes=frozenset(scopes))
            answer = decide(narrow, action, resource, memberships, now=NOW)
            assert whole.allowed or not answer.allowed
            scope = table().rows[action].scope
            if whole.allowed and ROWS[action]["anyone"] == "never":
                assert answer.allowed == (scope in scopes or scope == "free")
            assert answer.hidden <= whole.hidden, "scopes hide nothing from a token's holder"


def test_a_token_may_at_least_what_anyone_may():
    token = Principal(ME, Kind.PERSON, scopes=frozenset({"deposit"}))
    assert decide(
        token, Action.READ_EXPERIMENT, thing(About.EXPERIMENT, open=True), now=NOW
    ).allowed


def test_what_a_token_lacks_is_said():
    editor, memberships = someone(Role.EDITOR)
    assert editor
    token = replace(editor, scopes=frozenset({"read"}))
    with pytest.raises(Forbidden, match="lacks the scope 'annotate'"):
        require(token, Action.ANNOTATE, thing(About.EXPERIMENT), memberships, now=NOW)
    owner, memberships = someone(Role.OWNER)
    token = replace(owner, scopes=frozenset(table().scopes))
    with pytest.raises(Forbidden, match="a token is not enough to share project"):
        require(token, Action.SHARE_PROJECT, thing(About.PROJECT), memberships, now=NOW)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[share-project, ", "[shar-project, ", "row shar-project"),
        ("[share-project,     project", "[share-project,     projects", "row share-project"),
        ("[share-project,     project,    login", "[share-project, project, logn",
         "row share-project"),
        ("[share-project,     project,    login,    owner", "[share-project, project, login, ower",
         "row share-project"),
        ("[share-project,     project,    login,    owner,   any",
         "[share-project, project, login, owner, nver", "row share-project"),
        ("  - [share-project, ", "  - [share-project]\n  - [share-project, ", "row share-project"),
        ("  - [upload, ", "  - [deposit, ", "row deposit.*twice"),
        ("[upload,            experiment", "[upload, service", "row upload"),
        ("depositor, anyone]", "depositer, anyone]", "columns"),
        ("ask,     admin, steward", "ask,     admin, admin", "columns"),
        ("  anyone: someone who is not logged in", "", "role_words"),
        ("  token: manage-tokens", "  token: manage-token", "the table"),
        ("rows:", "rows: [", "the table"),
        ("scopes:\n", "scopes:\n  - x\n", "the table"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_by_its_name(old, new, named):
    assert old in TEXT
    with pytest.raises(BadSetting, match=named):
        read_table(TEXT.replace(old, new, 1))


def test_a_row_that_is_missing_is_named():
    lines = [line for line in TEXT.splitlines() if "[annotate," not in line]
    with pytest.raises(BadSetting, match=r"row annotate.*missing"):
        read_table("\n".join(lines))


MEMBERSHIPS = (
    Membership(PROJECT, ME, Role.VIEWER),
    Membership(ELSEWHERE, ME, Role.EDITOR, until=LATER),
    Membership("over", ME, Role.OWNER, until=NOW),
    Membership("bobs", OTHER, Role.OWNER),
    Membership("shown", "referee:r-1", Role.REFEREE, LATER),
    Membership("partly", "referee:r-1", Role.REFEREE, LATER, "x-1"),
)
READING = [Action.READ_PROJECT, Action.READ_SAMPLE, Action.READ_EXPERIMENT, Action.DOWNLOAD_RAW]


@pytest.mark.parametrize("action", READING)
@pytest.mark.parametrize(
    "principal",
    [
        None,
        Principal(ME, Kind.PERSON),
        Principal(ME, Kind.PERSON, groups=frozenset({"emfair-project-grouped-owner"})),
        Principal(ME, Kind.PERSON, groups=frozenset({"emfair-admin"})),
        Principal(ME, Kind.PERSON, groups=frozenset({"emfair-steward"})),
        Principal(ME, Kind.PERSON, scopes=frozenset({"read"})),
        Principal(ME, Kind.PERSON, scopes=frozenset({"deposit"})),
        Principal("referee:r-1", Kind.REFEREE),
        Principal("local:ada", Kind.LOCAL),
    ],
)  # fmt: skip
def test_a_list_holds_exactly_what_would_be_allowed_one_by_one(action, principal):
    bounds = reach(principal, action, MEMBERSHIPS, now=NOW)
    about = table().rows[action].about
    projects = {one.project for one in MEMBERSHIPS} | {"grouped", "strange"}
    subjects = [OTHER, principal.subject if principal else ME]
    for project, owner, restricted in product(projects, subjects, [False, True]):
        resource = Resource(about, "x-1", project, owner, restricted=restricted)
        allowed = decide(principal, action, resource, MEMBERSHIPS, now=NOW).allowed
        seen = (bounds.projects is None or project in bounds.projects) and (
            not restricted or bounds.restricted is None or project in bounds.restricted
        )
        own = bounds.own is not None and owner == bounds.own
        linked = about is About.EXPERIMENT and project == "partly" and not restricted
        listed = seen or own or (linked and "x-1" in bounds.experiments)
        assert listed == allowed, (project, owner, restricted)
