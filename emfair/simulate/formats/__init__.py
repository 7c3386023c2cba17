"""Vendors' layouts: an acquisition becomes files that grow while it is acquired.

Each module has `write`, which yields whenever more of the acquisition has reached the disk (how
much, from 0 to 1), and `TOLD`: the keys whose values the layout has a place for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from emfair.simulate.acquisition import Acquisition
from emfair.simulate.formats import blockfile, hyperspy, mrc, msa, ncem, ripple, tiff
from emfair.simulate.output import Output

Write = Callable[[Acquisition, Output], Generator[float]]


@dataclass(frozen=True)
class Format:
    """How a layout is written, which reader takes which of its files, and what it can tell."""

    reader: str
    suffix: str
    write: Write
    told: frozenset[str]


FORMATS = {
    "tiff": Format("TIFF", ".tif", tiff.write, tiff.TOLD),
    "ncem": Format("EMD", ".emd", ncem.write, ncem.TOLD),
    "hspy": Format("HSPY", ".hspy", hyperspy.write_hspy, hyperspy.TOLD),
    "zspy": Format("ZSPY", ".zspy", hyperspy.write_zspy, hyperspy.TOLD),
    "mrc": Format("MRC", ".mrc", mrc.write, mrc.TOLD),
    "ripple": Format("Ripple", ".rpl", ripple.write, ripple.TOLD),
    "blockfile": Format("Blockfile", ".blo", blockfile.write, blockfile.TOLD),
    "msa": Format("MSA", ".msa", msa.write, msa.TOLD),
}
