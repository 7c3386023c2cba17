"""Samples: what they were made from, and their barcodes."""

from __future__ import annotations

import threading

import pytest

from emfair.errors import BadCall, Conflict, NotFound
from emfair.model.nouns import ProjectCard, ProposalCard, SampleCard
from tests.registry.together import run_together


def key(name: str) -> tuple[str, str, str]:
    return ("steel", "p", name)


@pytest.fixture
def samples(registry):
    """Return a project's samples: ingot, slice, lamella, powder."""
    registry.projects.create("steel", card=ProjectCard(title="Steel"), actor="ada")
    registry.proposals.create("steel", "p", card=ProposalCard(title="P"), actor="ada")
    for name in ("ingot", "slice", "lamella", "powder"):
        registry.samples.create(*key(name), card=SampleCard(title=name), actor="ada")
    return registry.samples


def test_a_sample_knows_its_parents_and_children(registry, samples):
    for child, parent in (("slice", "ingot"), ("lamella", "slice"), ("lamella", "powder")):
        samples.derive(key(child), key(parent), actor="ada")
    assert samples.relatives(key("slice")).parents == (key("ingot"),)
    assert samples.relatives(key("slice")).children == (key("lamella"),)
    assert samples.ancestors(key("lamella")) == {
        key(name) for name in ("lamella", "slice", "ingot", "powder")
    }
    samples.derive(key("slice"), key("ingot"), actor="ada")
    assert len(registry.audit.list(action="sample-derived")) == 3


def test_a_circle_is_a_conflict_however_long(samples):
    samples.derive(key("slice"), key("ingot"), actor="ada")
    samples.derive(key("lamella"), key("slice"), actor="ada")
    for parent in ("lamella", "slice", "ingot"):
        with pytest.raises(Conflict, match="made from it"):
            samples.derive(key("ingot"), key(parent), actor="ada")


def test_two_that_would_close_a_circle_at_once_do_not(samples):
    barrier, outcomes = threading.Barrier(2), []
    pairs = [("slice", "ingot"), ("ingot", "slice")]

    def derive() -> None:
        child, parent = pairs.pop()
        barrier.wait()
        try:
            samples.derive(key(child), key(parent), actor="ada")
            outcomes.append("made")
        except Conflict:
            outcomes.append("told")

    run_together(derive, 2)
    assert sorted(outcomes) == ["made", "told"]


def test_a_derivation_can_be_taken_back(samples):
    samples.derive(key("slice"), key("ingot"), actor="ada")
    for _ in range(2):
        samples.underive(key("slice"), key("ingot"), actor="ada")
    assert samples.relatives(key("slice")).parents == ()
    samples.derive(key("ingot"), key("slice"), actor="ada")


def test_a_parent_is_there_and_in_the_same_project(samples):
    with pytest.raises(NotFound):
        samples.derive(key("slice"), key("nothing"), actor="ada")
    with pytest.raises(BadCall, match="another project"):
        samples.derive(key("slice"), ("glass", "p", "ingot"), actor="ada")


def test_a_barcode_finds_its_sample_and_no_other(samples):
    samples.label(key("slice"), " 0042-µ ", actor="ada")
    samples.label(key("slice"), "0042-µ", actor="ada")
    assert samples.barcodes(key("slice")) == ("0042-µ",)
    assert samples.by_barcode("0042-µ").key == key("slice")
    assert samples.by_barcode("unknown") is None
    with pytest.raises(Conflict, match="on the sample steel/p/slice"):
        samples.label(key("ingot"), "0042-µ", actor="ada")
    samples.unlabel(key("ingot"), "0042-µ", actor="ada")
    assert samples.by_barcode("0042-µ").key == key("slice"), "it is not on that one"
    samples.unlabel(key("slice"), "0042-µ", actor="ada")
    samples.label(key("ingot"), "0042-µ", actor="ada")
    assert samples.by_barcode("0042-µ").key == key("ingot")


def test_a_barcode_is_the_same_however_its_accents_are_composed(samples):
    composed, apart = "na\u0308h", "n\u00e4h"
    samples.label(key("slice"), composed, actor="ada")
    assert samples.by_barcode(apart).key == samples.by_barcode(composed).key == key("slice")
    samples.unlabel(key("slice"), composed, actor="ada")
    assert samples.by_barcode(apart) is None
