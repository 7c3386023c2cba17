"""What the lake has lost of a deposit comes back by the same deposit; what is spoilt is told."""

from __future__ import annotations

import pytest

from emfair.errors import BadData, FixityMismatch, NotFound
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_bytes
from emfair.model.states import ExperimentState
from emfair.service.chain.fail import fail
from emfair.service.chain.receive import receive
from emfair.service.documents import read_manifest
from tests.service.deposited import request
from tests.service.lab import damage, deposit

S = ExperimentState


def test_a_lost_file_is_put_back(services, session):
    first = deposit(services, request(session))
    lost = first.files[0]
    key = layout.raw_file(first.place, lost.path)
    services.lake.delete(key)
    again = deposit(services, request(session))
    assert again.place == first.place
    assert again.already_there
    assert again.sent == lost.size
    assert sha256_bytes(services.lake.read_bytes(key)) == lost.sha256


def test_a_file_that_changed_its_size_in_the_lake_is_told_and_not_replaced(services, session):
    first = deposit(services, request(session))
    key = layout.raw_file(first.place, first.files[0].path)
    other = b"x" * (first.files[0].size + 1)
    services.lake.put_bytes(key, other, replace=True)
    with pytest.raises(FixityMismatch, match=f"{len(other)} bytes"):
        deposit(services, request(session))
    assert services.lake.read_bytes(key) == other


def test_a_flipped_bit_that_made_the_chain_fail_is_told_until_the_file_is_put_back(lab):
    file = lab.file("test-1.dm3")
    place = lab.deposit(file).place
    key = layout.raw_file(place, file.name)
    damage(lab, key)
    with pytest.raises(FixityMismatch, match="deposit the same files again") as caught:
        receive(lab.services, place.experiment, run="test")
    fail(lab.services, place.experiment, str(caught.value))
    with pytest.raises(FixityMismatch, match=r"test-1\.dm3: the lake's copy has other bytes"):
        lab.deposit(file)
    lab.services.lake.delete(key)
    assert lab.deposit(file).sent == file.stat().st_size
    lab.process(place.experiment)
    assert lab.row(place.experiment).state is S.VALID


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_manifest_is_written_anew_and_is_what_the_chain_has_to_process(lab, times):
    file = lab.file("test-1.dm3")
    done = lab.deposit(file, description="as it was said")
    place, key = done.place, layout.manifest(done.place, 1)
    before = read_manifest(lab.services, place, 1)
    lab.process(place.experiment)
    for _ in range(times):
        lab.services.lake.delete(key)
        with pytest.raises(NotFound, match="deposit the same files again: that puts it back"):
            receive(lab.services, place.experiment, run="test")
        again = lab.deposit(file, description="as it was said")
        assert (again.already_there, again.reannotated) == (True, False)
        assert again.sent == len(lab.services.lake.read_bytes(key))
    after = read_manifest(lab.services, place, 1)
    assert after.model_copy(update={"sealed_at": before.sealed_at}) == before
    assert abs((after.sealed_at - before.sealed_at).total_seconds()) < 60
    assert [row.id for row in lab.services.registry.experiments.pending()] == [place.experiment]
    lab.process(place.experiment)
    assert lab.services.registry.experiments.pending() == ()
    assert lab.row(place.experiment).state is S.VALID
    versions = lab.services.registry.annotations.versions(place.experiment)
    assert len(versions) == times + 1
    said = [Annotations.model_validate_json(one.document) for one in versions]
    assert all(one == said[0] for one in said)
    assert "manifest was lost" in versions[0].reason


def test_a_manifest_that_is_there_is_left_as_it_is(services, session):
    place = deposit(services, request(session)).place
    content = services.lake.read_bytes(layout.manifest(place, 1))
    assert deposit(services, request(session)).sent == 0
    assert services.lake.read_bytes(layout.manifest(place, 1)) == content


def test_a_damaged_manifest_is_told_until_it_is_moved_away(services, session):
    place = deposit(services, request(session)).place
    key = layout.manifest(place, 1)
    services.lake.put_bytes(key, b"{bad", replace=True)
    with pytest.raises(BadData, match=r"is damaged.*move .* away and deposit again") as caught:
        deposit(services, request(session))
    assert caught.value.subject == key
    services.lake.delete(key)
    deposit(services, request(session))
    assert read_manifest(services, place, 1).place == place
