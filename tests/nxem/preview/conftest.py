"""Arrays made by hand, watched as a container is written, and drawn."""

import io

import numpy as np
import pytest
from PIL import Image

from emfair.nxem.preview import draw
from emfair.nxem.shape import shape_of
from emfair.nxem.watcher import Watcher


@pytest.fixture
def watched(made):
    """Return a function that shows an array to a watcher, in one block or some."""

    def watched(data, *axes, blocks=1, quantity="") -> Watcher:
        shape = shape_of(made(data, *axes))
        stored = np.stack([data[c] for c in data.dtype.names], -1) if data.dtype.names else data
        stored = stored.transpose(shape.order) if not data.dtype.names else stored
        watcher = Watcher(shape, quantity)
        step = -(-len(stored) // blocks)
        for start in range(0, len(stored), step):
            offset, block = (start, *[0] * (stored.ndim - 1)), stored[start : start + step]
            watcher.see(offset, block.real)
            if block.dtype.kind == "c":
                watcher.see_imaginary(offset, block.imag)
        return watcher

    return watched


@pytest.fixture
def preview(watched):
    """Return a function that draws an array."""

    def preview(data, *axes, blocks=1, quantity="") -> Image.Image:
        content = draw(watched(data, *axes, blocks=blocks, quantity=quantity))
        assert len(content) <= 200_000
        image = Image.open(io.BytesIO(content))
        image.load()
        assert image.format == "PNG"
        assert max(image.size) <= 600
        return image

    return preview
