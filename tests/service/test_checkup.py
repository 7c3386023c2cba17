"""The preflight check of the index: the other stores' are in the doctor's tests."""

from emfair.catalogue import pointer
from emfair.lake import layout
from emfair.service.checkup import Checked, check_up
from tests.service.lab import Lab


def index_of(lab: Lab) -> Checked:
    (found,) = [one for one in check_up(lab.services.settings) if one.what == "index"]
    return found


def test_an_index_is_fine_before_and_after_the_first_experiment(lab):
    assert index_of(lab).fine
    assert "empty" in index_of(lab).found
    lab.process(lab.deposit(lab.file("test-1.dm3")).place.experiment)
    assert index_of(lab).fine
    assert "state 1" in index_of(lab).found


def test_a_damaged_pointer_is_found(lab):
    lab.services.lake.put_bytes(pointer.CURRENT, b"{bad")
    found = index_of(lab)
    assert not found.fine
    assert pointer.CURRENT in found.found
    assert pointer.HISTORY in found.remedy


def test_a_table_that_is_lost_or_damaged_is_found(lab):
    lab.process(lab.deposit(lab.file("test-1.dm3")).place.experiment)
    (path,) = lab.services.index.files()["facts"]
    path.chmod(0o644)
    path.write_bytes(b"no table")
    found = index_of(lab)
    assert not found.fine
    assert found.remedy
    for one in list(lab.services.lake.list(f"{layout.INDEX}/tables/")):
        lab.services.lake.delete(one.key)
    found = index_of(lab)
    assert not found.fine
    assert found.remedy
