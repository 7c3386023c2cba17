"""Sessions of the synthetic microscope, simulated once."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.simulate.made import Made, make


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("sound") / "microscope")


@pytest.fixture(scope="session")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("messy") / "microscope", messy=True)


@pytest.fixture(autouse=True)
def files_are_closed() -> Iterator[None]:
    """Collect what RosettaSciIO's readers leave open while the test's own filters hold."""
    yield
    gc.collect()
