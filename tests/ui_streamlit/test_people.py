"""People: cards for whoever has logged in, edited by whoever's they are."""

from __future__ import annotations

import pytest

from emfair.identity.roles import Role
from emfair.model.nouns import PersonCard, ProjectCard
from emfair.service.nouns import projects, tokens
from emfair.service.nouns.tokens import Wanted
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
from ui_streamlit.components.markup import escaped

HOSTILE = "<script>x</script> *B* :red[ob] 王"


def card_of(lab, name):
    return lab.registry.people.get(subject(name))


def test_whoever_has_logged_in_finds_people_by_words(lab):
    for name in ("bob", "cleo"):
        access(lab, name)
    app = enter("people", "ada")
    assert all(name in shown(app) for name in ("Bob", "Cleo", "Ada"))
    app.text_input(key="people-text").set_value("bob").run()
    assert "Bob" in shown(app)
    assert "Cleo" not in shown(app)
    app.text_input(key="people-text").set_value("zebra").run()
    assert "Nobody fits" in shown(app)


def test_people_come_in_pages(lab):
    for number in range(31):
        access(lab, f"guest{number:02}")
    app = enter("people", "ada")
    assert "Guest00" not in shown(app)
    press(app, "Older")
    assert "Guest00" in shown(app)
    press(app, "Newer")
    assert "Guest00" not in shown(app)


def test_a_card_is_text_and_never_markup(lab):
    lab.registry.people.meet(subject("bob"), PersonCard(name=HOSTILE, affiliation=HOSTILE))
    for query in ({}, {"subject": subject("bob")}):
        text = shown(enter("people", "ada", **query))
        assert "<script>" not in text
        assert r"\*B\* \:red\[ob\] 王" in text


def test_an_orcid_is_a_link(lab):
    card = PersonCard(name="Bob", orcid="0000-0002-1825-0097")
    lab.registry.people.meet(subject("bob"), card)
    text = shown(enter("people", "ada", subject=subject("bob")))
    assert 'href="https://orcid.org/0000-0002-1825-0097"' in text


def test_people_edit_their_own_card_in_its_place(lab):
    app = unfold(enter("people", "ada", subject=subject("ada")), "Edit")
    fill(app, "Name", "Dr. Ada")
    fill(app, "Affiliation", "EM Centre")
    press(app, "Save")
    assert "Ada" in shown(app)
    card = card_of(lab, "ada").card
    assert (card.name, card.affiliation, card.email) == ("Dr. Ada", "EM Centre", None)
    assert [one for one in labels(app) if one == "Save"] == [], "the form is closed again"


def test_what_cannot_be_is_told_at_its_name_and_not_saved(lab):
    app = unfold(enter("people", "ada", subject=subject("ada")), "Edit")
    fill(app, "ORCID iD", "0000-0002-1825-0098")
    fill(app, "Name", "")
    press(app, "Save")
    text = shown(app)
    assert "**ORCID iD**" in text
    assert "check digit" in text
    assert "**Name**" in text
    assert card_of(lab, "ada").version == 1


@pytest.mark.parametrize(("groups", "may"), [((), False), ((STEWARD,), False), ((ADMIN,), True)])
def test_whose_card_it_is_edits_it_or_an_administrator(lab, groups, may):
    access(lab, "bob")
    app = enter("people", "eve", *groups, subject=subject("bob"))
    assert ("Edit" in labels(app)) is may
    if may:
        press(fill(unfold(app, "Edit"), "Name", "Robert"), "Save")
        assert card_of(lab, "bob").card.name == "Robert"


def test_someone_elses_edit_is_told_and_taken_over(lab):
    app = unfold(enter("people", "ada", subject=subject("ada")), "Edit")
    lab.registry.people.edit(
        subject("ada"), expected_version=1, actor="root",
        card=PersonCard(name="Ada L.", affiliation="*Institute*", email="ada@example.org"),
    )  # fmt: skip
    press(fill(app, "E-mail", "new@example.org"), "Save")
    text = shown(app)
    assert "Someone changed it meanwhile" in text
    assert r"**Affiliation**: \*Institute\*" in text
    assert rf"**E\-mail**: {escaped('ada@example.org')}" in text
    assert card_of(lab, "ada").card.email == "ada@example.org", "nothing is lost unseen"
    press(app, "Save")
    card = card_of(lab, "ada").card
    assert (card.affiliation, card.email) == ("*Institute*", "new@example.org")


def test_the_same_form_sent_twice_is_one_edit(lab):
    app = unfold(enter("people", "ada", subject=subject("ada")), "Edit")
    edited = PersonCard(name="Ada L.", affiliation="EM Centre")
    lab.registry.people.edit(subject("ada"), expected_version=1, actor=subject("ada"), card=edited)
    press(fill(app, "Affiliation", "EM Centre"), "Save")
    assert "meanwhile" not in shown(app)
    assert card_of(lab, "ada").version == 2


def test_a_form_that_was_closed_begins_anew_with_the_card_as_it_is(lab):
    app = unfold(enter("people", "ada", subject=subject("ada")), "Edit")
    unfold(app, "Edit", is_open=False)
    lab.registry.people.edit(
        subject("ada"), expected_version=1, actor="root", card=PersonCard(name="Countess")
    )
    unfold(app, "Edit")
    assert next(one for one in app.text_input if one.label == "Name").value == "Countess"


def test_projects_are_shown_where_their_members_may_be_seen(lab):
    owner = access(lab, "ada")
    for title in ("Steel", "Glass"):
        projects.create_project(owner, ProjectCard(title=title))
    lab.registry.memberships.grant(
        "steel", subject("bob"), Role.VIEWER, until=None, actor=owner.subject
    )
    text = shown(enter("people", "bob", subject=subject("ada")))
    assert "Steel" in text
    assert "Glass" not in text
    assert "None whose members you may see" in shown(enter("people", "eve", subject=subject("ada")))


def test_ones_own_page_tells_ones_roles(lab):
    assert "steward" in shown(enter("people", "stew", STEWARD, subject=subject("stew")))
    assert "-badge[" not in shown(enter("people", "stew", STEWARD, subject=subject("ada")))


def script_of(lab, name, called):
    until = lab.now().replace(year=lab.now().year + 1, month=1, day=1)
    _, kept = tokens.create(access(lab, name), Wanted(called, frozenset({"read"}), until))
    return kept.id


@pytest.mark.parametrize(("name", "group"), [("root", ADMIN), ("stew", STEWARD)])
def test_an_administrator_or_a_steward_ends_anyones_tokens_one_by_one(lab, name, group):
    script, other = script_of(lab, "ada", "Ada's script"), script_of(lab, "ada", "other")
    app = enter("people", name, group, subject=subject("ada"))
    assert "Ada&#39;s script" in shown(app)
    app.button(key=f"token-{script}-end").click().run()
    assert lab.registry.tokens.find(script).revoked_at is not None
    assert lab.registry.tokens.find(other).revoked_at is None


def test_a_steward_ends_all_tokens_of_whoever_has_left_and_no_one_elses(lab):
    scripts = {script_of(lab, "ada", called) for called in ("one", "two")}
    mine, others = script_of(lab, "stew", "mine"), script_of(lab, "bob", "bob's")
    app = enter("people", "stew", STEWARD, subject=subject("ada"))
    press(app, "Revoke all of them")
    assert "Revoke all" not in labels(app)
    ended = {one for one in (*scripts, mine, others) if lab.registry.tokens.find(one).revoked_at}
    assert ended == scripts


def test_nobody_else_sees_or_ends_someones_tokens(lab):
    script_of(lab, "ada", "Ada's script")
    for name in ("bob", "ada"):
        app = enter("people", name, subject=subject("ada"))
        assert "script" not in shown(app)
        assert not [one for one in labels(app) if one.startswith("Revoke")]


@pytest.mark.parametrize("identifier", ["nobody", "../..", "<b>", "x" * 300])
def test_someone_unknown_is_a_notice(lab, identifier):
    app = enter("people", "ada", subject=identifier)
    assert len(app.warning) == 1
    assert not app.error
