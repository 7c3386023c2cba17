"""A project's members and referee links: seen by who works on it, changed by its owners."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emfair.identity.roles import Role
from emfair.model.deposits import Whereto
from emfair.model.nouns import InstrumentCard, ProjectCard
from emfair.service import deposits
from emfair.service.nouns import projects
from emfair.service.reception import Reception
from tests.ui_streamlit.lab import (
    ADMIN,
    STEWARD,
    access,
    enter,
    fill,
    labels,
    press,
    shown,
    subject,
    unfold,
)

PROJECT = "steel-1"


@pytest.fixture
def services(lab):
    projects.create_project(access(lab, "ada"), ProjectCard(title="Steel *1*"), PROJECT)
    return lab


def members(services):
    return {row.subject: row.role for row in services.registry.memberships.of_project(PROJECT)}


def join(services, name, role):
    access(services, name)
    services.registry.memberships.grant(
        PROJECT, subject(name), role, until=None, actor=subject("ada")
    )


def look(name="ada", *groups):
    return enter("members", name, *groups, project=PROJECT)


def test_an_owner_adds_someone_who_is_known(services):
    access(services, "bob")
    app = look()
    assert next(one for one in app.button if one.label == "Add").disabled
    fill(app, "Person or instrument", subject("bob")).run()
    press(fill(app, "Role", "editor"), "Add")
    assert members(services)[subject("bob")] == "editor"
    text = shown(app)
    assert "Bob L." in text
    assert ">editor</span>" in text
    assert app.selectbox[0].value is None, "the next one can be added"


def test_an_instrument_is_a_member_too(services):
    services.registry.instruments.create("titan", card=InstrumentCard(title="Titan"), actor="s")
    app = fill(look(), "Person or instrument", "instrument:titan").run()
    press(app, "Add")
    assert members(services)["instrument:titan"] == "viewer"


def test_a_role_can_end_by_itself(services):
    access(services, "bob")
    app = fill(look(), "Person or instrument", subject("bob")).run()
    fill(app, "It ends by itself", True).run()
    day = (services.now() + timedelta(days=5)).date()
    press(fill(app, "Last day", day), "Add")
    row = next(
        one for one in services.registry.memberships.of_project(PROJECT)
        if one.subject == subject("bob")
    )  # fmt: skip
    assert row.until.date() == day + timedelta(days=1)
    assert f"until {day}" in shown(app)


def test_a_role_is_changed_and_taken_away(services):
    join(services, "bob", Role.VIEWER)
    app = unfold(look(), "Change", 1)
    app.selectbox(key=f"change-0-{subject('bob')}-role").set_value("owner")
    press(app, "Save")
    assert members(services)[subject("bob")] == "owner"
    app = unfold(app, "Change", 1)
    press(app, "Remove")
    assert members(services) == {subject("ada"): "owner"}
    assert "Bob" not in shown(app)


def test_the_last_owner_stays_and_is_told_why(services):
    app = unfold(look(), "Change")
    press(app, "Remove")
    assert "is the last owner" in shown(app)
    app.selectbox(key=f"change-0-{subject('ada')}-role").set_value("viewer")
    press(app, "Save")
    assert "is the last owner" in shown(app)
    assert members(services) == {subject("ada"): "owner"}


@pytest.mark.parametrize(
    ("name", "groups", "may"),
    [("bob", (), False), ("eddy", (), False), ("gus", (f"emfair-project-{PROJECT}-owner",), True),
     ("stew", (STEWARD,), True), ("root", (ADMIN,), True)],
)  # fmt: skip
def test_only_who_may_is_offered_to_change_and_to_share(services, name, groups, may):
    join(services, "bob", Role.VIEWER)
    join(services, "eddy", Role.EDITOR)
    app = look(name, *groups)
    assert "Ada L." in shown(app)
    for label in ("Change", "Add", "Make a link"):
        assert (label in labels(app)) is may
    assert ("What was done in this project" in shown(app)) is may


def test_a_group_of_the_login_is_told_as_such(services):
    text = shown(look("gus", f"emfair-project-{PROJECT}-viewer"))
    assert f"by the login&#39;s group emfair-project-{PROJECT}-viewer" in text
    assert "by a membership, given" in text


def test_whoever_has_no_part_learns_nothing(services):
    for project in (PROJECT, "nowhere", "../..", "<b>"):
        app = enter("members", "eve", project=project)
        assert len(app.warning) == 1
        assert "there is no such project" in shown(app)
        assert "Ada" not in shown(app)
    assert "Choose a project" in shown(enter("members", "eve"))


def link_of(app):
    return next(one.value for one in app.code if "?referee=emr_" in one.value)


def test_a_link_to_the_project_is_shown_once_and_ended(services):
    app = press(look(), "Make a link")
    address = link_of(app)
    seen = Reception(services).access(f"Bearer {address.partition('referee=')[2]}")
    assert [one.project for one in seen.granted] == [PROJECT]
    assert address not in shown(look())
    press(app, "I have copied it")
    assert address not in shown(app)
    press(app, "End it now")
    assert ">revoked</span>" in shown(app)
    (link,) = services.registry.referees.of_project(PROJECT)
    assert link.revoked_at is not None


def test_a_link_to_one_experiment_and_none_to_what_is_restricted(services):
    ada = access(services, "ada")
    plain = deposits.draft(ada, Whereto(PROJECT, "p", "s", "Night"))
    secret = deposits.draft(ada, Whereto(PROJECT, "p", "s", "Secret"), restricted=True)
    app = look()
    ways = next(one for one in app.selectbox if one.label == "It shows")
    assert ways.options == ["The whole project", f"Night ({plain.id})"]
    assert secret.id not in str(ways.options)
    ways.set_value(f"Night ({plain.id})")
    press(app, "Make a link")
    (link,) = services.registry.referees.of_project(PROJECT)
    assert link.experiment == plain.id


def test_a_link_that_is_sent_twice_is_one(services):
    app = look()
    old = next(one for one in app.button if one.label == "Make a link")
    press(app, "Make a link")
    new = next(one for one in app.button if one.label == "Make a link")
    assert old.id != new.id
    app.run()
    assert len(services.registry.referees.of_project(PROJECT)) == 1


def test_names_are_text(services):
    card = services.registry.people.get(subject("ada"))
    hostile = card.card.model_copy(update={"name": "<script>x</script> *A*"})
    services.registry.people.edit(
        subject("ada"), expected_version=card.version, card=hostile, actor="root"
    )
    text = shown(look())
    assert "<script>" not in text
    assert r"Steel \*1\*" in text


def test_of_many_members_words_find_some(services):
    for number in range(60):
        join(services, f"guest{number:02}", Role.VIEWER)
    app = look()
    assert "Guest59" not in shown(app)
    assert "50 of 61" in shown(app)
    app.text_input(key="members-text").set_value("guest59").run()
    assert "Guest59" in shown(app)
    assert "Guest00" not in shown(app)
