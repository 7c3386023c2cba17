"""Looks as a program asks for them: by indices, which must fit what there is to look at.

What does not belong here: reading (`look`), and how an answer is written (`emfair.api.looks`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from emfair.errors import BadCall
from emfair.service.looks.background import can_be_fitted, has_background
from emfair.service.looks.detector import Beam, Detector, presets
from emfair.service.looks.edge_window import EdgeWindow, edge_window
from emfair.service.looks.first_window import First, first_window
from emfair.service.looks.look import Look
from emfair.service.looks.subject import Aspect, Kind
from emfair.service.looks.values import Curve, Flat

_SPECTRAL = (Kind.SPECTRA, Kind.LINES)


class Detectors(NamedTuple):
    """The unscattered beam on the camera, if one was found, and the usual detectors around it."""

    beam: Beam | None
    usual: dict[str, Detector]


class Backgrounds(NamedTuple):
    """Where a background is fitted to begin with, and what is summed behind it."""

    fitted: First
    summed: EdgeWindow | None


def region_axes(look: Look) -> tuple[int, ...]:
    """Return the axes along which places of a spectrum are chosen; none where there are none."""
    subject = look.subject
    if subject.kind is Kind.SPECTRA:
        return subject.map
    return (1 - (subject.spectral or 0),) if subject.kind is Kind.LINES else ()


def place_axes(look: Look) -> tuple[int, ...]:
    """Return the axes along which one place is chosen for a picture or a map."""
    return (0, 1) if look.subject.kind is Kind.SCAN else look.subject.leading


def picture_of(look: Look, place: Sequence[int], aspect: Aspect) -> Flat:
    """Return a picture, one of a stack, or a pattern of a scan; of a scan without place the mean.

    Raises `BadCall` where there are no pictures, or no such place.
    """
    kind = look.subject.kind
    if kind in (Kind.CURVE, Kind.SPECTRA):
        raise _not_here(look, "no pictures: ask for its spectrum, or its map")
    if kind is Kind.SCAN and not place:
        return look.mean_pattern()
    _check_place(look, place)
    return look.pattern(*place) if kind is Kind.SCAN else look.frame(place, aspect)


def spectrum_of(
    look: Look, region: Sequence[str], place: Sequence[int], aspect: Aspect = Aspect.AMPLITUDE
) -> Curve:
    """Return the one curve there is, or the sum of the spectra of a region: without one, of all.

    Parameters
    ----------
    region
        For each of `region_axes` an index or a span (``3:10``).

    Raises `BadCall` where there are no spectra, or no such region.
    """
    if look.subject.kind is Kind.CURVE:
        return look.curve(aspect)
    axes = region_axes(look)
    if not axes:
        raise _not_here(look, "no spectra: ask for its pictures")
    if region and len(region) != len(axes):
        raise _count("region", len(axes), len(region))
    sizes = look.subject.sizes
    whole = tuple(f"0:{sizes[axis]}" for axis in axes)
    named = zip(axes, region or whole, strict=True)
    chosen = {axis: span(text, sizes[axis], "region") for axis, text in named}
    if place:
        _check_place(look, place)
        at = zip(look.subject.leading, place, strict=True)
        chosen |= {axis: range(index, index + 1) for axis, index in at}
    return look.spectrum(chosen)


def map_of(look: Look, window: str, background: str, place: Sequence[int]) -> Flat:
    """Return the sum over a window of the spectra's channels at each place of the map.

    Parameters
    ----------
    window, background
        Channels: spans, or empty for all of them and for no background.

    Raises `BadCall` where there is no map, or no such window.
    """
    if look.subject.kind is not Kind.SPECTRA:
        raise _not_here(look, "no map of spectra")
    _check_place(look, place)
    chosen, fitted = _windows(look, window, background)
    return look.map(chosen, place, fitted)


def profile_of(look: Look, window: str, background: str) -> Curve:
    """Return the same along a line of spectra. Raises `BadCall` as `map_of` does."""
    if look.subject.kind is not Kind.LINES:
        raise _not_here(look, "no spectra along a line")
    return look.profile(*_windows(look, window, background))


def detectors_of(look: Look) -> Detectors:
    """Return the beam and the usual detectors of a scan. Raises `BadCall` where there is none."""
    if look.subject.kind is not Kind.SCAN:
        raise _not_here(look, "no patterns at places of a scan")
    beam = look.beam()
    return Detectors(beam, presets(beam, *look.subject.sizes[2:]))


def virtual_image_of(look: Look, name: str, own: Detector | None) -> Flat:
    """Return what a detector sees: one of one's own, or one of the usual ones by its name.

    Raises `BadCall` where there is no scan, or no such detector.
    """
    if own is not None and look.subject.kind is Kind.SCAN:
        return look.virtual_image(own)
    usual = detectors_of(look).usual
    if name not in usual:
        raise BadCall(
            f"{name[:40]!r} is none of the detectors here.",
            subject="detector",
            remedy=f"Choose one of {', '.join(usual)}, or give row, column, inner and outer.",
        )
    return look.virtual_image(usual[name])


def backgrounds_of(look: Look) -> Backgrounds | None:
    """Return where a background can be fitted to begin with; None where spectra have none."""
    subject = look.subject
    if subject.kind is not Kind.CURVE and subject.kind not in _SPECTRAL:
        return None
    along = subject.spectral
    if along is None or not has_background(subject.shape.axes[along]):
        return None
    whole = look.curve() if subject.kind is Kind.CURVE else look.spectrum({})
    first = first_window(whole, look.edges)
    can_be = can_be_fitted(whole.axis, first.window)
    return Backgrounds(first, edge_window(whole, first.window, look.edges) if can_be else None)


def span(text: str, size: int, field: str) -> range:
    """Return the indices that ``3:10`` (3 to 9) or ``3`` names of `size`. Raises `BadCall`."""
    first, colon, stop = text.partition(":")
    if first.isdecimal() and (stop.isdecimal() or not colon):
        begin = int(first[:12])
        end = int(stop[:12]) if colon else begin + 1
        if begin < end <= size:
            return range(begin, end)
    raise BadCall(
        f"{text[:40]!r} is no part of 0:{size}.",
        subject=field,
        remedy="Write an index, or a first one and the one after the last: 3:10.",
    )


def _windows(look: Look, window: str, background: str) -> tuple[range, range | None]:
    axis = look.subject.shape.axes[look.subject.spectral or 0]
    size = len(axis.points)
    fitted = span(background, size, "background") if background else None
    chosen = span(window, size, "window") if window else range(fitted.start if fitted else 0, size)
    if fitted is None:
        return chosen, None
    if not has_background(axis) or not can_be_fitted(axis, fitted):
        raise BadCall(
            "no power law can be fitted there.",
            subject="background",
            remedy="Name at least 4 channels of a spectrum of energy losses, all of them above 0.",
        )
    if chosen.start < fitted.start:
        raise BadCall(
            "begins before the background, where nothing can be taken away.",
            subject="window",
            remedy=f"Begin at {fitted.start}, or leave the background out.",
        )
    return chosen, fitted


def _check_place(look: Look, place: Sequence[int]) -> None:
    axes = place_axes(look)
    if len(place) != len(axes):
        raise _count("place", len(axes), len(place))
    for axis, index in zip(axes, place, strict=True):
        size = look.subject.sizes[axis]
        if not 0 <= index < size:
            raise BadCall(
                f"{index} is no index of {look.subject.shape.axes[axis].name}, which has {size:,}.",
                subject="place",
                remedy="Count from 0.",
            )


def _count(field: str, wanted: int, given: int) -> BadCall:
    return BadCall(
        f"names {given}, and there are {wanted} axes to choose along.",
        subject=field,
        remedy="Give one for each axis that the look's description lists.",
    )


def _not_here(look: Look, what: str) -> BadCall:
    return BadCall(
        f"this measurement ({look.subject.kind}) has {what}.",
        subject=look.measurement.measurement,
        remedy="Read its look's description for what can be looked at.",
    )
