"""Edges of a sample's elements."""

from __future__ import annotations

from emfair.model.annotations import ELEMENTS
from emfair.model.facts import Fact, Source
from emfair.service.looks.edges import _table, edges_of, elements_of
from emfair.simulate.physics.elements import elements


def fact(key, text, **more):
    return Fact(
        key=key, value_text=text, source=Source.FORM, source_path="a", raw=text,
        extractor="test", extractor_version="1", **more,
    )  # fmt: skip


def test_edges_come_in_order_and_by_the_names_that_people_use():
    assert edges_of(["Si", "Xx", "O", "O"]) == (("Si L3", 99.0), ("O K", 532.0), ("Si K", 1839.0))


def test_every_row_is_an_element_whose_edges_are_losses_and_in_order():
    for symbol, row in _table().items():
        assert symbol in ELEMENTS
        assert row
        assert list(row.values()) == sorted(row.values())
        assert all(50 <= energy <= 3000 for energy in row.values())
        assert set(row) <= {"K", "L3", "M5", "N5"}


def test_the_simulated_microscope_has_its_edges_at_the_same_energies():
    for symbol, element in elements().items():
        known = _table()[symbol]
        for shell, energy in element.edges.items():
            assert known.get(shell, energy) == energy


def test_what_is_in_the_sample_counts_before_what_was_looked_for():
    looked_for, there = fact("elements", "Fe,Co"), fact("atom_types", "Si, O")
    assert elements_of([looked_for, there]) == ("Si", "O")
    assert elements_of([looked_for]) == ("Fe", "Co")
    assert elements_of([fact("atom_types", "Si", replaced_by="form"), looked_for]) == ("Fe", "Co")
    assert elements_of([]) == ()
