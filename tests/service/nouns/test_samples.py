"""Samples, as any face finds, labels and relates them."""

from __future__ import annotations

import pytest

from emfair.errors import BadAnnotations, Conflict, NotFound
from emfair.identity.table import Action
from emfair.model.nouns import ProjectCard, ProposalCard, SampleCard
from emfair.service.access import Granted
from emfair.service.nouns import samples
from tests.service.nouns.logins import access


@pytest.fixture
def steel(services):
    """Return the registry with a project and a proposal of ada's, and three samples."""
    registry, ada = services.registry, access(services, "ada").subject
    registry.projects.create("steel", card=ProjectCard(title="Steel"), actor=ada)
    registry.proposals.create("steel", "p", card=ProposalCard(title="P"), actor=ada)
    for name in ("ingot", "slice", "powder"):
        registry.samples.create("steel", "p", name, card=SampleCard(title=name), actor=ada)
    return registry


def editing(services, name, who="ada"):
    someone = access(services, who)
    return Granted(someone, someone.sample(Action.EDIT_SAMPLE, ("steel", "p", name)))


def test_a_thickness_is_a_length(services, steel):
    card = SampleCard(title="S", thickness="80 nm")
    row = samples.edit_sample(editing(services, "slice"), card, expected_version=1)
    assert row.card.thickness == "80 nm"
    for wrong in ("80", "80 kV", "thin"):
        card = SampleCard(title="S", thickness=wrong)
        with pytest.raises(BadAnnotations) as told:
            samples.edit_sample(editing(services, "slice"), card, expected_version=2)
        assert told.value.subject == "sample.thickness"


def test_a_parent_must_be_seen(services, steel):
    child = editing(services, "slice")
    samples.derive(child, ("steel", "p", "ingot"))
    assert [row.id for row in samples.family(child).parents] == ["ingot"]
    with pytest.raises(NotFound):
        samples.derive(child, ("steel", "p", "none"))
    with pytest.raises(Conflict):
        samples.derive(editing(services, "ingot"), ("steel", "p", "slice"))


def test_a_barcode_finds_only_what_may_be_seen(services, steel):
    samples.label(editing(services, "slice"), "0042")
    samples.label(editing(services, "slice"), "0042")
    assert samples.by_barcode(access(services, "ada"), "0042").id == "slice"
    for text in ("0042", "0043"):
        with pytest.raises(NotFound) as told:
            samples.by_barcode(access(services, "eve"), text)
        assert told.value.subject == text
    with pytest.raises(Conflict, match="steel/p/slice"):
        samples.label(editing(services, "ingot"), "0042")


def test_samples_of_a_proposal_that_may_not_be_seen_are_not_there(services, steel):
    listed = samples.samples(access(services, "ada"), "steel", "p").rows
    assert {row.id for row in listed} == {"ingot", "slice", "powder"}
    for proposal in ("p", "none"):
        with pytest.raises(NotFound):
            samples.samples(access(services, "eve"), "steel", proposal)
