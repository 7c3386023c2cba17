"""The picture that stands for an experiment is one that tells something."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from emfair.model.documents import Measurement
from emfair.nxem.cover import cover_of

NOISE = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
FLAT = np.full((64, 64), 225, np.uint8)
BLOCKS = np.repeat(np.array([[0, 255]], np.uint8), 64, axis=0).repeat(32, axis=1)


def drawn(name: str, pixels, *shape: int, kind: str = "image_2d") -> tuple[Measurement, bytes]:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    made = Measurement(
        measurement=name, title="", file="a", file_sha256="", signal_index=0, reader="EMD",
        kind=kind, shape=shape, dtype="uint8", axes=(), data_path="", data_sha256="",
        container_sha256="", container_size=1, tags_kept=0, facts=(),
    )  # fmt: skip
    return made, stream.getvalue()


@pytest.mark.parametrize("reverse", [False, True])
def test_the_largest_image_with_contrast_is_taken(reverse):
    some = [
        drawn("flat", FLAT, 4096, 4096),
        drawn("blocks", BLOCKS, 2048, 2048),
        drawn("spectrum", NOISE, 9000, kind="spectrum_0d"),
        drawn("small", NOISE, 64, 64),
        drawn("large", NOISE, 512, 512),
        drawn("map", NOISE, 600, 600, 2048, kind="spectrum_2d"),
    ]
    assert cover_of(some[::-1] if reverse else some) == "large"


def test_of_images_without_contrast_the_best_is_taken_and_of_equals_the_first():
    assert cover_of([drawn("flat", FLAT, 9, 9), drawn("blocks", BLOCKS, 9, 9)]) == "blocks"
    assert cover_of([drawn("a", NOISE, 9, 9), drawn("b", NOISE, 9, 9)]) == "a"
    assert cover_of([drawn("a", NOISE, 9, kind="spectrum_0d")]) == "a"
    assert cover_of([]) == ""
