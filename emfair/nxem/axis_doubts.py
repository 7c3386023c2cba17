"""What a person should look at in a signal's axes: calibrations that are none.

What does not belong here: mending them (`emfair.vendor.calibration`), and doubts about metadata
(`doubts`).
"""

from __future__ import annotations

from emfair.model.findings import Finding, Severity
from emfair.vendor.signal import Signal

LONGEST = 80
"""Letters of a name in a message."""


def axis_doubts(signal: Signal, file: str) -> list[Finding]:
    """Return a finding for each axis of `signal` that has something else for its calibration.

    Parameters
    ----------
    file
        The raw file, as named in the manifest.
    """
    which = f"signal {signal.index} ({signal.title[:LONGEST] or 'untitled'})"
    return [
        Finding(
            severity=Severity.RECOMMENDED,
            rule="broken-calibration",
            message=f"{which}: axis {axis.name[:LONGEST] or number} has {axis.broken}, which is no "
            "calibration; it counts its points instead, without a unit.",
            hint="If you know its steps, calibrate it in the program that wrote the file, save it "
            "again and deposit the new file; the file's own tags are kept as they are.",
            file=file,
        )
        for number, axis in enumerate(signal.axes, 1)
        if axis.broken
    ]
