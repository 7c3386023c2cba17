"""The menu of the lab: what each role finds in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emfair.identity.referees import referee
from emfair.service.access import Access
from tests.ui_streamlit.lab import ADMIN, STEWARD, access
from ui_streamlit.components import links
from ui_streamlit.lab import closed_to, in_menu

EVERYONE = {links.LAKE}
KNOWN = EVERYONE | {links.DASHBOARD, links.INSTRUMENTS, links.PEOPLE}


@pytest.mark.parametrize(
    ("groups", "pages"),
    [
        ((), KNOWN),
        (("emfair-project-steel-owner",), KNOWN),
        ((STEWARD,), KNOWN | {links.AUDIT}),
        ((ADMIN,), KNOWN | {links.AUDIT}),
    ],
)
def test_each_finds_what_they_may_open(lab, groups, pages):
    assert set(in_menu(access(lab, "ada", *groups))) == pages


def test_what_is_nothing_for_a_referee_is_not_in_the_menu(lab):
    until = lab.now() + timedelta(days=1)
    principal, granted = referee("r-1", "steel", None, until)
    closed = closed_to(Access(lab, principal, (granted,)))
    assert closed == {links.DEPOSIT, links.DISCOVER, links.SQL}
    assert closed_to(access(lab, "ada")) == frozenset()


def test_a_referee_and_a_stranger_find_neither_people_nor_the_dashboard(lab):
    until = lab.now() + timedelta(days=1)
    principal, granted = referee("r-1", "steel", None, until)
    assert set(in_menu(Access(lab, principal, (granted,)))) == EVERYONE
    assert set(in_menu(Access(lab, None))) == EVERYONE
