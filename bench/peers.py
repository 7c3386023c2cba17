"""pynxtools-em, the reference converter, in an environment of its own (500 MB, made once)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Measured, command
from bench.table import Failed

PEER = "pynxtools-em"
_REQUIREMENT = "pynxtools-em==0.4.6"
_TIME = 1200  # seconds for its installation


class Peer:
    """The converter as a command."""

    def __init__(self, environment: Path) -> None:
        self.python = environment / "bin" / "python"
        self._convert = environment / "bin" / "dataconverter"

    def convert(self, *files: Path, output: Path) -> Measured:
        """Convert as its manual says, without its validation; from process start to exit.

        Raises
        ------
        Failed
            It failed, or wrote no data (its exit code is 0 also then).
        """
        done = command([
            self._convert, "--reader", "em", "--nxdl", "NXem", "--skip-verify",
            *files, "--output", output,
        ])  # fmt: skip
        if not output.is_file():
            raise Failed("it wrote nothing")
        return done

    def convert_each(self, files: Sequence[Path], folder: Path) -> Measured:
        """Convert files in one process; its worker prints nothing, and skips what fails."""
        script = Path(__file__).with_name("peer_worker.py")
        return command([self.python, script, folder, *files])


def peer(cache: Path) -> Peer:
    """Return the converter, installed the first time.

    Raises
    ------
    Failed
        It cannot be installed here.
    """
    environment = cache / _REQUIREMENT.replace("==", "-")
    if not (environment / "bin" / "dataconverter").is_file():
        cache.mkdir(parents=True, exist_ok=True)
        try:
            _install(environment)
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(environment, ignore_errors=True)
            detail = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
            raise Failed(f"{_REQUIREMENT} could not be installed: {detail[-1][:200]}") from error
    return Peer(environment)


def _install(environment: Path) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        steps = [
            [sys.executable, "-m", "venv", str(environment)],
            [str(environment / "bin" / "python"), "-m", "pip", "install", "-q", _REQUIREMENT],
        ]
    else:
        steps = [
            [uv, "venv", "-q", "--python", sys.executable, str(environment)],
            [uv, "pip", "install", "-q", "--python", str(environment / "bin" / "python"),
             _REQUIREMENT],
        ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for step in steps:
            subprocess.run(
                step, cwd=folder, check=True, capture_output=True, text=True, timeout=_TIME
            )
