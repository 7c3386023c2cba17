"""An experiment's measurements, from the documents of the chain: what was converted, and its worth.

What does not belong here: their pictures and containers (`downloads`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from emfair.errors import NotFound
from emfair.lake import layout
from emfair.model.documents import AxisNotes, ContainerReport, Conversion, Measurement, Validation
from emfair.model.findings import Finding, Verdict
from emfair.nxem.facts import used
from emfair.nxem.session import instrument
from emfair.nxem.shape import COLOUR
from emfair.nxem.views import is_scanned, is_spectral, measures
from emfair.registry import ExperimentRow
from emfair.service.documents import shown
from emfair.service.pages import PAGE, check_limit
from emfair.service.services import Services


@dataclass(frozen=True)
class Judged:
    """A measurement and its verdict; None until this container is judged."""

    measurement: Measurement
    verdict: Verdict | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class MeasurementPage:
    """A page of measurements, in the order of the files; `next` is the cursor of the next page."""

    items: tuple[Judged, ...]
    next: str | None


def measurements(
    services: Services, row: ExperimentRow, *, limit: int = PAGE, after: str | None = None
) -> MeasurementPage:
    """Return a page of an experiment's measurements; none until it is converted.

    Parameters
    ----------
    after
        `MeasurementPage.next` of the page before.

    Raises
    ------
    BadCall
        `limit` is out of bounds.
    NotFound
        `after` is no cursor.
    BadData
        A document is damaged.
    """
    check_limit(limit)
    found = _converted(services, row)
    start = 0 if after is None else _position(row, found, after) + 1
    shown = found[start : start + limit]
    validation = _validation(services, row)
    more = start + limit < len(found)
    return MeasurementPage(
        tuple(_judged(one, validation) for one in shown), shown[-1].measurement if more else None
    )


def measurement(services: Services, row: ExperimentRow, name: str) -> Judged:
    """Return one measurement. Raises `NotFound`; `BadData` if a document is damaged."""
    found = _converted(services, row)
    return _judged(found[_position(row, found, name)], _validation(services, row))


def report_on(validation: Validation | None, one: Measurement) -> ContainerReport | None:
    """Return the report on a measurement's container as it is now, not on an earlier one."""
    for report in validation.containers if validation else ():
        if report.container_sha256 == one.container_sha256:
            return report
    return None


def instruments(found: Iterable[Measurement]) -> tuple[str, ...]:
    """Return the names of the instruments at which measurements were made, the most used first.

    They are those by which the index finds them.
    """
    names = (instrument(used(one.facts)) for one in found)
    counts = Counter(name for name in names if name)
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


def pixel_axes(one: Measurement) -> tuple[AxisNotes, ...]:
    """Return the two axes along which the pixels of a picture lie, down and across.

    Of a scan they are the probe's places, not the camera's; of a volume the last two. None where
    they are no lengths or have no step.
    """
    axes = one.axes
    has_colours = bool(axes) and axes[-1].long_name.startswith(COLOUR)
    if one.kind == "image_4d" and not has_colours and is_scanned(axes):
        axes = axes[:2]
    sides = [axis for axis in axes if axis.scale and measures(axis, "m") and not is_spectral(axis)]
    return tuple(sides[-2:]) if len(sides) > 1 else ()


def _converted(services: Services, row: ExperimentRow) -> tuple[Measurement, ...]:
    conversion = shown(services, Conversion, layout.conversion(row.place))
    return conversion.measurements if conversion else ()


def _validation(services: Services, row: ExperimentRow) -> Validation | None:
    return shown(services, Validation, layout.report(row.place, "json"))


def _position(row: ExperimentRow, found: tuple[Measurement, ...], name: str) -> int:
    for position, one in enumerate(found):
        if one.measurement == name:
            return position
    raise NotFound(
        f"no such measurement in {row.id}.",
        subject=name,
        remedy="Wait until the experiment is processed, or take a name from its measurements.",
    )


def _judged(one: Measurement, validation: Validation | None) -> Judged:
    report = report_on(validation, one)
    return Judged(one, report.verdict if report else None, report.findings if report else ())
