"""Real vendor files that ship in a PyPI package: fetched when needed, cached, never committed.

HyperSpy 1.7.6's wheel holds 461 test files of some twenty formats (GPL-3.0-or-later). Only the
files are used; the package is never installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from emfair.errors import FixityMismatch, Unavailable
from emfair.model.canonical import sha256_file


@dataclass(frozen=True)
class Archive:
    """A wheel on PyPI, its checksum, and the folder in it that holds the files."""

    requirement: str
    file: str
    sha256: str
    folder: str
    pip_options: tuple[str, ...]


HYPERSPY = Archive(
    requirement="hyperspy==1.7.6",
    file="hyperspy-1.7.6-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256="1933c6969738c6073e88f70ef4790992c0e2c5aa728a3c3cb48675f5ce2e5648",
    folder="hyperspy/tests/io",
    pip_options=(
        "--only-binary=:all:", "--python-version=3.11", "--implementation=cp", "--abi=cp311",
        "--platform=manylinux2014_x86_64",
    ),
)  # fmt: skip


def cache_folder() -> Path:
    """Return where downloads are kept: ``$XDG_CACHE_HOME/emfair`` or ``~/.cache/emfair``."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "emfair"


def fetch(archive: Archive = HYPERSPY, cache: Path | None = None) -> Path:
    """Return the folder with the archive's files, downloading them the first time (33 MB).

    Raises
    ------
    Unavailable
        pip cannot download the package.
    FixityMismatch
        What came is not the file whose checksum is known.
    """
    home = cache or cache_folder()
    done = home / archive.file.removesuffix(".whl")
    if not done.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as scratch:
            wheel = _download(archive, Path(scratch))
            unpacked = Path(scratch, "unpacked")
            with zipfile.ZipFile(wheel) as bundle:
                members = [name for name in bundle.namelist() if name.startswith(archive.folder)]
                bundle.extractall(unpacked, members)
            try:
                unpacked.rename(done)
            except OSError:  # another process was faster
                if not done.is_dir():
                    raise
    return done / archive.folder


def unpack(archive: Path, target: Path) -> list[Path]:
    """Unpack a ZIP archive of the corpus into `target`; return the files, by name."""
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(target)
    return sorted(path for path in target.rglob("*") if path.is_file())


def _download(archive: Archive, folder: Path) -> Path:
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *archive.pip_options,
        "--dest", str(folder), archive.requirement,
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
        detail = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise Unavailable(
            f"could not be downloaded ({detail[-1] if detail else 'no answer'}).",
            subject=archive.requirement,
            remedy="Check the connection to the package index (and that pip is installed), then "
            "try again.",
        ) from error
    wheel = folder / archive.file
    if not wheel.is_file() or sha256_file(wheel) != archive.sha256:
        shutil.rmtree(folder, ignore_errors=True)
        raise FixityMismatch(
            "the downloaded file is not the one whose checksum is known.",
            subject=archive.file,
            remedy="Ask whoever runs your package index why it differs.",
        )
    return wheel
