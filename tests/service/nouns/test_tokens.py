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


def test_an_administrator_sees_anyones_tokens_and_nobody_else_does(services, wanted):
    _, kept = tokens.create(access(services, "ada"), wanted)
    root = access(services, "root", "emfair-admin")
    assert [one.id for one in tokens.of_person(root, subject("ada"))] == [kept.id]
    for name, groups in (("bob", ()), ("stew", ("emfair-steward",))):
        with pytest.raises(Forbidden):
            tokens.of_person(access(services, name, *groups), subject("ada"))
