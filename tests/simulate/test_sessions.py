"""A session is one that could have been: in time, and in what its numbers say of one another."""

from __future__ import annotations

from itertools import islice, pairwise

import numpy as np
import pytest

from emfair.simulate.formats import FORMATS
from emfair.simulate.recipes.tilts import dose_symmetric
from emfair.simulate.sessions import acquisitions, sessions
from tests.simulate.made import START

NAMES = list(sessions())


def planned(name: str, size: str, number: int):
    return list(islice(acquisitions(sessions()[name], size, seed=0, start=START), number))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", ["small", "real"])
def test_one_begins_when_the_other_is_done(name, size):
    for (before, _, pause), (after, _, _) in pairwise(planned(name, size, 25)):
        assert pause > 0
        assert 0 <= (before.end - after.start).total_seconds() + pause < 1
        assert after.name != before.name


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", ["small", "real"])
def test_what_the_metadata_say_fits_the_pixels(name, size):
    session = sessions()[name]
    for one, layout, _ in planned(name, size, len(session.steps)):
        values = one.values
        assert layout in FORMATS
        assert values["acceleration_voltage"] == session.microscope.voltage
        scanned = [axis for axis in one.axes if axis.unit == "nm"]
        if "field_of_view" in values:
            for axis in scanned:
                assert axis.size * axis.scale * 1e-9 == pytest.approx(values["field_of_view"])
        if "dwell_time" in values and len(scanned) == 2:
            points = np.prod([axis.size for axis in scanned])
            frames = one.axes[0].size if one.axes[0].name == "time" else 1
            least = points * frames * one.number("dwell_time")
            assert least * 0.999 <= one.seconds < 2 * least  # and the time to fly back
        if one.technique == "SEM imaging":
            assert values["magnification"] == round(0.127 / one.number("field_of_view"))
        if one.axes[-1].unit == "1/nm":
            angle = one.physics["camera_pitch"] / one.number("camera_length")
            assert one.axes[-1].scale * 1e9 == pytest.approx(angle / one.physics["wavelength"])


def test_a_name_is_one_that_every_system_takes():
    for name in NAMES:
        for one, _, _ in planned(name, "small", len(sessions()[name].steps)):
            assert not set(one.name) & set('<>:"/\\|?*')


def test_tilts_go_out_to_both_sides_in_turn():
    assert dose_symmetric(9, 3) == [0, 3, -3, -6, 6, 9, -9]
    assert sorted(dose_symmetric(60, 3)) == [3.0 * n for n in range(-20, 21)]


def test_a_tilt_series_description_has_every_picture(made):
    one = made.one("tilt/mrc/001")
    text = one.primary.with_name(f"{one.primary.name}.mdoc").read_text()
    tilts = [float(line.split("=")[1]) for line in text.splitlines() if "TiltAngle" in line]
    assert tilts == dose_symmetric(9, 3)
    times = [line.split("=")[1] for line in text.splitlines() if "DateTime" in line]
    assert times == sorted(times)
    assert len(set(times)) == len(tilts)
