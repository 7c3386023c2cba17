"""``emfair deposit``: what it answers, what it refuses, and waiting for the verdict."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from emfair.errors import FixityMismatch
from emfair.lake import layout
from emfair.model.states import ExperimentState
from emfair.service.chain.fail import fail
from emfair.service.chain.receive import receive
from emfair.service.processing import open_chain
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.cli.test_program import SCRIPT
from tests.client.conftest import Served, open_served
from tests.client.gate import Rule
from tests.services.held import free_port


def test_a_deposit_answers_with_its_identifier_and_again_with_the_same(emfair, image, notes, place):
    first = emfair("deposit", image, *place, "--annotations", notes, "--json")
    again = emfair("deposit", image, *place, "--annotations", notes, "--json")
    assert (first.code, again.code) == (0, 0)
    assert first.json["experiment"] == again.json["experiment"]
    assert (first.json["already_there"], again.json["already_there"]) == (False, True)
    assert (first.json["files"], first.json["bytes"]) == (1, image.stat().st_size)
    assert (first.json["state"], again.json["sent"]) == ("sealed", 0)
    assert Path(first.json["where"]).is_dir()


def test_a_deposit_tells_a_person_what_to_do_next(emfair, image, notes, place):
    said = emfair("deposit", image, *place, "--title", "[bold]not markup", "-a", notes)
    assert "Deposited 1 file" in said.out
    assert "[bold]not markup" in said.out
    assert "emfair process --pending" in said.out
    assert "Nothing to do" in emfair("deposit", image, *place, "--title", "[bold]not markup").out


def test_other_annotations_are_said(emfair, image, notes, place):
    emfair("deposit", image, *place)
    said = emfair("deposit", image, *place, "-a", notes)
    assert "the annotations are new" in said.out
    assert "Next: " in said.out
    assert "Next: " in emfair("deposit", image, *place, "-a", notes).out
    emfair("process", "--pending")
    assert "Next: " not in emfair("deposit", image, *place, "-a", notes).out


def test_the_same_files_are_no_success_while_processing_them_has_failed(emfair, home, image, place):
    experiment = emfair("deposit", image, *place, "--json").json["experiment"]
    with open_services(read_settings(home=home)) as services:
        services.registry.experiments.set_state(experiment, ExperimentState.PROCESSING)
        fail(services, experiment, "the reader could not be started.")
    said, told = (emfair("deposit", image, *place, *more) for more in ((), ("--json",)))
    assert (said.code, told.code) == (1, 1)
    assert "processing them has failed" in said.out
    assert "the reader could not be started" in said.out
    assert (told.json["state"], told.json["sent"]) == ("failed", 0)


def test_a_lost_file_is_put_back_and_waits_for_its_processing(emfair, home, image, place):
    experiment = emfair("deposit", image, *place, "--json").json["experiment"]
    with open_services(read_settings(home=home)) as services:
        row = services.registry.experiments.get(experiment)
        services.lake.delete(layout.raw_file(row.place, image.name))
        with pytest.raises(FixityMismatch) as caught:
            receive(services, experiment, run="test")
        fail(services, experiment, str(caught.value))
    said = emfair("deposit", image, *place)
    assert said.code == 0
    assert "they are put back" in said.out
    assert "sealed" in said.out
    assert emfair("process", "--pending").code == 0


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("ac", "1 of these 2 files lies already in "),
        ("abc", "2 of these 3 files lie already in "),
        ("ab", "All 2 files lie already in "),
        ("b", "This file lies already in "),
        ("c", ""),
        ("0c", ""),
    ],
)
def test_files_that_lie_in_another_experiment_are_told_of(emfair, tmp_path, place, names, words):
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode() * 100)
    (tmp_path / "0").touch()
    held = emfair("deposit", *(tmp_path / name for name in "ab0"), *place, "--json").json
    call = ("deposit", *(tmp_path / name for name in names), *place, "--title", "another")
    said = emfair(*call).out
    told = f"{words}{held['experiment']}; this is another experiment."
    assert told in said if words else "another experiment" not in said
    assert "another experiment" not in emfair(*call).out


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_interrupted_deposit_says_that_it_goes_on_and_goes_on(
    emfair, tmp_path, place, served, elsewhere, monkeypatch
):
    (tmp_path / "a.raw").write_bytes(bytes(20_000))
    (tmp_path / "b.raw").write_bytes(bytes(40_000_000))
    call = ("deposit", tmp_path / "a.raw", tmp_path / "b.raw", *place)
    monkeypatch.setenv("EMFAIR_SERVER", served.url if elsewhere else "")
    with subprocess.Popen(
        [SCRIPT, *call, "--limit-rate", "2MB"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={**os.environ, "EMFAIR_SERVER": served.url if elsewhere else ""},
    ) as running:  # fmt: skip
        while not any(tmp_path.rglob("files/a.raw")):
            assert running.poll() is None
            time.sleep(0.1)
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "")
    assert err.strip() == ("Interrupted: what has arrived stays. Repeat the same command to go on.")
    said = emfair(*call)
    assert said.code == 0
    assert "of which 20.0 kB were there already" in said.out


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("sample: [", "not valid YAML in line 2"),
        ("sampel: {}", "sampel"),
        ("start_time: 2026-01-22", "start_time"),
        ("measurement: {acceleration_voltage: 200 mm}", "acceleration_voltage"),
        ("- a list", "document"),
        ("sample: {atom_types: [Qq]}", "Qq"),
    ],
)
def test_annotations_that_do_not_fit_are_a_wrong_call(
    emfair, image, tmp_path, document, words, place
):
    path = tmp_path / "bad.yaml"
    path.write_text(document + "\n")
    said = emfair("deposit", image, *place, "-a", path)
    assert said.code == 2
    said.one_error()
    assert words in said.err
    assert not (tmp_path / "home" / "lake").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_annotations_that_cannot_be_read_are_a_wrong_call(emfair, image, tmp_path, content, place):
    path = tmp_path / "bad.yaml"
    if content is not None:
        path.write_bytes(content)
    said = emfair("deposit", image, *place, "-a", path)
    assert said.code == 2
    assert "bad.yaml" in said.one_error()


def test_bad_paths_are_wrong_calls_that_name_the_file(emfair, tmp_path, image, place):
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    (tmp_path / "empty").mkdir()
    for path, words in (
        (tmp_path / "nowhere.dm3", "nowhere.dm3: does not exist"),
        (tmp_path / ("x" * 300), "cannot be looked at"),
        (fifo, "neither a file nor a folder"),
        (tmp_path / "empty", "there is no file."),
    ):
        said = emfair("deposit", path, *place)
        assert said.code == 2
        assert words in said.one_error()
    (tmp_path / image.name).write_bytes(image.read_bytes())
    assert emfair("deposit", image, tmp_path / image.name, *place).code == 2
    assert emfair("deposit", image, "--project", "\u200b", *place[2:]).code == 2


def test_waiting_ends_with_the_verdict_that_another_process_finds(
    emfair, home, image, notes, place
):
    def process() -> None:
        settings = read_settings(home=home)
        with open_services(settings) as services, open_chain(settings) as chain:
            while not (pending := services.registry.experiments.pending()):
                threading.Event().wait(0.1)
            list(chain.process([pending[0].id]))

    thread = threading.Thread(target=process)
    thread.start()
    said = emfair("deposit", image, *place, "-a", notes, "--wait", "--json")
    thread.join()
    assert (said.code, said.json["state"]) == (0, "valid")


def test_waiting_for_bad_data_ends_with_1(emfair, tmp_path, notes, place):
    broken = tmp_path / "broken.dm3"
    broken.write_bytes(b"nothing a microscope wrote" * 40)
    experiment = emfair("deposit", broken, *place, "-a", notes, "--json").json["experiment"]
    assert emfair("process", experiment).code == 1
    said = emfair("deposit", broken, *place, "-a", notes, "--wait", "--json")
    assert (said.code, said.json["state"]) == (1, "invalid")
    assert said.json["reason"]


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    """Yield an emfair elsewhere, as far as this home knows."""
    yield from open_served(tmp_path / "elsewhere")


def test_a_server_gets_what_this_machine_would(emfair, home, image, notes, place, served):
    first = emfair("deposit", image, *place, "-a", notes, "--server", served.url, "--json")
    again = emfair("deposit", image, *place, "-a", notes, "--server", served.url, "--json")
    assert (first.code, again.code) == (0, 0)
    assert (first.json["already_there"], again.json["already_there"]) == (False, True)
    experiment = first.json["experiment"]
    assert again.json["experiment"] == experiment
    assert first.json["where"] == f"{served.url}/api/v1/experiments/{experiment}"
    assert first.json["state"] == served.services.registry.experiments.get(experiment).state
    assert (first.json["sent"], again.json["sent"]) == (image.stat().st_size, 0)
    assert not any(home.iterdir()), "nothing is kept here"


def test_the_server_of_the_environment_is_the_usual_one(emfair, image, place, served, monkeypatch):
    monkeypatch.setenv("EMFAIR_SERVER", served.url)
    monkeypatch.setenv("EMFAIR_TOKEN", served.token())
    said = emfair("deposit", image, *place)
    assert said.code == 0
    assert served.url in said.out
    assert "processes it by itself" in said.out
    assert all(one.headers["authorization"] for one in served.gate.came)


def test_a_wrong_token_is_told_and_never_repeated(emfair, image, place, served, monkeypatch):
    for token in ("emf_aaaa_bbbb", served.token(lasts=timedelta(days=-1)), "two words"):
        monkeypatch.setenv("EMFAIR_TOKEN", token)
        said = emfair("deposit", image, *place, "--server", served.url)
        assert said.code == 2
        assert said.one_error()
        assert token not in said.err


def test_a_server_that_is_away_is_not_available(emfair, image, place):
    said = emfair("deposit", image, *place, "--server", f"http://127.0.0.1:{free_port()}")
    assert said.code == 3
    assert "does not answer" in said.one_error()


def test_what_is_waited_for_is_said_once(emfair, tmp_path, place, served):
    full = {"detail": "the server's disk is full.", "type": "urn:emfair:problem:unavailable"}
    served.gate.rules.append(Rule("POST", "/api/v1/uploads/.*", times=7, status=503, document=full))
    for name in ("a.raw", "b.raw"):
        (tmp_path / name).write_bytes(name.encode() * 100)
    call = ("deposit", tmp_path / "a.raw", tmp_path / "b.raw", *place, "--server", served.url)
    said = emfair(*call)
    assert said.code == 0
    assert said.err.count("Waiting, and trying again by itself") == 1
    assert "the server's disk is full" in said.err
    assert "Waiting" not in said.out
    assert "Waiting" not in emfair(*call, "--title", "again").err


def test_an_address_that_others_could_read_is_a_wrong_call(emfair, image, place):
    said = emfair("deposit", image, *place, "--server", "http://emfair.example.org")
    assert said.code == 2
    assert "https://" in said.one_error()


@pytest.mark.parametrize("bad", [False, True])
def test_waiting_for_a_server_ends_with_its_verdict(
    emfair, tmp_path, image, notes, place, served, bad
):
    if bad:
        image = tmp_path / "broken.dm3"
        image.write_bytes(b"nothing a microscope wrote" * 40)

    def process() -> None:
        services = served.services
        with open_chain(services.settings) as chain:
            while not (pending := services.registry.experiments.pending()):
                threading.Event().wait(0.1)
            list(chain.process([pending[0].id]))

    thread = threading.Thread(target=process)
    thread.start()
    said = emfair("deposit", image, *place, "-a", notes, "--wait", "--server", served.url, "--json")
    thread.join()
    assert (said.code, said.json["state"]) == ((1, "invalid") if bad else (0, "valid"))


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_limited_rate_is_kept_to_here_and_there(
    emfair, tmp_path, place, served, elsewhere, monkeypatch
):
    if elsewhere:
        monkeypatch.setenv("EMFAIR_SERVER", served.url)
    file = tmp_path / "a.raw"
    file.write_bytes(bytes(3_000_000))
    begun = time.monotonic()
    assert emfair("deposit", file, *place, "--limit-rate", "1.5MB").code == 0
    assert time.monotonic() - begun >= 1.7
    said = emfair("deposit", file, *place, "--limit-rate", "quick")
    assert said.code == 2
    assert "20MB" in said.err
