"""What of the lake may be taken away as a whole; levels and objects are tried over the API."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emfair.errors import BadName, NotFound
from emfair.model.deposits import Whereto
from emfair.service import deposits, lake_view
from emfair.service.holdings import Branch, Part
from tests.service.lab import someone
from tests.service.nouns.logins import access

PLACE = "project=p/proposal=q/sample=s"


def test_a_path_names_a_level_or_something_within_one():
    assert lake_view.branch(PLACE) == Branch(("p", "q", "s"))
    assert lake_view.branch(f"{PLACE}/experiment=e-1/") == Branch(("p", "q", "s", "e-1"))
    assert lake_view.branch("") is None
    assert lake_view.branch(f"{PLACE}/experiment=e-1/raw") is None
    for wrong, error in (("x=p", NotFound), ("project=..", NotFound), ("../x", BadName)):
        with pytest.raises(error):
            lake_view.branch(wrong)


def test_parts_are_those_that_one_may_download(services, sealed):
    branch = lake_view.branch(f"{PLACE}/experiment={sealed.experiment}")
    assert lake_view.parts(someone(services), branch) == tuple(Part)
    assert lake_view.parts(access(services, "eve"), branch) == ()
    assert lake_view.parts(access(services, "eve"), Branch(("p",))) == tuple(Part)
    root = access(services, "root", "emfair-admin")
    reader = replace(root, principal=replace(root.known, scopes=frozenset({"read"})))
    assert lake_view.parts(reader, branch) == ()


def test_what_is_not_sealed_has_no_parts(services):
    row = deposits.draft(someone(services), Whereto("p", "q", "s", "Night"))
    branch = Branch((row.project, row.proposal, row.sample, row.id))
    assert lake_view.parts(someone(services), branch) == ()


def test_a_level_tells_the_titles_of_the_way_down(services, sealed):
    me, steps = someone(services), f"{PLACE}/experiment={sealed.experiment}/raw".split("/")
    levels = ["/".join(steps[:depth]) for depth in range(len(steps) + 1)]
    titles = [lake_view.level(me, level).way for level in levels]
    full = ("P", "Q", "S", "a b.dm3")
    assert titles == [(), full[:1], full[:2], full[:3], full, full]
