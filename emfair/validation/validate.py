"""The verdict on a container: pynxtools' findings and our own, in order.

What does not belong here: showing them (``report``), and what an experiment's findings come to
(`emfair.model.findings.verdict_of`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from emfair.model.findings import Finding, in_order
from emfair.validation.container import entries_of, open_container
from emfair.validation.judge import crash, judge, nxdl_version, validator_name
from emfair.validation.own_checks import own_breaches
from emfair.validation.reach import hindrances
from emfair.validation.rules import Breach
from emfair.validation.tell import tell
from emfair.validation.views import GroupView

__all__ = ["nxdl_version", "validate_container", "validator_name"]


def validate_container(path: Path, *, measurement: str = "", file: str = "") -> tuple[Finding, ...]:
    """Return everything that is not as it should be in one container, most severe first.

    Parameters
    ----------
    path
        The container; any file is taken, and never written to.
    measurement, file
        Set on each finding: the measurement's identifier, and the raw file it came from.

    Returns
    -------
    tuple of Finding
        Whatever stands in the file, damaged or strange, is told as findings. The same file
        gives the same findings in the same order. Threads may call it together; they wait for
        one another while pynxtools works.

    Raises
    ------
    NotFound
        There is no such file.
    """
    findings = tell(_breaches(path), measurement=measurement, file=file)
    return tuple(in_order(findings))


def _breaches(path: Path) -> Iterator[Breach]:
    """Yield our own findings before pynxtools': where both see the same, ours say more."""
    opened = open_container(path)
    if isinstance(opened, Breach):
        yield opened
        return
    with opened as file:
        if refused := hindrances(file):
            yield from refused
            return
        try:
            ours, others = entries_of(file)
        except Exception as error:  # noqa: BLE001  h5py raises many kinds on damaged files
            yield crash("truncated-file", "", error)
            return
        yield from others
        container = GroupView(file["/"].id)
        for entry in ours:
            yield from own_breaches(container[entry.strip("/")])
        for entry in ours:
            yield from judge(container, entry)
