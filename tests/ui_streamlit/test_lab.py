"""The menu of the lab: what each role finds in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emfair.identity.referees import referee
from emfair.service.access import Access
from tests.ui_streamlit.lab import ADMIN, STEWARD, access, open_lab
from ui_streamlit.components import links
from ui_streamlit.lab import closed_to, in_menu

EVERYONE = {links.LAKE}
KNOWN = EVERYONE | {links.DASHBOARD, links.INSTRUMENTS, links.PEOPLE}


@pytest.fixture
def services(tmp_path):
    with open_lab(tmp_path / "home") as opened:
        yield opened


@pytest.mark.parametrize(
    ("groups", "pages"),
    [
        ((), KNOWN),
        (("emfair-project-steel-owner",), KNOWN),
        ((STEWARD,), KNOWN | {links.AUDIT}),
        ((ADMIN,), KNOWN | {links.AUDIT}),
    ],
)
def test_each_finds_what_they_may_open(services, groups, pages):
    assert set(in_menu(access(services, "ada", *groups))) == pages


def test_what_is_nothing_for_a_referee_is_not_in_the_menu(services):
    until = services.now() + timedelta(days=1)
    principal, granted = referee("r-1", "steel", None, until)
    closed = closed_to(Access(services, principal, (granted,)))
    assert closed == {links.DEPOSIT, links.DISCOVER, links.SQL}
    assert closed_to(access(services, "ada")) == frozenset()


def test_a_referee_and_a_stranger_find_neither_people_nor_the_dashboard(services):
    until = services.now() + timedelta(days=1)
    principal, granted = referee("r-1", "steel", None, until)
    assert set(in_menu(Access(services, principal, (granted,)))) == EVERYONE
    assert set(in_menu(Access(services, None))) == EVERYONE
