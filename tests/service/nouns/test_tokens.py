"""Access tokens, as any face makes and ends them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from emfair.errors import BadCall, Forbidden, NotFound, Unauthenticated
from emfair.identity.principal import Kind
from emfair.identity.table import Action
from emfair.model.nouns import InstrumentCard
from emfair.service.access import Access, Granted
from emfair.service.nouns import tokens
from emfair.service.nouns.tokens import Wanted
from emfair.service.reception import Reception
from tests.service.lab import someone
from tests.service.nouns.logins import access, subject


@pytest.fixture
def wanted(services):
    return Wanted("script", frozenset({"read"}), services.now() + timedelta(days=1))


@pytest.fixture
def titan(services):
    """Return what a steward may share: an instrument of theirs."""
    stew = access(services, "stew", "emfair-steward")
    card = InstrumentCard(title="Titan")
    services.registry.instruments.create("titan", card=card, actor=stew.subject)
    return Granted(stew, stew.instrument(Action.SHARE_INSTRUMENT, "titan"))


def test_a_token_comes_back_as_whom_it_acts_for(services, wanted):
    text, kept = tokens.create(access(services, "ada"), wanted)
    back = Reception(services).access(f"Bearer {text}")
    assert (back.subject, back.known.scopes) == (subject("ada"), {"read"})
    assert [one.id for one in tokens.own(access(services, "ada"))] == [kept.id]
    with pytest.raises(Forbidden, match="a token is not enough"):
        tokens.create(back, wanted)
    with pytest.raises(Forbidden, match="a token is not enough"):
        tokens.own(back)


def test_who_is_nobody_has_no_tokens(services, wanted):
    with pytest.raises(Unauthenticated):
        tokens.create(Access(services, None), wanted)
    guest = access(services, "guest", kind=Kind.REFEREE)
    with pytest.raises(Forbidden):
        tokens.create(guest, wanted)


def test_the_local_user_has_tokens_too(services, wanted):
    text, _ = tokens.create(someone(services), wanted)
    assert Reception(services).access(f"Bearer {text}").subject == "local:ada"


def test_an_instruments_token_is_ended_at_the_instrument(services, titan, wanted):
    text, kept = tokens.create_for_instrument(titan, wanted)
    machine = Reception(services).access(f"Bearer {text}")
    assert (machine.subject, machine.known.kind) == ("instrument:titan", Kind.INSTRUMENT)
    _, mine = tokens.create(titan.access, wanted)
    with pytest.raises(NotFound):
        tokens.revoke_of_instrument(titan, mine.id)
    tokens.revoke_of_instrument(titan, kept.id)
    with pytest.raises(Unauthenticated, match="was revoked"):
        Reception(services).access(f"Bearer {text}")


def test_a_token_that_should_not_be_is_not_made(services, titan, wanted):
    for wrong in (replace(wanted, name=" "), replace(wanted, scopes=frozenset({"login"}))):
        with pytest.raises(BadCall):
            tokens.create(access(services, "ada"), wrong)
        with pytest.raises(BadCall):
            tokens.create_for_instrument(titan, wrong)


def ending(services, name, *groups):
    who = access(services, name, *groups)
    return Granted(who, who.person(Action.END_TOKENS, subject("ada")))


def test_stewards_and_administrators_see_and_end_anyones_tokens_and_nobody_else_does(
    services, wanted
):
    scripts = [tokens.create(access(services, "ada"), wanted) for _ in range(3)]
    texts, kept = [text for text, _ in scripts], [row.id for _, row in scripts]
    for group in ("emfair-admin", "emfair-steward"):
        found = tokens.of_person(ending(services, "root", group))
        assert {one.id for one in found} == set(kept)
    with pytest.raises(Forbidden, match="may not end tokens"):
        ending(services, "bob")
    tokens.revoke_of_person(ending(services, "root", "emfair-steward"), kept[0])
    assert tokens.revoke_all_of_person(ending(services, "root", "emfair-steward")) == 2
    assert tokens.revoke_all_of_person(ending(services, "root", "emfair-steward")) == 0
    for text in texts:
        with pytest.raises(Unauthenticated, match="was revoked"):
            Reception(services).access(f"Bearer {text}")
    deeds = services.registry.audit.list(action="token-revoked")
    assert {(deed.actor, deed.subject) for deed in deeds} == {
        (subject("root"), f"token:{one}") for one in kept
    }


def test_a_steward_ends_no_token_of_another_person_by_this_one(services, wanted):
    _, kept = tokens.create(access(services, "bob"), wanted)
    access(services, "ada")
    with pytest.raises(NotFound, match="this person has no such token"):
        tokens.revoke_of_person(ending(services, "stew", "emfair-steward"), kept.id)
