"""Cards of projects, proposals, samples, instruments and people: made, found, edited by many."""

from __future__ import annotations

import threading

import pytest

from emfair.errors import BadCall, BadName, Conflict, NotFound
from emfair.model.nouns import InstrumentCard, PersonCard, ProjectCard, ProposalCard, SampleCard
from tests.registry.seen import Seen
from tests.registry.together import run_together

KINDS = {
    "projects": (("glass",), ProjectCard(title="Glass")),
    "proposals": (("steel", "p-9"), ProposalCard(title="Ninth", identifier="2026-117")),
    "samples": (("steel", "p-1", "s-9"), SampleCard(title="Wedge", elements=("Si", "O"))),
    "instruments": (("titan",), InstrumentCard(title="Titan", instrument_types=("TEM",))),
    "people": (("ada@issuer",), PersonCard(name="Ada", email="ada@example.org")),
}


@pytest.fixture(params=list(KINDS))
def made(request, lab):
    """Return one kind's repository, and a card in it."""
    lab.open("a.dm4")
    cards = getattr(lab.registry, request.param)
    key, card = KINDS[request.param]
    return cards, cards.create(*key, card=card, actor="ada")


def retitled(cards, card, title):
    return card.model_copy(update={cards.title: title})


def test_a_card_comes_back_as_it_was_made_and_the_deed_is_written(registry, made):
    cards, row = made
    assert cards.get(*row.key) == row
    assert (row.key, row.card) in KINDS.values()
    assert row.version == 1
    (deed,) = registry.audit.list(subject=cards.subject(row.key))
    assert (deed.actor, deed.action) == ("ada", f"{cards.noun}-created")


def test_a_key_is_used_once(made):
    cards, row = made
    with pytest.raises(Conflict, match="already"):
        cards.create(*row.key, card=row.card, actor="bob")


def test_a_card_nobody_made_is_not_found(made):
    cards, row = made
    with pytest.raises(NotFound):
        cards.get(*row.key[:-1], "nobody")
    with pytest.raises(NotFound):
        cards.edit(*row.key[:-1], "nobody", expected_version=1, card=row.card, actor="ada")
    with pytest.raises(NotFound):
        cards.list(after=(*row.key[:-1], "nobody"))


def test_an_edit_counts_up_and_says_what_it_replaced(registry, made):
    cards, row = made
    new = retitled(cards, row.card, "Körner")
    edited = cards.edit(*row.key, expected_version=1, card=new, actor="bob")
    assert (edited.card, edited.version, edited.owner) == (new, 2, row.owner)
    deed = registry.audit.list(subject=cards.subject(row.key))[0]
    assert (deed.actor, deed.action) == ("bob", f"{cards.noun}-changed")
    old = getattr(row.card, cards.title)
    assert deed.detail == {"changed": [{"field": cards.title, "old": old, "new": "Körner"}]}


def test_an_edit_that_changes_nothing_is_none(registry, made):
    cards, row = made
    assert cards.edit(*row.key, expected_version=1, card=row.card, actor="bob") == row
    assert len(registry.audit.list(subject=cards.subject(row.key))) == 1


def test_an_edit_of_an_old_version_is_a_conflict(made):
    cards, row = made
    cards.edit(*row.key, expected_version=1, card=retitled(cards, row.card, "A"), actor="bob")
    with pytest.raises(Conflict, match="at version 2"):
        cards.edit(*row.key, expected_version=1, card=retitled(cards, row.card, "B"), actor="eve")


def test_of_two_edits_at_once_one_wins(made):
    cards, row = made
    barrier, outcomes = threading.Barrier(4), []

    def edit() -> None:
        new = retitled(cards, row.card, threading.current_thread().name)
        barrier.wait()
        try:
            cards.edit(*row.key, expected_version=1, card=new, actor="ada")
            outcomes.append("won")
        except Conflict:
            outcomes.append("told")

    run_together(edit, 4)
    assert sorted(outcomes) == ["told"] * 3 + ["won"]
    assert cards.get(*row.key).version == 2


def test_a_search_finds_titles_identifiers_and_texts_whatever_the_case(made):
    cards, row = made
    cards.edit(*row.key, expected_version=1, card=retitled(cards, row.card, "Große 50%"), actor="a")
    for text in ("GROSSE", "50% gro", row.id[:4].upper()):
        assert [found.key for found in cards.list(text=text)] == [row.key]
    for text in ("5_%", "grosse nothing"):
        assert cards.list(text=text) == ()


def test_pages_show_every_card_once_newest_first(made):
    cards, row = made
    keys = [(*row.key[:-1], f"x-{number}") for number in range(5)]
    for key in keys:
        cards.create(*key, card=row.card, actor="ada")
    seen, last = [], None
    while page := cards.list(limit=2, after=last):
        seen += [found.key for found in page]
        last = seen[-1]
    assert seen[:6] == [*keys[::-1], row.key]
    assert len(set(seen)) == len(seen)


def test_a_card_hangs_on_something_that_is_there(registry):
    with pytest.raises(NotFound, match="no such project to put a proposal into"):
        registry.proposals.create("none", "p", card=ProposalCard(title="P"), actor="ada")
    with pytest.raises(NotFound, match="no such proposal to put a sample into"):
        registry.samples.create("no", "p", "s", card=SampleCard(title="S"), actor="ada")


@pytest.mark.parametrize("identifier", ["", "../x", "Upper", "x" * 41])
def test_an_identifier_is_plain(registry, identifier):
    with pytest.raises(BadName):
        registry.projects.create(identifier, card=ProjectCard(title="P"), actor="ada")


def test_a_text_that_no_database_takes_is_refused(registry):
    with pytest.raises(BadCall):
        registry.projects.create("p", card=ProjectCard(title="P", description="\x00"), actor="a")


def test_a_card_whose_name_cannot_be_seen_as_it_is_is_refused(registry, made):
    cards, row = made
    for wrong in ("\u200b", "\u202eztrauq", "bell\x07s"):
        new = retitled(cards, row.card, wrong)
        with pytest.raises(BadCall) as caught:
            cards.edit(*row.key, expected_version=1, card=new, actor="ada")
        assert caught.value.subject == f"{cards.noun}.{cards.title}"
    assert cards.get(*row.key) == row


@pytest.mark.parametrize(("name", "kept"), [("\u202eztrauq", "ztrauq"), ("\u3164", "a@issuer")])
def test_whoever_logs_in_is_met_without_what_cannot_be_seen_of_their_name(registry, name, kept):
    assert registry.people.meet("a@issuer", PersonCard(name=name)).card.name == kept


def test_lists_of_a_level_and_of_what_someone_may_see(lab):
    lab.open("a.dm4")
    lab.open("b.dm4", project="glass")
    registry = lab.registry
    assert [row.key for row in registry.samples.list("glass")] == [("glass", "p-1", "s-1")]
    assert [row.id for row in registry.projects.list(visible=Seen(frozenset({"steel"})))] == [
        "steel"
    ]
    assert registry.projects.list(visible=Seen()) == ()
    registry.projects.create("mine", card=ProjectCard(title="M"), actor="eve")
    assert [row.id for row in registry.projects.list(visible=Seen(own="eve"))] == ["mine"]


def test_instruments_and_people_are_seen_by_all_who_see_any(registry):
    titan = registry.instruments.create("t", card=InstrumentCard(title="T"), actor="ada")
    ada = registry.people.meet("ada@issuer", PersonCard(name="Ada"))
    assert registry.instruments.list(visible=Seen(projects=None)) == (titan,)
    assert registry.people.list(visible=Seen(projects=None)) == (ada,)
    assert registry.instruments.list(visible=Seen()) == ()
    assert registry.people.list(visible=Seen()) == ()


def test_whoever_deposits_first_owns_the_project(lab):
    lab.open("a.dm4")
    row = lab.registry.projects.get("steel")
    assert (row.card, row.owner) == (ProjectCard(title="Steel"), "ada@lab")


def test_a_person_is_met_once_and_what_they_edited_stays(registry):
    first = registry.people.meet("ada@issuer", PersonCard(name="Ada"))
    card = PersonCard(name="Ada", orcid="0000-0002-1825-0097")
    registry.people.edit("ada@issuer", expected_version=1, card=card, actor="ada@issuer")
    again = registry.people.meet("ada@issuer", PersonCard(name="Someone else"))
    assert (again.card, again.version, again.created_at) == (card, 2, first.created_at)
    with pytest.raises(BadCall):
        registry.people.meet("", PersonCard(name="Nobody"))
