"""Fixtures that every room's tests share: the corpus of real vendor files."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

from emfair.demo.corpus import fetch, unpack
from tests.services.once import once

settings.register_profile("emfair", deadline=None)  # a busy machine is no broken property
settings.load_profile("emfair")


def pytest_collection_finish() -> None:
    """Spare the collector what the tests are made of: 800,000 objects, half a second each time.

    Streamlit collects after each run of a page, and fixtures do between tests.
    """
    gc.freeze()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder with HyperSpy's real vendor files (downloaded once, cached)."""
    return fetch()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all processes of this run share, for what is made `once`."""
    mine = tmp_path_factory.getbasetemp()
    return mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine


@pytest.fixture(scope="session")
def velox(corpus: Path, run_folder: Path) -> Path:
    """Return a folder with the Velox files, which the corpus keeps in a ZIP archive."""
    archive = corpus / "emd_files" / "fei_emd_files.zip"
    return once(run_folder / "velox", lambda folder: unpack(archive, folder))


@pytest.fixture(scope="session")
def sem_tiffs(corpus: Path, run_folder: Path) -> Path:
    """Return a folder with FEI's and Zeiss' SEM images, likewise."""

    def make(folder: Path) -> None:
        for name in ("tiff_FEI_Helios.zip", "tiff_Zeiss_SEM.zip"):
            unpack(corpus / "tiff_files" / name, folder)

    return once(run_folder / "tiffs", make)
