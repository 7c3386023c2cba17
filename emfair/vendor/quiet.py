"""Readers' libraries kept out of the log: of a damaged file they may say a line for each page.

What matters of it becomes a finding. What does not belong here: emfair's own log.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np

LIBRARIES = (
    "MRCZ",
    "PIL",
    "dask",
    "h5py",
    "imageio",
    "numcodecs",
    "pint",
    "rsciio",
    "sparse",
    "tifffile",
    "zarr",
)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what readers' libraries log, and all warnings, out of the log.

    Levels and warnings are the process', and files are read in several threads at once: the first
    to begin silences them, and the last to end, whichever it is, gives them back.
    """
    _silence.begin()
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        _silence.end()


class _Silence:
    """One for the process: how many read now, and what to give back after them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reading = 0
        self._before = ExitStack()

    def begin(self) -> None:
        with self._lock:
            self._reading += 1
            if self._reading > 1:
                return
            self._before.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            for name in LIBRARIES:
                logger = logging.getLogger(name)
                self._before.callback(logger.setLevel, logger.level)
                logger.setLevel(logging.CRITICAL)

    def end(self) -> None:
        with self._lock:
            self._reading -= 1
            if not self._reading:
                self._before.close()


_silence = _Silence()
