"""A deposit can be repeated, cut short and raced: it is one experiment, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from emfair.client.engine import DepositProgress
from emfair.errors import BadCall, FixityMismatch, Unavailable
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json
from emfair.model.manifest import Depositor
from emfair.model.states import ExperimentState
from emfair.service.documents import read_manifest
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.service.deposited import (
    NOTES,
    OTHER,
    check_whole,
    experiments,
    outbox,
    request,
    with_lake,
)
from tests.service.lab import deposit
from tests.service.stores import Countdown, Killed, Tapped


def test_a_deposit_puts_files_manifest_and_annotations_into_the_lake(services, session):
    done = deposit(services, request(session))
    assert (done.already_there, done.reannotated) == (False, False)
    assert done.sent == sum(path.stat().st_size for path in session.iterdir())
    manifest = check_whole(services, done.place, session, NOTES)
    assert manifest.deposited_by == Depositor(subject="local:ada", name="ada")
    assert manifest.titles.experiment == "session"
    assert manifest.place.project == "minerals"
    assert outbox(services) == [
        ("deposit-sealed", services.registry.experiments.get(done.place.experiment).run_key)
    ]


def test_the_same_deposit_again_is_the_same_experiment(services, session):
    first = deposit(services, request(session))
    again = deposit(services, request(session))
    assert again == replace(first, already_there=True, sent=0)
    assert len(experiments(services)) == 1
    assert len(outbox(services)) == 1


def test_progress_reaches_the_total_for_a_deposit_that_resumes_too(services, session):
    cut = Countdown(1)
    with pytest.raises(Killed):
        deposit(with_lake(services, Tapped(services.lake, before=cut)), request(session))
    told = {"total": 0, "hashed": 0, "sent": 0}

    def count(name: str):
        return lambda size: told.update({name: told[name] + size})

    deposit(services, request(session), DepositProgress(*map(count, told)))
    assert told["total"] == told["hashed"] == told["sent"] > 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_any_point_leaves_what_the_same_command_completes(services, session, when):
    number = 0
    while True:
        sample = f"Sample {number}"
        cut = Countdown(number)
        with suppress(Killed):
            deposit(
                with_lake(services, Tapped(services.lake, **{when: cut})),
                request(session, sample=sample),
            )
        known = set(experiments(services))
        done = deposit(services, request(session, sample=sample))
        manifest = check_whole(services, done.place, session, NOTES)
        assert len(set(experiments(services)) - known) <= (number == 0 and when == "before")
        assert manifest.titles.sample == sample
        assert len(experiments(services)) == number + 1
        assert len(outbox(services)) == number + 1
        if not cut.fired:
            break
        number += 1
    assert number >= 5, "three files, a manifest and an annotation document at least"


def test_a_manifest_written_before_a_kill_is_the_one_that_seals(services, session):
    written: list[bytes] = []

    def die_after_manifest(name: str, key: str) -> None:
        if "manifest-" in key and name == "put_bytes":
            written.append(services.lake.read_bytes(key))
            raise Killed

    with pytest.raises(Killed):
        deposit(
            with_lake(services, Tapped(services.lake, after=die_after_manifest)), request(session)
        )
    (session / "a.dm3").touch()  # another time of change, the same bytes
    done = deposit(services, request(session))
    assert services.lake.read_bytes(layout.manifest(done.place, 1)) == written[0]


def test_an_unavailable_lake_is_told_and_the_next_attempt_goes_on(services, session):
    sick = Countdown(2, lambda: Unavailable("gone.", remedy="Wait."))
    with pytest.raises(Unavailable):
        deposit(with_lake(services, Tapped(services.lake, before=sick)), request(session))
    done = deposit(services, request(session))
    assert 0 < done.sent < sum(path.stat().st_size for path in session.iterdir())
    check_whole(services, done.place, session, NOTES)


def test_a_file_that_changes_while_it_is_sent_is_named_and_never_sealed(services, session):
    def write(name: str, key: str) -> None:
        if key.endswith("b.dm3"):
            (session / "b.dm3").write_bytes(b"still being written ..")

    with pytest.raises(FixityMismatch, match=r"b\.dm3"):
        deposit(with_lake(services, Tapped(services.lake, before=write)), request(session))
    assert outbox(services) == []
    done = deposit(services, request(session))
    check_whole(services, done.place, session, NOTES)
    states = services.registry.standings.counts()
    assert (states[ExperimentState.SEALED], states[ExperimentState.UPLOADING]) == (1, 1)


def test_two_deposits_at_once_are_one_and_the_later_words_are_not_lost(services, session):
    """The other finishes between this one's last file and its manifest."""
    others: list[str] = []

    def other_first(name: str, key: str) -> None:
        if "manifest-" in key and name == "put_bytes" and not others:
            others.append(deposit(services, request(session)).place.experiment)

    done = deposit(
        with_lake(services, Tapped(services.lake, before=other_first)),
        request(session, notes=OTHER),
    )
    assert others == [done.place.experiment]
    assert experiments(services) == others
    check_whole(services, done.place, session, OTHER)


def test_threads_that_deposit_the_same_at_once_share_one_experiment(services, session):
    found: list[str] = []
    start = threading.Barrier(4)

    def one() -> None:
        start.wait()
        found.append(deposit(services, request(session)).place.experiment)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(outbox(services)) == 1


def test_processes_that_deposit_the_same_at_once_share_one_experiment(tmp_path, session):
    home = tmp_path / "shared"
    command = [
        str(Path(sys.executable).with_name("emfair")), "deposit", str(session), "--project", "P",
        "--proposal", "Q", "--sample", "S", "--json",
    ]  # fmt: skip
    environment = {"EMFAIR_HOME": str(home), "PATH": "", "HOME": str(tmp_path)}
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], answers
    assert len({json.loads(answer)["experiment"] for answer, _ in answers}) == 1


def test_another_title_is_another_experiment(services, session):
    one = deposit(services, request(session))
    other = deposit(services, replace(request(session), title="The same, seen anew"))
    assert one.place.experiment != other.place.experiment


@pytest.mark.parametrize(
    ("paths", "title"),
    [(["a.dm3"], "a.dm3"), (["."], "session"), (["a.dm3", "b.dm3"], "a.dm3 and 1 more")],
)
def test_a_deposit_without_title_is_called_by_its_files(services, session, paths, title):
    done = deposit(services, request(*(session / path for path in paths)))
    assert done.titles.experiment == title


def test_a_title_in_the_annotations_is_the_experiments(services, session):
    done = deposit(services, request(session, notes=Annotations(title="Grain boundaries")))
    assert done.titles.experiment == "Grain boundaries"


@pytest.mark.parametrize("title", ["", "  ", "\u200b"])
def test_a_project_that_cannot_be_seen_is_refused_before_anything_is_stored(
    services, session, title
):
    with pytest.raises(BadCall, match=r"1 to 500 characters|no character that can be seen"):
        deposit(services, replace(request(session), project=title))
    assert experiments(services) == []
    assert list(services.lake.list("")) == []


@pytest.mark.parametrize("title", ["🔬", "/", "项目"])
def test_a_project_without_a_latin_letter_is_one_like_others(services, session, title):
    done = deposit(services, replace(request(session), project=title))
    assert done.titles.project == title
    assert deposit(services, replace(request(session), project=title)).place == done.place


def test_a_title_that_no_database_takes_is_refused(services, session):
    with pytest.raises(BadCall):
        deposit(services, replace(request(session), title="x" * 501))
    assert list(services.lake.list("")) == []


def test_a_manifest_in_the_lake_is_canonical_json(services, session):
    place = deposit(services, request(session)).place
    content = services.lake.read_bytes(layout.manifest(place, 1))
    assert content == canonical_json(json.loads(content))


def test_the_raw_files_of_a_local_lake_cannot_be_written(tmp_path, session):
    with open_services(read_settings(home=tmp_path / "home")) as services:
        place = deposit(services, request(session)).place
        for file in read_manifest(services, place, 1).files:
            path = Path(services.lake.locate(layout.raw_file(place, file.path)))
            assert path.stat().st_mode & 0o222 == 0
