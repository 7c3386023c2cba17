"""Every simulated file is read by emfair's own readers, and becomes a valid container."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.errors import UnreadableFile
from emfair.model.annotations import Annotations
from emfair.model.findings import Severity
from emfair.nxem.facts import used
from emfair.service.conversion import convert_files
from emfair.simulate.sessions import sessions
from emfair.simulate.truth import form, told
from emfair.units import convert, pint_unit
from emfair.validation.validate import validate_container
from emfair.vendor.read import read_signals
from tests.simulate.made import ALL, label

# RosettaSciIO's TIFF and EMD readers leave their files to the garbage collector to close; it opens
# .zspy with a kind of store that zarr will lose.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:The NestedDirectoryStore:FutureWarning"),
]
ALLOWED = {Severity.RECOMMENDED, Severity.NOTE}


@pytest.fixture(scope="module")
def converted(made, tmp_path_factory):
    """Return what each acquisition became, converted as a person would convert its session."""
    found = {}
    for name in ("tem", "sem", "tilt"):
        done = [one for one in made.report.done if one.session == name]
        notes = Annotations.model_validate(form(sessions()[name], done))
        out = tmp_path_factory.mktemp(name)
        folder = made.root / sessions()[name].folder
        by_primary = {one.primary.name: label(one) for one in done}
        for _, _, outcome in convert_files([folder], out, notes):
            found[by_primary[outcome.file.rpartition("/")[2]]] = outcome
    return found


def test_the_list_of_acquisitions_is_all_that_is_simulated(made):
    assert [label(one) for one in made.report.done] == ALL


@pytest.mark.parametrize("which", ALL)
def test_a_file_gives_back_the_array_and_its_axes(made, which):
    one = made.one(which)
    (signal,) = read_signals(one.primary)
    true = one.acquisition
    pieces = np.concatenate([piece.reshape(-1) for piece in true.pieces()])
    assert signal.data.shape == true.shape
    assert np.array_equal(np.asarray(signal.data).reshape(-1), pieces)
    for read, axis in zip(signal.axes, true.axes, strict=True):
        same_kind = axis.unit if one.format != "blockfile" or axis.unit == "nm" else "cm"
        assert read.size == axis.size
        if same_kind == axis.unit and axis.unit:
            scale = convert(read.scale, pint_unit(read.unit) or "", pint_unit(axis.unit) or "")
            assert scale == pytest.approx(axis.scale, rel=1e-4)


@pytest.mark.parametrize("which", ALL)
def test_a_file_becomes_one_container_without_anything_to_mend(converted, which):
    outcome = converted[which]
    ((path, _),) = outcome.containers
    assert outcome.findings == ()
    assert [f for f in validate_container(path) if f.severity not in ALLOWED] == []


@pytest.mark.parametrize("which", ALL)
def test_what_a_file_tells_is_what_was_true(made, converted, which):
    one = made.one(which)
    ((_, measurement),) = converted[which].containers
    facts = used(measurement.facts)
    true = told(one.acquisition, one.format)
    assert true
    for key, value in true.items():
        fact = facts[key]
        assert (fact.value_text if isinstance(value, str) else fact.value_num) == (
            value if isinstance(value, str) else pytest.approx(value, rel=1e-4, abs=1e-9)
        )
    assert facts["start_time"].value_text == one.acquisition.start.isoformat()
    if "technique" in facts:
        assert facts["technique"].value_text in (one.acquisition.technique, "EDS")


@pytest.mark.parametrize("which", ["tem/hspy/005", "tem/zspy/006", "tem/hspy/010"])
def test_hyperspys_files_tell_when_they_began_with_an_offset(made, which):
    one = made.one(which)
    (signal,) = read_signals(one.primary)
    general = signal.metadata["General"]
    said = f"{general['date']}T{general['time']}{general['time_zone']}"
    assert said == one.acquisition.start.isoformat()


def test_a_map_without_its_array_is_missing_a_companion(made, tmp_path):
    one = made.one("tem/ripple/007")
    lonely = tmp_path / one.primary.name
    lonely.write_bytes(one.primary.read_bytes())
    with pytest.raises(UnreadableFile, match=r"without .*\.raw"):
        read_signals(lonely)
