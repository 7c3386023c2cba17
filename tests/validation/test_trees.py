"""A kept tree gives the findings of a fresh one."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from emfair.validation import trees
from emfair.validation.validate import validate_container


@pytest.fixture
def containers(real: list[Path], tmp_path: Path) -> list[Path]:
    """Return real containers, and two that are broken."""
    broken = []
    for number, spoil in enumerate((_reversed_axes, _wrong_types)):
        path = tmp_path / f"broken-{number}.nxs"
        path.write_bytes(real[0].read_bytes())
        with h5py.File(path, "r+") as file:
            spoil(file["entry"])
        broken.append(path)
    return [*real, *broken]


def _reversed_axes(entry: h5py.Group) -> None:
    data = entry["measurement/event1/image1/image_2d"]
    data.attrs["axes"] = ["axis_i", "axis_j", "axis_q"]


def _wrong_types(entry: h5py.Group) -> None:
    del entry["start_time"]
    entry["start_time"] = "yesterday"
    entry["sample1/is_simulation"] = np.int64(3)
    entry["measurement/event1/instrument/stage1/tilt1"].attrs["units"] = "V"


def test_a_kept_tree_gives_the_findings_of_a_fresh_one_in_any_order(
    containers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "LIFE", 1)
    fresh = {path: validate_container(path) for path in containers}
    monkeypatch.setattr(trees, "LIFE", 1000)
    forwards = {path: validate_container(path) for path in containers}
    backwards = {path: validate_container(path) for path in reversed(containers)}
    assert any(fresh.values())
    assert forwards == fresh
    assert backwards == fresh


def test_a_kept_answer_is_not_given_to_another_question() -> None:
    from pynxtools.nexus import schema_resolver

    with trees.kept_trees():
        data = schema_resolver.generate_tree_from("NXdata")
        asked = [("axis", "AXISNAME"), ("signal", "DATA")] * 2
        for hint, expected in asked:
            assert data.best_child_for("energy", node_type="field", hint=hint).name == expected
        assert data.best_child_for("energy", node_type="group").nx_type == "group"


def test_a_tree_is_thrown_away_after_its_life() -> None:
    built = []
    kept = trees.Trees()
    for _ in range(2 * trees.LIFE + 1):
        kept.tree("NXem", lambda name: built.append(name) or name)
    assert built == ["NXem"] * 3
