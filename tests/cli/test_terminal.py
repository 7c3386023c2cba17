"""What people see on a terminal of 80 columns: bars, tables and findings that fit."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).with_name("emfair")


@pytest.fixture
def shown(tmp_path):
    """Call the program on a terminal; return its exit code and the lines that appear."""

    def shown(*arguments: object) -> tuple[int, list[str]]:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))
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
