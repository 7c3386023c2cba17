"""From every lake by ranges, never a container as a whole."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from emfair.service.access import Granted
from emfair.service.looks import Detector, look_at
from emfair.vendor.signal import Axis
from tests.lake.conftest import kind, lake, s3_endpoint  # noqa: F401  fixtures of the lakes
from tests.service.looks.conftest import stored

AXES = [Axis(unit, size, unit) for unit, size in
        zip(("nm", "nm", "1/nm", "1/nm"), (8, 9, 64, 60), strict=True)]  # fmt: skip


def test_a_look_is_the_same_from_every_lake(granted, tmp_path, lake):  # noqa: F811
    access = replace(granted.access, services=replace(granted.access.services, lake=lake))
    there = Granted(access, granted.row)
    data = np.random.default_rng(id(lake)).integers(0, 900, (8, 9, 64, 60)).astype("u2")
    look = look_at(there, stored(there, tmp_path, data, *AXES))
    detector = Detector(30, 29, 4, 20)
    expected = data[:, :, detector.inside(64, 60)].sum(axis=2)
    assert np.array_equal(look.virtual_image(detector).values, expected)
    assert np.array_equal(look.pattern(7, 8).values, data[7, 8])


@pytest.mark.parametrize("shape", [(40, 40, 128, 128), (24, 1024, 1024), (4096, 6000)])
def test_memory_does_not_grow_with_the_array(granted, tmp_path, shape):
    data = np.zeros(shape, "u2")
    units = ("nm", "nm", "1/nm", "1/nm") if len(shape) == 4 else ("s", "nm", "nm")[-len(shape) :]
    axes = [Axis(unit, size, unit, navigate=unit == "s")
            for unit, size in zip(units, shape, strict=True)]  # fmt: skip
    look = look_at(granted, stored(granted, tmp_path, data, *axes))
    del data
    tracemalloc.start()
    most = 12 << 20
    if len(shape) == 4:
        look.virtual_image(Detector(60, 60, 0, 40))
        look.mean_pattern()
    elif len(shape) == 3:
        look.frame((20,))
    else:
        values = look.frame().values
        most += 2 * values.nbytes + (12 << 20)  # sums, and of how many numbers each is
        assert values.size < 4096 * 6000 / 5
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < most
