"""A look at the folder: what is a file, what is nobody's business, what could not be seen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emfair.client.watch.look import Look, look, stat_of
from emfair.client.watch.seen import changes
from emfair.errors import Unavailable


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def test_files_are_found_at_any_depth_and_called_by_their_path(tmp_path):
    put(tmp_path, "a.tif", "ada/b c.tif", "ada/deep/er/µ.dm4")
    assert sorted(look(tmp_path).files) == ["a.tif", "ada/b c.tif", "ada/deep/er/µ.dm4"]


@pytest.mark.parametrize(
    "name",
    [".hidden", "x.tif.part", "x.tmp", "x.TMP", "x.mrc.downloading", "x.downloading", "Thumbs.db",
     "desktop.ini", "~$notes.docx", "x~", ".git/config", "x.crdownload", "x.filepart"],
)  # fmt: skip
def test_hidden_and_unfinished_files_are_passed_over(tmp_path, name):
    put(tmp_path, name)
    assert look(tmp_path) == Look()


def test_hidden_files_of_a_format_that_is_a_folder_belong_to_it(tmp_path):
    put(tmp_path, "map.zspy/.zgroup", "map.zspy/a/.zarray", "map.zspy/a/0.0", "map.zspy/a/1.0.part")
    assert sorted(look(tmp_path).files) == [
        "map.zspy/.zgroup",
        "map.zspy/a/.zarray",
        "map.zspy/a/0.0",
    ]


def test_what_the_watched_folder_lies_in_makes_it_no_store(tmp_path):
    put(tmp_path, "old.zspy/s/a.tif", "old.zspy/s/.hidden", "old.zspy/s/Thumbs.db")
    assert list(look(tmp_path / "old.zspy" / "s").files) == ["a.tif"]
    assert list(look(tmp_path / "old.zspy").files) == ["s/a.tif"], "nor does its own name"


def test_the_notes_of_a_session_are_no_file_of_it(tmp_path):
    put(tmp_path, "emfair.yaml", "ada/emfair.yaml", "ada/deep/emfair.yaml")
    seen = look(tmp_path)
    assert (sorted(seen.notes), seen.files) == (["", "ada", "ada/deep"], {})


def test_what_is_neither_file_nor_folder_is_told(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / os.fsdecode(b"caf\xe9.tif")).write_bytes(b"x")
    seen = look(tmp_path)
    assert seen.files == {}
    assert {name: why.split(":")[0] for name, why in seen.problems.items()} == {
        "pipe": "is no regular file",
        "caf\\xe9.tif": "has a name that is no text",
    }


@pytest.mark.parametrize("target", ["/etc/passwd", "/", "real/a.tif", "real", "/nonexistent/x"])
def test_links_are_told_and_never_followed(tmp_path, target):
    put(tmp_path, "real/a.tif")
    (tmp_path / "link.tif").symlink_to(target)
    seen = look(tmp_path)
    assert list(seen.files) == ["real/a.tif"]
    assert seen.problems["link.tif"].startswith("is a link")


def test_a_file_that_has_become_a_link_since_is_not_what_was_seen(tmp_path):
    put(tmp_path, "ada/a.tif", "ada/b.tif")
    assert stat_of(tmp_path, "ada/a.tif") == look(tmp_path).files["ada/a.tif"]
    (tmp_path / "ada/a.tif").unlink()
    (tmp_path / "ada/a.tif").symlink_to("b.tif")
    with pytest.raises(OSError, match="link"):
        stat_of(tmp_path, "ada/a.tif")
    (tmp_path / "ada").rename(tmp_path / "outside")
    (tmp_path / "ada").symlink_to("outside")
    with pytest.raises(OSError, match="behind a link"):
        stat_of(tmp_path, "ada/b.tif")


def test_folders_that_are_emfairs_own_are_left_out(tmp_path):
    put(tmp_path, "state/spool.db", "a.tif")
    assert list(look(tmp_path, frozenset({str(tmp_path / "state")})).files) == ["a.tif"]


def test_a_folder_that_is_not_there_is_no_empty_folder(tmp_path):
    with pytest.raises(Unavailable, match="does not answer"):
        look(tmp_path / "unmounted")


def test_what_cannot_be_looked_at_is_not_taken_for_gone():
    before = look_of("ada/a.tif", "ada/deep/b.tif", "ben/c.tif").files
    now = look_of("ben/c.tif")
    assert changes(before, now).gone == ("ada/a.tif", "ada/deep/b.tif")
    now.unseen = ["ada/deep", "ada/a.tif"]
    assert not changes(before, now)


def look_of(*names: str) -> Look:
    return Look(files=dict.fromkeys(names, (1, 1)))  # type: ignore[arg-type]
