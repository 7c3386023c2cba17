"""MRC files as a microscope of either byte order writes them."""

import numpy as np

PIXELS = {0: "u1", 1: "i2", 2: "f4", 4: "c8", 6: "u2", 12: "f2"}
STAMPS = {"<": b"\x44\x44", ">": b"\x11\x11"}


def mrc_bytes(
    order, mode=1, *, magic=b"MAP ", stamp=b"\0\0", sizes=(6, 5, 3), extended=b""
) -> bytes:
    """Return a file of ``sizes`` (columns, rows, sections) whose pixels count from 0."""
    header = np.zeros(256, dtype=f"{order}i4")
    header[0:3] = header[7:10] = sizes
    header[3], header[23] = mode, len(extended)
    header[10:13] = np.array([60, 50, 30], dtype=f"{order}f4").view(f"{order}i4")
    header[16:19] = (1, 2, 3)
    header[43:49] = np.arange(6, dtype=f"{order}f4").view(f"{order}i4")
    octets = bytearray(header.tobytes())
    octets[208:212], octets[212:214] = magic, stamp
    pixels = np.arange(90).astype(f"{order}{PIXELS[mode]}")
    return bytes(octets) + extended + pixels.tobytes()
