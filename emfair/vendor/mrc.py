"""An MRC file's header, as far as its byte order and its length are told by it.

https://www.ccpem.ac.uk/mrc-format/mrc2014/: what does not belong here are its tags and axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from emfair.errors import UnreadableFile
from emfair.vendor.promises import refuse

LENGTH = 1024
_SIZES, _EXTENDED, _STAMP = slice(0, 4), 23, slice(212, 214)
_BIG = b"\x11\x11"
_BYTES = {0: 1, 1: 2, 2: 4, 4: 8, 6: 2, 12: 2}
"""Bytes of a pixel, by mode."""


@dataclass(frozen=True)
class Header:
    """What a header says of the file.

    Attributes
    ----------
    order : str
        ``<`` or ``>``, as NumPy writes byte orders.
    pixels : int
        Bytes of the array; 0 for a mode that is not known here.
    start : int
        Where it begins: behind this header and an extended one.
    fits : bool
        Whether the file is as long as this says.
    """

    order: str
    pixels: int
    start: int
    fits: bool

    @classmethod
    def of(cls, path: Path) -> Header:
        """Read a file's header in the byte order in which it makes sense.

        The machine stamp says which; old files have none, and some a wrong one.

        Raises
        ------
        UnreadableFile
            The file ends before its array does, or its sizes make no sense.
        """
        with path.open("rb") as file:
            head = file.read(LENGTH)
        there = path.stat().st_size
        refuse(LENGTH, len(head))
        orders = "><" if head[_STAMP] == _BIG else "<>"
        read = [_read(head, order, there) for order in orders]
        header = next((one for one in read if one.fits and one.pixels), read[0])
        if not header.fits:
            refuse(header.start + header.pixels, there)
            raise UnreadableFile("its header holds sizes below zero")
        return header


def _read(head: bytes, order: str, there: int) -> Header:
    words = np.frombuffer(head, f"{order}i4")
    *sizes, mode = map(int, words[_SIZES])
    pixels = prod(sizes) * _BYTES.get(mode, 0)
    start = LENGTH + int(words[_EXTENDED])
    fits = min(sizes) > 0 and start >= LENGTH and start + pixels <= there
    return Header(order, pixels, start, fits)
