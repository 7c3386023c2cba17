"""Paths as people type them, the same for every command that takes files."""

from pathlib import Path

import pytest

from emfair.cli.arguments import named
from emfair.errors import BadCall


@pytest.fixture
def folder(tmp_path):
    for name in ("b.dm3", "a.dm3", "in/c.dm3", "notes.txt", "odd [1].dm3"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def test_a_pattern_that_the_shell_left_is_expanded_in_order(folder):
    found = named([f"{folder}/?.dm3", f"{folder}/notes.txt"])
    assert [path.name for path in found] == ["a.dm3", "b.dm3", "notes.txt"]


def test_two_stars_look_into_folders_and_name_files_alone(folder):
    found = named([f"{folder}/**/*"])
    assert sorted(path.name for path in found) == [
        "a.dm3", "b.dm3", "c.dm3", "notes.txt", "odd [1].dm3",
    ]  # fmt: skip


def test_a_path_that_is_named_twice_is_meant_once(folder, monkeypatch):
    monkeypatch.chdir(folder)
    found = named(["b.dm3", f"{folder}/?.dm3", "./b.dm3"])
    assert found == [Path("b.dm3"), folder / "a.dm3"]


def test_a_file_whose_name_looks_like_a_pattern_is_itself(folder):
    assert named([f"{folder}/odd [1].dm3"]) == [folder / "odd [1].dm3"]


def test_a_path_that_is_not_there_is_left_for_the_command_to_tell():
    assert named(["nowhere.dm3"]) == [Path("nowhere.dm3")]


def test_a_pattern_that_fits_nothing_says_so(folder):
    with pytest.raises(BadCall, match="no file fits"):
        named([f"{folder}/*.emd"])


def test_a_folder_that_fits_is_meant_as_a_whole(folder):
    assert [path.name for path in named([f"{folder}/*"])] == [
        "a.dm3", "b.dm3", "in", "notes.txt", "odd [1].dm3",
    ]  # fmt: skip


def test_a_store_is_one_file_to_two_stars(folder):
    (folder / "in/scan.zspy/0").mkdir(parents=True)
    (folder / "in/scan.zspy/0/0.0").touch()
    found = named([f"{folder}/in/**"])
    assert [path.name for path in found] == ["c.dm3", "scan.zspy"]


def test_two_stars_follow_no_link_into_a_circle(folder):
    for name in ("a", "b"):
        (folder / name).symlink_to(".", target_is_directory=True)
    assert [path.name for path in named([f"{folder}/**/*.txt"])] == ["notes.txt"]


def test_brackets_are_part_of_a_name(folder):
    assert [path.name for path in named([f"{folder}/odd [1]*"])] == ["odd [1].dm3"]


@pytest.mark.parametrize("command", ["inspect", "validate", "convert", "deposit"])
def test_an_empty_path_is_not_the_current_folder(emfair, home, place, command, folder, monkeypatch):
    monkeypatch.chdir(folder)
    more = {"convert": ["-o", folder / "out"], "deposit": place}.get(command, [])
    for paths in ([""], [folder / "a.dm3", ""]):
        said = emfair(command, *paths, *more)
        assert said.code == 2
        assert "empty" in said.one_error()
    assert not (folder / "out").exists()
    assert not (home / "lake").exists()
