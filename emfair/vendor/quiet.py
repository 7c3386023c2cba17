"""Readers' libraries kept out of the log: of a damaged file they may say a line for each page.

What matters of it becomes a finding. What does not belong here: emfair's own log.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

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
    """Keep what readers' libraries log, and all warnings, out of the log."""
    loggers = [logging.getLogger(name) for name in LIBRARIES]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
