"""The corpus' table and page say what became of the files, and losses are told from surprises."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from bench.corpus.archives import ARCHIVES
from bench.corpus.check import CheckedSignal, Outcome, missing, pixel_digest
from bench.corpus.coverage import document, lines, lost, rows, wrong
from bench.corpus.losses import Loss, known, surprises
from bench.corpus.run import Task, outcome
from emfair.nxem.convert import UNREAD_RULES
from emfair.vendor.bundles import Bundle
from emfair.worker import DiedError, HungError, Worker

ROOT = Path(__file__).resolve().parents[2]


def signal(findings=(), unequal="", keys=11, tags=4):
    return CheckedSignal("image_2d", keys, tags, tuple(findings), unequal)


def read(file, reader, *signals, array_bytes=0, seconds=1.0):
    return Outcome(
        file, 10, reader=reader, signals=signals, array_bytes=array_bytes, seconds=seconds
    )


FOUND = [
    read("a/1.DM4", "DigitalMicrograph", signal(), array_bytes=30_000_000, seconds=2.0),
    read("a/2.dm3", "DigitalMicrograph", signal(["r: m"], keys=14), signal(unequal="other pixels")),
    read("a/3.dm3", "DigitalMicrograph", array_bytes=10_000_000),
    read("a/4.npy", "numpy", signal(tags=0), array_bytes=9_999_999),
    Outcome(
        "a/broken.bcf",
        10,
        tried="Bruker",
        problems=("unreadable-file: could not be read (a|b).",),
    ),
    Outcome("a/notes.txt", 10, problems=("not-a-measurement: no reader knows it.",)),
]
TABLE = [
    Loss(why="Broken on purpose.", rule="unreadable-file", files=("a/broken.bcf",)),
    Loss(why="A text.", rule="not-a-measurement", files=("a/notes.txt",)),
]


def test_a_row_sums_a_format_and_names_the_endings_that_were_met():
    bruker, gatan, numpy, every = rows(FOUND)
    assert (gatan.reader, gatan.suffixes) == ("DigitalMicrograph", (".dm3", ".dm4"))
    assert (bruker.reader, bruker.suffixes, bruker.files, bruker.read) == (
        "Bruker", (".bcf",), 1, 0,
    )  # fmt: skip
    assert (gatan.files, gatan.read) == (3, 3)
    assert (gatan.files, gatan.measurements, gatan.valid, gatan.equal) == (3, 3, 2, 2)
    assert (gatan.keys, gatan.tags, gatan.speed) == (12.0, 4.0, 10.0)
    assert numpy.speed is None
    assert next(rows(FOUND[2:4])).speed == 10.0
    assert (every.reader, every.suffixes, every.measurements) == ("all", (), 4)
    assert (every.files, every.read) == (5, 4)


def test_the_text_counts_what_gave_no_signal():
    head, bruker, gatan, *_, last = lines(FOUND)
    assert " ".join(bruker.split()) == "Bruker .bcf 1 0 0 0 0 0.0 0 –"
    assert " ".join(gatan.split()) == "DigitalMicrograph .dm3 .dm4 3 3 3 2 2 12.0 4 10.0"
    assert len(head) == len(gatan)
    assert last == "6 files; 2 gave no signal"


def test_a_finding_and_a_difference_are_wrong_whatever_is_known():
    told = ["a/2.dm3 [0, image_2d]: r: m", "a/2.dm3 [1, image_2d]: other pixels"]
    assert list(wrong(FOUND, TABLE)) == told
    assert list(wrong(FOUND, None)) == told


def test_a_text_beside_the_data_is_not_lost():
    assert list(lost(FOUND)) == ["a/broken.bcf: unreadable-file: could not be read (a|b)."]


def test_what_the_table_knows_is_no_surprise():
    assert list(surprises(FOUND, TABLE)) == []


def test_a_file_that_is_lost_and_not_in_the_table_is_a_surprise():
    told = ["a/notes.txt: not-a-measurement: no reader knows it."]
    assert list(surprises(FOUND, TABLE[:1])) == told
    assert list(wrong(FOUND, TABLE[:1]))[2:] == told


def test_a_file_that_is_suddenly_read_is_a_surprise():
    found = [read("a/broken.bcf", "Bruker", signal()), FOUND[5]]
    told = "a/broken.bcf: stands in losses.yaml for unreadable-file, and was not lost this way"
    assert list(surprises(found, TABLE)) == [told]


def test_a_file_that_is_lost_in_another_way_is_a_surprise():
    found = [Outcome("a/broken.bcf", 10, problems=("reader-died: SIGSEGV",)), FOUND[5]]
    assert len(list(surprises(found, TABLE))) == 2


def test_a_file_that_loses_more_signals_than_known_is_a_surprise():
    twice = Outcome("a/broken.bcf", 10, problems=("unreadable-file: one", "unreadable-file: two"))
    assert list(surprises([twice, FOUND[5]], TABLE)) == ["a/broken.bcf: unreadable-file: two"]
    both = [TABLE[0], *TABLE]
    assert list(surprises([twice, FOUND[5]], both)) == []


def test_a_row_of_the_table_without_its_file_is_a_surprise():
    told = "a/notes.txt: stands in losses.yaml for not-a-measurement, and was not met"
    assert list(surprises(FOUND[:5], TABLE)) == [told]


@pytest.mark.parametrize("rule", ["check-failed", "missing-signal"])
def test_a_defect_of_the_check_is_wrong_even_where_no_loss_is_known(rule):
    found = [Outcome("b/x", 10, problems=(f"{rule}: KeyError",)), FOUND[4]]
    assert list(wrong(found, None)) == [f"b/x: {rule}: KeyError"]


def test_the_page_gives_the_reason_of_each_known_loss():
    page = document([*FOUND[:1], *FOUND[3:]], TABLE, "hyperspy==1.7.6, mrcfile==1.5.4")
    figures = [line for line in page.splitlines() if line.startswith("|")]
    assert figures == [
        "| format | files | read | measurements | valid | same numbers | keys mapped | tags kept "
        "| MB/s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| Bruker .bcf | 1 | 0 | 0 | 0 | 0 | 0.0 | 0 | – |",
        "| DigitalMicrograph .dm4 | 1 | 1 | 1 | 1 | 1 | 11.0 | 4 | 15.0 |",
        "| numpy .npy | 1 | 1 | 1 | 1 | 1 | 11.0 | 0 | – |",
        "| all | 3 | 2 | 2 | 2 | 2 | 11.0 | 2 | 13.3 |",
    ]
    assert "- Broken on purpose.\n  - `a/broken.bcf`\n- A text.\n" in page
    assert "hyperspy==1.7.6" in page
    assert "What is wrong" not in page
    assert max(len(line) for line in page.splitlines()) <= 100


def test_the_page_tells_what_is_wrong():
    page = document(FOUND, TABLE, "x")
    assert "## What is wrong\n\n- a/2.dm3 [0, image_2d]: r: m\n" in page


def test_the_page_of_other_folders_lists_their_losses():
    page = document(FOUND, None, "x")
    assert "- a/broken.bcf: unreadable-file: could not be read (a\\|b)." in page
    assert "notes.txt" not in page


def test_the_table_names_files_of_the_archives_each_once(corpus):
    files = [file for loss in known() for file in loss.files]
    packages = {archive.requirement.split("==")[0] for archive in ARCHIVES}
    assert {file.split("/")[0] for file in files} <= packages
    assert len(files) == len(set(files))
    ours = [file.removeprefix("hyperspy/") for file in files if file.startswith("hyperspy/")]
    assert all((corpus / file).is_file() for file in ours)
    assert {loss.rule for loss in known()} <= UNREAD_RULES | {
        "unreadable-signal", "unsupported-signal",
    }  # fmt: skip


@pytest.fixture(scope="module")
def worker():
    with Worker(8 << 30) as one:
        yield one


def test_a_check_that_raises_is_a_problem_of_its_file(worker, corpus, tmp_path):
    task = Task("x/", corpus / "msa_files", Bundle("example1.msa"))
    done = outcome(worker, task, tmp_path / "no such folder for the containers")
    assert done.file == "x/example1.msa"
    assert done.problems[0].startswith("check-failed: Unavailable: ")


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (HungError(9), "reader-hung: HungError: not done after 9 s"),
        (DiedError(-9), "reader-died: DiedError: died: SIGKILL"),
    ],
)
def test_a_reader_that_hangs_or_dies_is_a_problem_of_its_file(error, problem, tmp_path):
    class Raising(Worker):
        def call(self, *_args, **_kwargs):
            raise error

    task = Task("x/", tmp_path, Bundle(os.fsdecode(b"\xff.msa")))
    done = outcome(Raising(1), task, tmp_path)
    assert (done.file, done.problems) == ("x/\\udcff.msa", (problem,))


def test_the_digest_is_of_the_numbers_in_order_whatever_the_memory_looks_like():
    pixels = np.arange(6, dtype="<u2").reshape(2, 3)
    told = sha256(b"\0\0\1\0\2\0\3\0\4\0\5\0").hexdigest()
    assert pixel_digest(pixels) == told
    assert pixel_digest(pixels.astype(">u2")) == told
    assert pixel_digest(np.asfortranarray(pixels)) == told


@pytest.mark.parametrize(
    ("numbers", "is_missing"), [((3, 2, 1), 0), ((3, 3, 0), 0), ((3, 2, 0), 1)]
)
def test_a_signal_that_is_read_comes_out_or_is_told_of(numbers, is_missing):
    assert len(missing(*numbers)) == is_missing


def test_a_real_file_comes_out_as_it_was_read_without_its_readers_words(
    worker, corpus, tmp_path, capfd
):
    name = "FEI_old/no_AcquireDate.emi"
    done = outcome(worker, Task("h/", corpus, Bundle(name)), tmp_path)
    assert (done.file, done.reader, done.problems) == (f"h/{name}", "TIA", ())
    assert done.signals
    assert min(one.keys for one in done.signals) > 0
    assert not any(one.findings or one.unequal for one in done.signals)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("file", "tried"),
    [
        ("bruker_data/Nope.bcf", "Bruker"),
        ("empad_data/map4x4.xml", "EMPAD"),
    ],
)
def test_a_file_that_gives_nothing_names_the_reader_that_it_is_for(
    worker, corpus, tmp_path, file, tried
):
    done = outcome(worker, Task("h/", corpus, Bundle(file)), tmp_path)
    assert (done.reader, done.tried, len(done.problems)) == ("", tried, 1)


def test_a_file_that_several_readers_might_take_is_for_none_of_them(worker, tmp_path):
    (tmp_path / "a.csv").write_text("1,2\n")
    done = outcome(worker, Task("h/", tmp_path, Bundle("a.csv")), tmp_path)
    assert (done.reader, done.tried, len(done.problems)) == ("", "", 1)


def test_losses_of_other_folders_are_listed_and_broken_archives_survived(corpus, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy(corpus / "msa_files" / "example1.msa", folder)
    shutil.copy(corpus / "bruker_data" / "Nope.bcf", folder)
    (folder / "broken.zip").write_bytes(b"PK\x03\x04")
    figures, page = tmp_path / "figures.json", tmp_path / "page.md"
    done = subprocess.run(
        [sys.executable, "-m", "bench.corpus", folder, "--json", figures, "--write", page],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "mine/Nope.bcf: unreadable-file" in done.stdout
    assert "mine/broken.zip: unreadable-file: BadZipFile" in done.stdout
    assert "MSA .msa" in page.read_text("utf-8")
    files = [one["file"] for one in json.loads(figures.read_text("utf-8"))]
    assert files == ["mine/Nope.bcf", "mine/broken.zip", "mine/example1.msa"]
