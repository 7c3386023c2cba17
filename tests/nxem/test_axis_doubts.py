"""Calibrations that are none are told, each with its signal and axis."""

import numpy as np

from emfair.model.findings import Finding, Severity
from emfair.nxem.axis_doubts import axis_doubts
from emfair.vendor.signal import Axis


def test_a_broken_axis_is_told_with_what_stood_there_and_what_became_of_it(made):
    axes = Axis("y", 2, "nm", 0.5), Axis("x", 3, broken="a scale of nan (nm)")
    assert axis_doubts(made(np.zeros((2, 3)), *axes, title="HAADF"), "d/a.hspy") == [
        Finding(
            severity=Severity.RECOMMENDED,
            rule="broken-calibration",
            message="signal 0 (HAADF): axis x has a scale of nan (nm), which is no calibration; "
            "it counts its points instead, without a unit.",
            hint="If you know its steps, calibrate it in the program that wrote the file, save it "
            "again and deposit the new file; the file's own tags are kept as they are.",
            file="d/a.hspy",
        )
    ]


def test_axes_and_signals_without_a_name_are_told_by_their_number(made):
    axes = Axis("", 2), Axis("", 3, broken="2 points for 3")
    (finding,) = axis_doubts(made(np.zeros((2, 3)), *axes, title=""), "a")
    assert finding.message.startswith("signal 0 (untitled): axis 2 has 2 points for 3, which")


def test_sound_axes_raise_no_doubt(made):
    assert axis_doubts(made(np.zeros((2, 3)), Axis("y", 2), Axis("x", 3, "nm")), "a") == []
