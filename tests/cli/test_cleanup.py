"""``emfair cleanup``: what nobody finishes, said and done by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from emfair.model.deposits import Whereto
from emfair.service import deposits
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.service.lab import someone

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def forgotten(home: Path) -> str:
    """Make a draft that nobody has touched since last year."""
    with open_services(read_settings(home=home), now=lambda: LONG_AGO) as services:
        return deposits.draft(someone(services), Whereto("P", "Q", "S", "night")).id


def test_where_nothing_is_left_it_says_so(emfair):
    assert emfair("cleanup").out == "There is nothing to clean away.\n"
    assert emfair("cleanup", "--json").json == []


def test_a_dry_run_says_what_would_be_done_and_the_run_does_it(emfair, home):
    draft = forgotten(home)
    said = emfair("cleanup", "--dry-run")
    assert said.code == 0
    assert "Would be cleaned away" in said.out
    assert draft in said.out
    (done,) = emfair("cleanup", "--json").json
    assert done == {
        "what": "deposit",
        "subject": draft,
        "why": "nobody has touched it for 14 days",
        "problem": "",
    }
    assert emfair("cleanup", "--json").json == []
