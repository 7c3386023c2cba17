"""Chance that repeats itself: the same seed and names give the same numbers in any process.

NumPy keeps a stream as it is within one version, on one kind of machine.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np
from numpy.random import PCG64DXSM, Generator, SeedSequence


def chance(seed: int, *names: str | int) -> Generator:
    """Return a stream of its own for each list of names (an acquisition, a frame, a purpose).

    So a frame does not depend on which frames were made before it, nor on who asks.
    """
    digest = sha256("\0".join(map(str, names)).encode()).digest()
    words = np.frombuffer(digest[:16], "<u4").tolist()
    return Generator(PCG64DXSM(SeedSequence([seed, *words])))
