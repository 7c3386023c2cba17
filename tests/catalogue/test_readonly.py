"""The file system that SQL sees."""

import threading

import pytest

from emfair.catalogue.readonly import OpenFile, ReadOnlyFiles


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "numbers"
    path.write_bytes(bytes(range(256)) * 4000)
    return path


def test_files_are_read_by_their_virtual_names(path):
    store = ReadOnlyFiles({"facts/0.parquet": path})
    assert store.exists("emfair://facts/0.parquet")
    assert store.info("emfair://facts/0.parquet")["size"] == 1_024_000
    assert store.glob("emfair://facts/*") == []
    file = store.open("emfair://facts/0.parquet")
    assert file.read() == path.read_bytes()
    file.close()
    file.close()


@pytest.mark.parametrize("mode", ["wb", "ab", "r+b", "xb"])
def test_no_file_opens_for_writing(path, mode):
    store = ReadOnlyFiles({"a": path})
    with pytest.raises(PermissionError):
        store.open("emfair://a", mode)
    assert store.refused
    assert path.stat().st_size == 1_024_000


def test_other_files_do_not_exist(path):
    store = ReadOnlyFiles({"a": path})
    for name in (str(path), f"emfair://{path}", "emfair://../numbers"):
        assert not store.exists(name)
        with pytest.raises(FileNotFoundError):
            store.open(name)


def test_threads_that_share_an_open_file_do_not_move_each_other(path):
    file, wrong = OpenFile(path), []

    def read(start):
        for step in range(2000):
            at = (start * 7 + step * 251) % 1_000_000
            file.seek(at)
            if file.read(16) != bytes((at + i) % 256 for i in range(16)):
                wrong.append(at)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    file.close()
    assert wrong == []


def test_seeking_counts_from_the_start_the_position_or_the_end(path):
    file = OpenFile(path)
    assert file.seek(-4, 2) == 1_023_996
    assert file.read() == bytes([252, 253, 254, 255])
    assert file.read() == b""
    assert (file.seek(10), file.seek(5, 1), file.tell()) == (10, 15, 15)
    file.close()
