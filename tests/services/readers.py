"""Files that RosettaSciIO's readers leave open to the collector, closed where a test says so."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator

import pytest


def close_left() -> None:
    """Collect them, without the warning that each would bring."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="module", autouse=True)
def files_that_readers_leave_open() -> Iterator[None]:
    """Close them before another module's tests."""
    yield
    close_left()


@pytest.fixture
def closed_at_once() -> Iterator[None]:
    """Close them before another test: where a few read many, the collector comes in between."""
    yield
    close_left()
