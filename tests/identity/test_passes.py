"""A page's pass: one experiment, deposits only, until the login's end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from emfair.errors import Unauthenticated
from emfair.identity.passes import PREFIX, new_pass, read_pass
from emfair.identity.policy import Resource, decide
from emfair.identity.principal import Kind, Principal
from emfair.identity.reach import Reach, reach
from emfair.identity.table import About, Action, table
from tests.identity.conftest import NOW

SECRET = "s" * 32
ADA = Principal("ada@https://login.test/", Kind.PERSON, "Ada", groups=frozenset({"emfair-steward"}))
UNTIL = NOW + timedelta(hours=3, microseconds=123_457)
MINE, OTHER = "e-20260122-k3f9zqmh", "e-20260122-aaaaaaaa"


def made() -> str:
    return new_pass(SECRET, ADA, MINE, UNTIL)


def test_it_says_whose_it_is_and_until_when():
    held = read_pass(SECRET, made(), UNTIL - timedelta(microseconds=1))
    limited = replace(ADA, scopes=frozenset({"deposit"}), experiment=MINE)
    assert (held.principal, held.until) == (limited, UNTIL)


def test_it_ends():
    with pytest.raises(Unauthenticated, match="has ended"):
        read_pass(SECRET, made(), UNTIL)


@pytest.mark.parametrize(
    "token",
    [
        "",
        PREFIX,
        PREFIX + "e30.x",
        made()[:-1] + ("A" if made()[-1] != "A" else "B"),
        made() + "A",
        new_pass("t" * 32, ADA, MINE, UNTIL),
    ],
)
def test_what_others_made_is_none(token):
    with pytest.raises(Unauthenticated, match="no pass"):
        read_pass(SECRET, token, NOW)


@pytest.mark.parametrize("action", Action)
def test_it_does_nothing_but_deposit_into_one_experiment(action):
    holder = read_pass(SECRET, made(), NOW).principal
    about = table().rows[action].about

    def may(identifier: str) -> bool:
        inside = about in (About.PROJECT, About.PROPOSAL, About.SAMPLE, About.EXPERIMENT)
        thing = Resource(about, identifier, project="p" if inside else None, owner=ADA.subject)
        return decide(holder, action, thing, now=NOW).allowed

    of_page = action in (Action.DEPOSIT, Action.UPLOAD)
    assert (may(MINE), may(OTHER)) == (of_page, False)
    assert reach(holder, action, now=NOW) == Reach(frozenset(), frozenset(), None, frozenset())
