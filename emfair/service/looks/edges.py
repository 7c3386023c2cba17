"""Where the ionization edges of a sample's elements begin: the table ``edges.yaml``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from emfair.model.facts import Fact
from emfair.nxem.facts import used


class Edge(NamedTuple):
    """An edge by the name that people call it (``O K``), and where it begins, in eV."""

    name: str
    energy: float


def edges_of(symbols: Iterable[str]) -> tuple[Edge, ...]:
    """Return the main edges of some elements, the lowest first; of those the table has.

    >>> [edge.name for edge in edges_of(["Si", "O"])]
    ['Si L3', 'O K', 'Si K']
    """
    found = {
        Edge(f"{symbol} {shell}", energy)
        for symbol in symbols
        for shell, energy in _table().get(symbol, {}).items()
    }
    return tuple(sorted(found, key=lambda edge: edge.energy))


def elements_of(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Return the elements of a measurement's sample; if nobody says, those that were looked for."""
    known = used(facts)
    found = known.get("atom_types") or known.get("elements")
    return tuple(one.strip() for one in found.value_text.split(",")) if found else ()


@cache
def _table() -> dict[str, dict[str, float]]:
    text = files("emfair.service.looks").joinpath("edges.yaml").read_text("utf-8")
    rows = yaml.load(text, yaml.CSafeLoader)
    return {
        symbol: {shell: float(energy) for shell, energy in row.items()}
        for symbol, row in rows.items()
    }
