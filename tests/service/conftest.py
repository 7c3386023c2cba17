"""A lab of one's own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.lab import Lab, open_lab


@pytest.fixture
def lab(tmp_path: Path, corpus: Path) -> Iterator[Lab]:
    with open_lab(tmp_path / "home", corpus) as opened:
        yield opened
