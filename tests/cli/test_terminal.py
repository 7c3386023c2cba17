"""What people see on a terminal, of 80 columns or more: bars, tables and findings that fit."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len

SCRIPT = Path(sys.executable).with_name("emfair")


@pytest.fixture
def shown(tmp_path):
    """Call the program on a terminal; return its exit code and the lines that appear."""

    def shown(*arguments: object, columns: int = 80) -> tuple[int, list[str]]:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        with subprocess.Popen(
            [SCRIPT, *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=theirs,
            env={"PATH": "/usr/bin:/bin", "TERM": "xterm", "EMFAIR_HOME": str(tmp_path / "home")},
        ) as process:  # fmt: skip
            os.close(theirs)
            said = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())
        return process.returncode, [line.rstrip() for line in re.split(r"[\r\n]+", text)]

    return shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # so Linux tells that the other side is closed
        return b""


def test_inspecting_fits_and_no_key_is_broken(shown, corpus):
    code, lines = shown("inspect", corpus / "dm3_2D_data" / "test_STEM_image.dm3")
    assert code == 0
    assert max(map(len, lines)) <= 80
    (row,) = [line.split() for line in lines if line.startswith(" acceleration_voltage")]
    assert row[:4] == ["acceleration_voltage", "200", "kV", "vendor"]
    assert row[-1].endswith("Info/Voltage")


def test_the_bar_names_files_and_never_counts_to_nothing(shown, corpus, tmp_path):
    files = [corpus / "dm3_2D_data" / "test-1.dm3", corpus / "msa_files" / "example1.msa"]
    _, lines = shown("convert", *files, "-o", tmp_path / "out")
    bars = [line for line in lines if line.startswith("converting")]
    assert re.search(r"2 of 2 .*(test-1\.dm3|example1\.msa)", bars[-1])
    assert not [line for line in bars if "None" in line]
    assert lines[-2].startswith("Next: ")


def test_what_all_containers_lack_is_told_once(shown, corpus, tmp_path):
    files = [corpus / "dm3_2D_data" / "test-1.dm3", corpus / "msa_files" / "example1.msa"]
    shown("convert", *files, "-o", tmp_path / "out")
    code, lines = shown("validate", tmp_path / "out")
    assert code == 1
    assert max(map(len, lines)) <= 80
    told = [place for place, line in enumerate(lines) if "Elements in the sample" in line]
    assert len(told) == 1
    assert lines[told[0] + 1].split() == ["all", "2", "files:", "sample.atom_types"]


@pytest.mark.parametrize("columns", [80, 120])
def test_what_was_converted_and_its_verdict_stand_in_a_row(shown, corpus, tmp_path, columns):
    spectra = sorted((corpus / "FEI_old").glob("16x16-line*"))
    two = corpus / "dm3_2D_data" / "multi_signal.dm3"
    _, lines = shown("convert", *spectra, two, "-o", tmp_path / "out", columns=columns)
    told = [line for line in lines if not line.startswith("converting")]
    assert max(map(len, told)) <= columns
    rows = [line.split() for line in told if "spectrum_1d" in line]
    assert [row[0] for row in rows] == ["needs-input"] * 2
    for name, row in zip(["diagonal_10x1024.emi", "horizontal_10x1024.emi"], rows, strict=True):
        head, tail = row[1].split("…")
        assert ("16x16-line_profile".startswith(head), name.endswith(tail)) == (True, True)
        assert len(tail) > len("_10x1024.emi"), "the two are told apart"
    rows = [line.split() for line in told if "multi_signal.dm3  " in line]
    assert [row[:4] for row in rows] == [
        ["needs-input", "multi_signal.dm3", "HAADF", "image_2d"],
        ["needs-input", "multi_signal.dm3", "Plot", "image_1d"],
    ]


def test_names_in_wide_characters_are_cut_by_what_they_take_on_the_terminal(
    shown, corpus, tmp_path
):
    names = [f"{'粒界' * 20} {number} 偏析.msa" for number in (1, 2)]
    for name in names:
        shutil.copy(corpus / "msa_files" / "example1.msa", tmp_path / name)
    _, lines = shown("convert", *(tmp_path / name for name in names), "-o", tmp_path / "o")
    told = [line for line in lines if not line.startswith("converting")]
    assert max(map(cell_len, told)) <= 80
    rows = [line.split() for line in told if line.startswith(" needs-input")]
    assert len(rows) == 2
    for number, row in enumerate(rows, 1):
        assert row[1].startswith("粒界")
        assert row[1].count("…") == 1
        assert row[2:4] == [str(number), "偏析.msa"]


def test_a_container_of_a_narrow_terminal_keeps_its_name_beside_what_was_found(
    shown, corpus, tmp_path
):
    shown("convert", corpus / "dm3_2D_data" / "multi_signal.dm3", "-o", tmp_path / "o")
    _, lines = shown("validate", tmp_path / "o")
    (head,) = [line.split() for line in lines if line.startswith(" verdict")]
    assert head == ["verdict", "container", "missing", "recommended"]
    rows = [line.split()[1] for line in lines if line.startswith(" needs-input")]
    assert {row.rpartition("/")[2] for row in rows} == {
        path.name for path in (tmp_path / "o").iterdir()
    }


WIDE = (
    "SELECT '16x16-line_profile_diagonal_10x1024.emi' AS file, 'The boundary in the second lamella'"
    " AS title, 3e5 AS acceleration_voltage_V, i FROM range(2) t(i)"
)


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_an_answer_that_is_a_little_too_wide_stays_a_table_and_whole(shown, tmp_path, columns):
    (tmp_path / "home").mkdir()
    code, lines = shown("query", WIDE, columns=columns)
    assert code == 0
    assert max(map(len, lines)) <= columns
    (head,) = [line.split() for line in lines if line.startswith(" file")]
    assert head == ["file", "title", "acceleration_voltage_V", "i"]
    assert [line.split()[-2:] for line in lines if " 300000 " in line] == [
        ["300000", "0"], ["300000", "1"],
    ]  # fmt: skip
    assert not [line for line in lines if "…" in line]


def test_an_answer_that_is_far_too_wide_is_told_row_by_row(shown, tmp_path):
    (tmp_path / "home").mkdir()
    code, lines = shown("query", "SELECT repeat('x', 200) AS a, repeat('y', 200) AS b")
    assert (code, lines[0].split()) == (0, ["row", "1"])
    assert "".join(lines).count("x") == 200
    assert "".join(lines).count("y") == 200


def test_where_a_deposit_lies_is_one_line_to_be_copied(shown, corpus, place, tmp_path):
    code, lines = shown("deposit", corpus / "dm3_2D_data" / "test-1.dm3", *place)
    assert code == 0
    (where,) = [line.split()[1] for line in lines if line.startswith(" where ")]
    assert len(where) > 80
    assert Path(where).parent.parent == tmp_path.joinpath(
        "home", "lake", "project=minerals", "proposal=2026-a"
    )
