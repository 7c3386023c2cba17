"""Fixtures that every room's tests share: the corpus of real vendor files."""

from pathlib import Path

import pytest
from hypothesis import settings

from emfair.demo.corpus import fetch, unpack

settings.register_profile("emfair", deadline=None)  # a busy machine is no broken property
settings.load_profile("emfair")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder with HyperSpy's real vendor files (downloaded once, cached)."""
    return fetch()


@pytest.fixture(scope="session")
def velox(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the Velox files, which the corpus keeps in a ZIP archive."""
    folder = tmp_path_factory.mktemp("velox")
    unpack(corpus / "emd_files" / "fei_emd_files.zip", folder)
    return folder


@pytest.fixture(scope="session")
def sem_tiffs(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with FEI's and Zeiss' SEM images, likewise."""
    folder = tmp_path_factory.mktemp("tiffs")
    for name in ("tiff_FEI_Helios.zip", "tiff_Zeiss_SEM.zip"):
        unpack(corpus / "tiff_files" / name, folder)
    return folder
