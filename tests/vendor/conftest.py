"""Signals of real vendor files, each file read once."""

import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from emfair.vendor.read import read_signals
from emfair.vendor.signal import Signal
from tests.services.readers import (  # noqa: F401
    close_left,
    closed_at_once,
    files_that_readers_leave_open,
)


@pytest.fixture(scope="session")
def signals(
    corpus: Path, velox: Path, sem_tiffs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], list[Signal]]]:
    """Return a function that reads a file of ``corpus``, ``velox`` or ``sem_tiffs``."""
    places = {"corpus": corpus, "velox": velox, "sem_tiffs": sem_tiffs}

    def find(place: str, file: str) -> list[Signal]:
        path = places[place] / file
        is_lone = path.parent.name == "empad_data" and path.suffix == ".xml"
        return read_signals(
            with_frames(path, tmp_path_factory.mktemp("empad")) if is_lone else path
        )

    read = cache(find)
    yield read
    read.cache_clear()
    close_left()


def with_frames(path: Path, folder: Path) -> Path:
    """Copy an EMPAD description, which the corpus has alone, beside frames of zeros."""
    text = path.read_text("utf-8")
    named = re.search(r'<raw_file filename="([^"]+)"', text)
    assert named
    count = 1
    for number in re.findall(r"<(?:pix_x|pix_y|series_count)>(\d+)<", text):
        count *= int(number)
    with (folder / named[1]).open("wb") as raw:
        raw.truncate(count * 130 * 128 * 4)
    return Path(shutil.copy(path, folder))
