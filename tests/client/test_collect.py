"""Which files a deposit has, and how they are called."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emfair.client.collect import collect, describe
from emfair.errors import BadCall, BadName, NotFound

ODD = [
    "a..b.dm3",
    "line\nbreak.dm3",
    "back\\slash.dm3",
    "trailing space.dm3 ",
    " leading.dm3",
    "ends with a dot.",
    "😀👩‍🔬.dm3",
    'quotes "and" <angles>|*?:%41.dm3',
    "\x1b[31mred\x07.dm3",
    "-rf.dm3",
    "${HOME} $(id).dm3",
]


def made(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(path.name.encode("utf-8", "surrogateescape"))
    return paths


def names(paths: list[Path]) -> list[str]:
    return [file.name for file in collect(paths)]


def test_a_file_is_called_by_its_name_and_one_in_a_folder_by_the_folder_too(tmp_path):
    made(tmp_path, "alone.dm3", "session/b.dm3", "session/deep/er/a.dm3")
    assert names([tmp_path / "session", tmp_path / "alone.dm3"]) == [
        "alone.dm3",
        "session/b.dm3",
        "session/deep/er/a.dm3",
    ]


def test_a_relative_folder_has_its_real_name(tmp_path, monkeypatch):
    made(tmp_path, "session/deep/a.dm3")
    monkeypatch.chdir(tmp_path / "session" / "deep")
    assert names([Path()]) == ["deep/a.dm3"]
    assert names([Path("..")]) == ["session/deep/a.dm3"]
    assert names([Path("../deep/a.dm3")]) == ["a.dm3"]


def test_hidden_files_and_what_systems_leave_behind_stay_behind(tmp_path):
    made(tmp_path, "s/a.dm3", "s/.hidden", "s/.git/config", "s/Thumbs.db", "s/deep/desktop.ini")
    assert names([tmp_path / "s"]) == ["s/a.dm3"]


def test_of_a_format_that_is_a_folder_every_file_is_kept(tmp_path):
    """Zarr keeps its header in ``.zgroup`` and ``.zattrs``: without them the store is lost."""
    store = ("s/a.zspy/.zgroup", "s/a.zspy/Experiments/.zattrs", "s/a.zspy/Experiments/0.0")
    made(tmp_path, *store, "s/.hidden")
    assert names([tmp_path / "s"]) == sorted(store)
    assert names([tmp_path / "s/a.zspy"]) == sorted(name.removeprefix("s/") for name in store)


def test_what_a_folder_lies_in_makes_it_no_store(tmp_path):
    made(tmp_path, *(f"old.zspy/s/{name}" for name in ("a.dm3", ".hidden", "Thumbs.db", ".git/x")))
    assert names([tmp_path / "old.zspy" / "s"]) == ["s/a.dm3"]


def test_a_hidden_file_that_is_named_is_meant(tmp_path):
    assert names(made(tmp_path, ".hidden.dm3")) == [".hidden.dm3"]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_is_kept_as_it_is(tmp_path, name):
    made(tmp_path, f"session/{name}")
    assert names([tmp_path / "session"]) == [f"session/{name}"]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_is_described_with_a_plain_path(tmp_path, name):
    (path,) = made(tmp_path, name)
    (file,) = collect([path])
    told = describe(file, lambda _: None)
    assert told.name == name
    assert not set(told.path) & set('\\:*?"<>|\n\x1b\x07')
    assert told.path[-1] not in " ."


def test_bytes_that_are_no_utf8_become_text(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.dm3"))
    path.write_bytes(b"x")
    (file,) = collect([path])
    assert file.name == "caf\\xe9.dm3"
    assert describe(file, lambda _: None).sha256 == hashlib.sha256(b"x").hexdigest()


def test_a_file_is_described_by_its_bytes(tmp_path):
    content = b"0123456789" * 300_000
    path = tmp_path / "big.raw"
    path.write_bytes(content)
    os.utime(path, (0, 1_700_000_000.75))
    heard: list[int] = []
    told = describe(collect([path])[0], heard.append)
    assert (told.size, told.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert told.modified_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert sum(heard) == len(content)
    assert len(heard) > 1


def test_the_same_file_named_twice_is_meant_once(tmp_path, monkeypatch):
    (path,) = made(tmp_path, "a.dm3")
    monkeypatch.chdir(tmp_path)
    assert names([path, path, Path("a.dm3")]) == ["a.dm3"]


def test_a_file_of_a_folder_that_is_named_too_is_the_folders(tmp_path):
    file, other, _ = made(tmp_path, "unr/a.dm3", "unr/sub/b.dm3", "unr/sub/c.dm3")
    wanted = ["unr/a.dm3", "unr/sub/b.dm3", "unr/sub/c.dm3"]
    for paths in ([file.parent, file], [other, file, other.parent, file.parent]):
        assert names(paths) == wanted
    alias = tmp_path / "alias.dm3"
    alias.symlink_to(file)
    assert names([file, alias]) == ["a.dm3", "alias.dm3"]


def test_two_files_of_one_name_are_refused_with_a_way_out(tmp_path):
    paths = made(tmp_path, "monday/a.dm3", "tuesday/a.dm3")
    with pytest.raises(BadName, match="Name their folder"):
        collect(paths)
    assert names([path.parent for path in paths]) == ["monday/a.dm3", "tuesday/a.dm3"]


@pytest.mark.parametrize(
    "twins", [("Scan.dm3", "scan.DM3"), ("u\u0308ber.dm3", "\u00fcber.dm3"), ("ß.dm3", "SS.dm3")]
)
def test_names_that_are_one_on_other_systems_are_refused(tmp_path, twins):
    with pytest.raises(BadName, match="Rename one"):
        collect(made(tmp_path, *twins))


def test_a_name_in_decomposed_form_is_kept_and_stored_composed(tmp_path):
    (file,) = collect(made(tmp_path, "u\u0308ber.dm3"))
    told = describe(file, lambda _: None)
    assert (told.name, told.path) == ("u\u0308ber.dm3", "\u00fcber.dm3")


def test_a_name_longer_than_other_stores_take_is_refused_by_name(tmp_path):
    with pytest.raises(BadName, match=r"too long.*Shorten"):
        collect(made(tmp_path, "x" * 240 + ".dm3"))


def test_a_name_longer_than_any_file_has_is_a_wrong_call(tmp_path):
    with pytest.raises(BadCall, match="cannot be looked at"):
        collect([tmp_path / ("x" * 300)])


def test_what_does_not_exist_is_named(tmp_path):
    with pytest.raises(NotFound, match=r"nowhere\.dm3: does not exist"):
        collect([tmp_path / "nowhere.dm3"])
    (file,) = made(tmp_path, "a.dm3")
    with pytest.raises(NotFound, match="does not exist"):
        collect([file / "below.dm3"])


def test_a_missing_name_that_is_no_utf8_can_be_printed(tmp_path):
    with pytest.raises(NotFound) as caught:
        collect([Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.dm3"))])
    assert str(caught.value).encode().decode().count("\\xff") == 1


def test_a_link_to_a_file_is_that_file(tmp_path):
    (target,) = made(tmp_path, "elsewhere/a.dm3")
    folder = tmp_path / "session"
    folder.mkdir()
    (folder / "linked.dm3").symlink_to(target)
    assert names([folder]) == ["session/linked.dm3"]


def test_a_broken_link_is_named_whether_in_a_folder_or_alone(tmp_path):
    made(tmp_path, "session/a.dm3")
    broken = tmp_path / "session" / "gone.dm3"
    broken.symlink_to(tmp_path / "nowhere")
    for path in (broken, broken.parent):
        with pytest.raises(NotFound, match=r"gone\.dm3: is a link that leads nowhere"):
            collect([path])


def test_a_link_in_a_circle_is_a_wrong_call(tmp_path):
    link = tmp_path / "round.dm3"
    link.symlink_to(link)
    with pytest.raises(BadCall, match=r"round\.dm3"):
        collect([link])


def test_a_link_to_a_folder_is_never_left_out_in_silence(tmp_path):
    made(tmp_path, "session/a.dm3", "elsewhere/b.dm3")
    (tmp_path / "session" / "more").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadCall, match="more: is a link to another folder"):
        collect([tmp_path / "session"])
    assert names([(tmp_path / "session" / "more")]) == ["elsewhere/b.dm3"]


def test_a_fifo_is_refused_without_being_opened(tmp_path):
    made(tmp_path, "session/a.dm3")
    fifo = tmp_path / "session" / "pipe"
    os.mkfifo(fifo)
    with pytest.raises(BadCall, match="pipe: is neither a file nor a folder"):
        collect([fifo])
    with pytest.raises(BadCall, match="pipe: is no regular file"):
        collect([fifo.parent])


def test_an_empty_folder_holds_nothing_to_deposit(tmp_path):
    made(tmp_path, "session/.hidden")
    with pytest.raises(BadCall, match="there is no file"):
        collect([tmp_path / "session"])
    with pytest.raises(BadCall, match="there is no file"):
        collect([])


def test_a_file_that_vanishes_after_it_was_found_is_a_wrong_call(tmp_path):
    (path,) = made(tmp_path, "a.dm3")
    (file,) = collect([path])
    path.unlink()
    with pytest.raises(BadCall, match=r"a\.dm3: cannot be read"):
        describe(file, lambda _: None)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything: be somebody else for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_is_named():
    with tempfile.TemporaryDirectory() as name:  # pytest's own folder is closed to others
        folder = Path(name)
        folder.chmod(0o755)
        file, _ = made(folder, "session/a.dm3", "session/closed/b.dm3")
        (folder / "session" / "closed").chmod(0)
        file.chmod(0)
        with without_privileges():
            with pytest.raises(BadCall, match="closed: cannot be read"):
                collect([folder / "session"])
            with pytest.raises(BadCall, match=r"closed/b\.dm3: cannot be looked at"):
                collect([folder / "session" / "closed" / "b.dm3"])
            with pytest.raises(BadCall, match=r"a\.dm3: cannot be read"):
                describe(collect([file])[0], lambda _: None)
