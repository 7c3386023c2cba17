"""A home of the test's own: what is saved here, stays here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.filled import fill


@pytest.fixture
def made(tmp_path, corpus, run_folder) -> dict[str, str]:
    """Return the experiments of a home of the test's own: what is saved here, stays here."""
    return fill(tmp_path / "home", corpus, run_folder)


@pytest.fixture
def services(tmp_path, made) -> Iterator[Services]:
    with open_services(read_settings(home=tmp_path / "home")) as opened:
        yield opened
