"""Which experiments an answer over the index may speak of."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from emfair.model.shown import EVERYTHING, Shown
from emfair.registry import ExperimentEdit


@dataclass(frozen=True)
class Bounds:
    """A `Sight` as a test needs it."""

    projects: frozenset[str] | None = frozenset()
    restricted: frozenset[str] | None = frozenset()
    own: str | None = None
    experiments: frozenset[str] = frozenset()


def test_where_nothing_is_hidden_there_is_nothing_to_leave_out(lab):
    lab.sealed("a.dm4")
    shown = lab.registry.experiments.shown()
    assert shown == EVERYTHING
    assert shown.is_everything


def test_an_empty_registry_hides_nothing(registry):
    assert registry.experiments.shown(Bounds()).is_everything


@pytest.fixture
def four(lab):
    """Return a registry: e-1, e-2 in steel, e-3 restricted there, e-4 in glass."""
    for number, project in enumerate(["steel", "steel", "steel", "glass"], 1):
        lab.sealed(f"{number}.dm4", title=f"T{number}", project=project)
    row = lab.registry.experiments.get("e-3")
    edit = ExperimentEdit(restricted=True)
    lab.registry.experiments.edit("e-3", row.version, edit, actor="ada@lab")
    return lab.registry


@pytest.mark.parametrize(
    ("sight", "seen"),
    [
        (Bounds(None, None), {"e-1", "e-2", "e-3", "e-4"}),
        (Bounds(None), {"e-1", "e-2", "e-4"}),
        (Bounds(), set()),
        (Bounds(frozenset({"glass"})), {"e-4"}),
        (Bounds(frozenset({"steel"})), {"e-1", "e-2"}),
        (Bounds(frozenset({"steel"}), frozenset({"steel"})), {"e-1", "e-2", "e-3"}),
        (Bounds(own="ada@lab"), {"e-1", "e-2", "e-3", "e-4"}),
        (Bounds(own="bob@lab"), set()),
        (Bounds(experiments=frozenset({"e-2", "e-3"})), {"e-2"}),
    ],
)
def test_what_is_shown_is_what_a_list_would_hold(four, sight, seen):
    shown = four.experiments.shown(sight)
    everything = {"e-1", "e-2", "e-3", "e-4"}
    named = set(shown.experiments)
    assert (everything - named if shown.all_but else named) == seen
    assert {row.id for row in four.experiments.list(visible=sight)} == seen
    assert len(named) <= 2


def test_what_is_withdrawn_nobody_sees_and_what_is_no_more_is_no_burden(lab, four):
    row = four.experiments.get("e-4")
    four.withdrawals.withdraw("e-4", row.version, actor="ada@lab", reason="wrong sample")
    lab.open("never sealed.dm4", title="T6")
    four.withdrawals.give_up("e-5", actor="ada@lab", reason="a test")
    assert four.experiments.shown() == Shown(("e-4",), all_but=True)
    own = four.experiments.shown(Bounds(frozenset({"glass"}), own="bob@lab"))
    assert own == Shown((), all_but=False)
