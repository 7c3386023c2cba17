"""A sick home of Dagster's is told in one sentence, by whoever opens it or works in it."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from emfair.errors import BadSetting, EmfairError, Unavailable
from emfair.service.checkup import check_up
from emfair.service.processing import open_chain
from emfair.settings import Settings, read_settings
from emfair_assets.home import home_errors
from tests.service.lab import open_lab


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home that was opened once."""
    home = tmp_path_factory.mktemp("sound") / "home"
    with open_chain(read_settings(home=home)):
        return home


@pytest.fixture
def settings(opened: Path, tmp_path: Path) -> Settings:
    shutil.copytree(opened, tmp_path / "home")
    return read_settings(home=tmp_path / "home")


def opening(settings: Settings) -> EmfairError:
    with pytest.raises(EmfairError) as caught, open_chain(settings):
        pass
    return caught.value


def doctor_of(settings: Settings) -> str:
    """Return what the doctor finds amiss."""
    (found,) = [one for one in check_up(settings) if not one.fine and one.what != "home"]
    assert found.what == "chain"
    assert found.remedy
    return found.found


@pytest.mark.parametrize(
    "name", ["history/runs.db", "history/runs/index.db", "schedules/schedules.db"]
)
def test_a_damaged_database_is_told_and_the_doctor_finds_it(settings, name):
    (settings.dagster_home / name).write_bytes(os.urandom(9000))
    error = opening(settings)
    assert isinstance(error, BadSetting)
    assert error.subject == str(settings.dagster_home)
    assert "is damaged (file is not a database)" in error.message
    assert "Move this folder away" in error.remedy
    assert "is damaged" in doctor_of(settings)
    settings.dagster_home.rename(settings.home / "away")
    with open_chain(settings):
        pass


@pytest.mark.parametrize(
    "content",
    [
        b"a: [b",
        b"- a\n",
        b"colour: blue\n",
        b"a: \xff\xfe",
        b"run_storage: {module: nowhere, class: Nothing}\n",
        b"run_storage: {module: dagster, class: Nothing}\n",
    ],
)
def test_a_configuration_that_dagster_does_not_take_is_told(settings, content):
    config = settings.dagster_home / "dagster.yaml"
    config.write_bytes(content)
    error = opening(settings)
    assert isinstance(error, BadSetting)
    assert error.subject == str(config)
    assert "\n" not in error.message
    assert "dagster.yaml: is no configuration" in doctor_of(settings)


@pytest.mark.parametrize("name", [".", "history", "dagster.yaml", ".setup.lock"])
def test_a_file_in_a_folders_place_or_a_folder_in_a_files_is_told(settings, name):
    path = settings.dagster_home / name
    if path.is_dir():
        shutil.rmtree(path)
        path.touch()
    else:
        path.unlink()
        path.mkdir()
    error = opening(settings)
    assert isinstance(error, BadSetting)
    assert str(path) in error.message
    assert "Move it away" in error.remedy


def test_a_database_that_is_lost_on_the_way_ends_the_processing_with_a_sentence(tmp_path, corpus):
    with open_lab(tmp_path / "home", corpus) as lab:
        experiment = lab.deposit(lab.file("test-1.dm3")).place.experiment
        history = lab.services.settings.dagster_home / "history"
        with open_chain(lab.services.settings) as chain:
            (history / "runs.db").write_bytes(os.urandom(9000))
            with pytest.raises(BadSetting, match="is damaged"):
                list(chain.process([experiment]))
        assert [row.id for row in lab.services.registry.experiments.pending()] == [experiment]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OperationalError("INSERT", {}, Exception("database or disk is full")),
    ],
)
def test_a_full_disk_is_a_store_that_may_answer_later(error):
    with pytest.raises(Unavailable, match="disk") as caught, home_errors(Path("/a/home")):
        raise error
    assert caught.value.subject == "/a/home"
    assert "INSERT" not in caught.value.message
