"""A server as a depository: every lake behind a real server, whole, again, one by one."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from emfair.client.collect import collect, describe
from emfair.client.engine import DepositProgress, deposit
from emfair.client.http import Client
from emfair.errors import BadName, BadSetting, Conflict, FixityMismatch, NotFound, Outdated
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import sha256_file
from emfair.model.deposits import Whereto
from emfair.model.states import ExperimentState
from emfair.service.documents import read_manifest
from tests.client.conftest import Served, request
from tests.client.gate import PART, Rule
from tests.lake.conftest import STORES
from tests.service.deposited import NOTES, OTHER
from tests.service.lab import deposit as deposit_locally

WHERETO = Whereto("Minerals", "2026-A", "Lamella", "Grain boundaries")


def ignore(_: int) -> None:
    """Hear nothing."""


def described(folder):
    return [(file.path, describe(file, ignore)) for file in collect([folder])]


def check_sealed(served: Served, experiment: str, folder) -> None:
    """Check that what lies in the lake is what lies in `folder`."""
    services = served.services
    row = services.registry.experiments.get(experiment)
    assert row.state is ExperimentState.SEALED
    manifest = read_manifest(services, row.place, 1)
    here = {file.name: file.path for file in collect([folder])}
    assert {file.name for file in manifest.files} == here.keys()
    for file in manifest.files:
        assert file.sha256 == sha256_file(here[file.name])
        stored = services.lake.read_bytes(layout.raw_file(row.place, file.path))
        assert stored == here[file.name].read_bytes()


def test_a_deposit_arrives_whole_and_again_is_the_same(served_anywhere, session):
    with served_anywhere.client() as client:
        done = deposit(client, request(session))
        check_sealed(served_anywhere, done.place.experiment, session)
        served_anywhere.gate.came.clear()
        again = deposit(client, request(session))
    assert (again.place, again.already_there, again.sent) == (done.place, True, 0)
    assert not served_anywhere.gate.asked("PUT", ".*")
    assert not served_anywhere.gate.asked("POST", PART)


def test_bytes_for_an_object_store_do_not_pass_through_the_server(served_anywhere, session):
    with served_anywhere.client() as client:
        deposit(client, request(session))
    gate = served_anywhere.gate
    on_s3 = served_anywhere.services.lake.url.startswith("s3:")
    assert len(gate.asked("PUT", PART)) == (0 if on_s3 else 6)
    assert len(gate.asked("POST", PART)) in ([6] if on_s3 else range(1, 5)), "asked until known"


def test_files_that_come_one_by_one_are_one_deposit(served_anywhere, session):
    with served_anywhere.client() as client:
        experiment = client.draft(WHERETO)
        assert client.state(experiment).state is ExperimentState.DRAFT
        for pair in described(session):
            client.add(experiment, [pair], ignore)
        served_anywhere.gate.came.clear()
        told: list[int] = []
        client.add(experiment, described(session), told.append)
        assert sum(told) == sum(file.size for _, file in described(session))
        assert not served_anywhere.gate.asked("POST", PART)
        client.seal(experiment)
        client.seal(experiment)
        standing = client.state(experiment)
    assert (standing.state, standing.processed) == (ExperimentState.SEALED, False)
    check_sealed(served_anywhere, experiment, session)


def test_what_the_engine_does_here_it_does_there(served, client, session):
    there = deposit(client, request(session))
    here = deposit_locally(served.services, request(session))
    assert here.already_there
    assert here.place == there.place


def test_progress_hears_of_every_byte_once(client, session):
    told = {"total": 0, "hashed": 0, "sent": 0}

    def count(name: str):
        return lambda size: told.update({name: told[name] + size})

    deposit(client, request(session), DepositProgress(*map(count, told)))
    assert told["total"] == told["hashed"] == told["sent"] > 0


def test_a_thousand_small_files_arrive(served, client, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(1000):
        (folder / f"{number:04}.tif").write_bytes(b"tile %d" % number)
    done = deposit(client, request(folder))
    check_sealed(served, done.place.experiment, folder)
    assert len(served.gate.came) < 2 * 1000 + 50, "two requests for each, and few more"


def test_words_go_with_the_files_and_other_words_are_a_new_version(served, client, session):
    first = replace(request(session), annotations=NOTES)
    done = deposit(client, first)
    place = done.place
    assert client.annotations(place.experiment) == (NOTES, 1)
    check_sealed(served, place.experiment, session)
    again = deposit(client, replace(first, annotations=OTHER))
    assert (again.place, again.already_there, again.reannotated) == (place, True, True)
    assert client.annotations(place.experiment) == (OTHER, 2)
    (version, *_) = served.services.registry.annotations.versions(place.experiment)
    assert version.reason == "deposited again with other annotations"


def test_words_that_someone_else_has_changed_are_told(served, client, session):
    experiment = client.draft(WHERETO)
    assert client.annotations(experiment) == (Annotations(), 0)
    path = f"/api/v1/experiments/{experiment}/annotations"
    served.gate.rules.append(Rule("PUT", path, cut=True))
    client.annotate(experiment, NOTES, expected_version=0, reason="an answer was lost")
    with pytest.raises(Outdated):
        client.annotate(experiment, OTHER, expected_version=0, reason="too late")
    client.annotate(experiment, OTHER, expected_version=1, reason="in time")
    assert client.annotations(experiment) == (OTHER, 2)


@pytest.mark.parametrize("times", [1, 2])
def test_a_part_that_is_damaged_on_its_way_is_sent_again(served, client, session, times):
    served.gate.rules.append(Rule("PUT", PART, times=times, damaged=True))
    done = deposit(client, request(session / "big.raw"))
    check_sealed(served, done.place.experiment, session / "big.raw")
    replacing = [one for one in served.gate.came if "if-match" in one.headers]
    assert len(replacing) == times


def test_a_way_that_damages_all_that_passes_is_told_and_mended_later(served, client, session):
    served.gate.rules.append(Rule("PUT", PART, times=10**6, damaged=True))
    with pytest.raises(FixityMismatch, match="other bytes arrived"):
        deposit(client, request(session / "big.raw"))
    served.gate.rules.clear()
    done = deposit(client, request(session / "big.raw"))
    check_sealed(served, done.place.experiment, session / "big.raw")


def test_a_lost_answer_makes_no_second_experiment(served, client):
    served.gate.rules.append(Rule("POST", "/api/v1/experiments", cut=True))
    experiment = client.draft(WHERETO)
    rows = served.services.registry.experiments.list(limit=10)
    assert [row.id for row in rows] == [experiment]


def test_a_file_with_other_bytes_is_taken_once_the_first_is_out(served, client, session):
    experiment = client.draft(WHERETO)
    client.add(experiment, described(session / "big.raw"), ignore)
    (session / "big.raw").write_bytes(b"written anew")
    with pytest.raises(Conflict, match="other bytes"):
        client.add(experiment, described(session / "big.raw"), ignore)
    client.remove(experiment, "big.raw")
    client.remove(experiment, "big.raw")
    client.add(experiment, described(session / "big.raw"), ignore)
    client.seal(experiment)
    check_sealed(served, experiment, session / "big.raw")


def test_what_the_server_raises_is_raised_here(client, session):
    with pytest.raises(NotFound) as caught:
        client.state("e-20260122-aaaaaaaa")
    assert caught.value.subject == "e-20260122-aaaaaaaa"
    assert caught.value.remedy
    experiment = client.draft(WHERETO)
    with pytest.raises(Conflict):
        client.seal(experiment)
    (path, file), *_ = described(session / "big.raw")
    client.add(experiment, [(path, file)], ignore)
    with pytest.raises(BadName):
        client.add(experiment, [(path, file.model_copy(update={"name": "BIG.RAW"}))], ignore)


@pytest.mark.parametrize(  # moto checks no MD5
    "kind",
    ["local", "memory", "ceph"],
    indirect=True,
)
def test_a_file_that_changes_while_it_is_sent_is_named_and_never_sealed(served_anywhere, session):
    big = session / "big.raw"

    def write() -> None:
        with big.open("r+b") as stream:
            stream.seek(20 << 20)
            stream.write(b"the microscope writes on")

    served_anywhere.gate.rules.append(Rule("POST", PART, before=write))
    with served_anywhere.client() as client, pytest.raises(FixityMismatch):
        deposit(client, request(big))
    (row,) = served_anywhere.services.registry.experiments.list(limit=10)
    assert row.state is ExperimentState.UPLOADING


@pytest.mark.parametrize("content", [b"shorter", b"x" * (17 << 20), os.urandom(17 * (1 << 20) + 5)])
def test_a_file_that_is_not_as_described_is_refused(served_anywhere, session, content):
    with served_anywhere.client() as client:
        experiment = client.draft(WHERETO)
        pairs = described(session / "big.raw")
        (session / "big.raw").write_bytes(content)
        with pytest.raises(FixityMismatch):
            client.add(experiment, pairs, ignore)
        with pytest.raises(Conflict):
            client.seal(experiment)


def test_a_file_that_is_gone_is_named(client, session):
    experiment = client.draft(WHERETO)
    pairs = described(session / "big.raw")
    (session / "big.raw").unlink()
    with pytest.raises(Exception, match=r"big\.raw: cannot be read"):
        client.add(experiment, pairs, ignore)


@pytest.mark.parametrize("kind", ["local", "memory", STORES[1]], indirect=True)
def test_clients_that_deposit_the_same_at_once_are_one(served_anywhere, session):
    """Not over moto, which answers 500 (KeyError) to who completes what another completes."""
    start = threading.Barrier(3)

    def one(_: int) -> str:
        with served_anywhere.client() as client:
            start.wait()
            return deposit(client, request(session)).place.experiment

    with ThreadPoolExecutor(3) as pool:
        found = set(pool.map(one, range(3)))
    (experiment,) = found
    check_sealed(served_anywhere, experiment, session)


def test_whoever_is_overtaken_by_another_sender_is_done(served, client, session):
    """The other seals between this one's question what is missing and its first part."""

    def other_first() -> None:
        deposit_locally(served.services, request(session))

    served.gate.rules.append(Rule("PUT", PART, before=other_first))
    told: list[int] = []
    done = deposit(client, request(session), DepositProgress(sent=told.append))
    check_sealed(served, done.place.experiment, session)
    assert sum(told) == sum(file.size for file in done.files)


@pytest.mark.parametrize(
    "address",
    ["http://emfair.example.org", "ftp://127.0.0.1", "emfair.example.org", "", "https://a@b"],
)
def test_an_address_that_others_could_read_or_forge_is_refused(address):
    with pytest.raises(BadSetting, match=r"https://"):
        Client(address)


def test_an_address_may_end_in_a_slash_or_in_the_apis_path(served):
    for end in ("/", "/api/v1", "/api/v1/"):
        with Client(served.url + end) as client:
            assert client.locate("e-1") == f"{served.url}/api/v1/experiments/e-1"
            assert client.draft(WHERETO)
