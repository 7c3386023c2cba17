"""Signals of real vendor files, each file read once."""

import gc
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from emfair.vendor.read import read_signals
from emfair.vendor.signal import Signal


@pytest.fixture(scope="session")
def signals(
    corpus: Path, velox: Path, sem_tiffs: Path
) -> Iterator[Callable[[str, str], list[Signal]]]:
    """Return a function that reads a file of ``corpus``, ``velox`` or ``sem_tiffs``."""
    places = {"corpus": corpus, "velox": velox, "sem_tiffs": sem_tiffs}
    read = cache(lambda place, file: read_signals(places[place] / file))
    yield read
    read.cache_clear()
    _close()


@pytest.fixture(scope="module", autouse=True)
def files_that_readers_leave_open() -> Iterator[None]:
    """Close, before another module's tests, what RosettaSciIO's readers leave to the collector."""
    yield
    _close()


def _close() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
