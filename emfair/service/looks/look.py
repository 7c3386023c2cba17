"""One measurement, looked at: each method reads what it needs, or knows it from before.

What does not belong here: what is asked of the policy before (whoever makes a `Granted`), and how
values are drawn (`drawing`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from emfair.lake import layout
from emfair.model.documents import Measurement
from emfair.nxem.samples import spread
from emfair.registry import ExperimentRow
from emfair.service.access import Granted
from emfair.service.looks.array import Array
from emfair.service.looks.detector import Beam, Detector, found_beam
from emfair.service.looks.edges import Edge, edges_of, elements_of
from emfair.service.looks.reading import Picks, grouping, picked, sampling, summed, thinned
from emfair.service.looks.subject import Aspect, Subject, damage, opened, subject_of
from emfair.service.looks.values import Curve, Flat, numbers_of, points_at
from emfair.service.looks.windows import Windows
from emfair.service.services import Services

T = TypeVar("T", Flat, Curve)
SIDE = 2048
"""Points along a side of a picture; of a larger one each is the mean of several."""
CURVE = 1 << 20
QUICK = 256 << 20
"""Bytes of numbers that a look reads, some seconds' work. Of more it takes every n-th place."""
THOROUGH = 16 << 30
"""The same for someone who would rather wait; time ends it first."""
MEAN = 64 << 20
"""The same for a mean pattern."""
FAST, SLOW = 20.0, 60.0
"""Seconds that a look may take, and a thorough one."""


class Look:
    """A measurement's container, looked into part by part.

    Each method raises `NotFound` if the lake has lost the container, `BadData` if it is damaged,
    `TooMuch` if it takes too long and `Busy` if too many look at once.

    Parameters
    ----------
    thorough
        Whether all places are read, however long it takes (up to a minute).
    """

    def __init__(
        self,
        services: Services,
        key: str,
        measurement: Measurement,
        subject: Subject,
        *,
        thorough: bool = False,
    ) -> None:
        self.subject = subject
        self._services, self._key, self.measurement = services, key, measurement
        self._most = THOROUGH if thorough else QUICK
        self._thorough = thorough

    @property
    def is_large(self) -> bool:
        """Whether the array is more than a quick look reads."""
        sizes, item = self.subject.sizes, np.dtype(self.measurement.dtype).itemsize
        return prod(sizes) * item > QUICK

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges of the sample's elements, as far as anybody says which those are."""
        return edges_of(elements_of(self.measurement.facts))

    def frame(self, place: Sequence[int] = (), aspect: Aspect = Aspect.AMPLITUDE) -> Flat:
        """Return the picture at a place of the leading axes (their indices)."""
        at = dict(zip(self.subject.leading, place, strict=True))
        return self._answer(
            ("frame", *place, aspect), aspect, lambda array: self._frame(array, at, aspect)
        )

    def pattern(self, row: int, column: int) -> Flat:
        """Return the pattern at a point of a scan."""
        return self._answer(
            ("pattern", row, column),
            Aspect.AMPLITUDE,
            lambda array: self._frame(array, {0: row, 1: column}, Aspect.AMPLITUDE),
        )

    def curve(self, aspect: Aspect = Aspect.AMPLITUDE) -> Curve:
        """Return an array of one axis (others have one point)."""
        sizes = self.subject.sizes
        along = max(range(len(sizes)), key=lambda axis: sizes[axis])

        def read(array: Array) -> Curve:
            picks = [spread(size, CURVE) for size in sizes]
            axis = self.subject.shape.axes[along]
            shown = len(picks[along])
            remark = f"{shown:,} of {sizes[along]:,} points." if shown < sizes[along] else ""
            values = picked(array, picks).reshape(-1)
            return Curve(values, axis, points_at(axis, picks[along]), remark)

        return self._answer(("curve", aspect), aspect, read)

    def spectrum(self, places: dict[int, range]) -> Curve:
        """Return the sum of the spectra at some places: for each other axis the indices."""
        spectral = self._spectral

        def read(array: Array) -> Curve:
            picks = [places.get(axis, range(size)) for axis, size in enumerate(self.subject.sizes)]
            picks[spectral] = range(self.subject.sizes[spectral])
            others = [axis for axis in range(len(picks)) if axis != spectral]
            fewer = thinned(array, picks, others, self._most)
            axis = self.subject.shape.axes[spectral]
            total = summed(array, fewer, (spectral,)).totals
            return Curve(total, axis, numbers_of(axis), self._sampled("spectra", picks, fewer))

        sizes = self.subject.sizes
        some = {axis: one for axis, one in places.items() if one != range(sizes[axis])}
        named = tuple(sorted((axis, one.start, one.stop) for axis, one in some.items()))
        return self._answer(("spectrum", named), Aspect.AMPLITUDE, read)

    def map(
        self, window: range, place: Sequence[int] = (), background: range | None = None
    ) -> Flat:
        """Return the sum over a window of the spectral axis, at each place of the map.

        Parameters
        ----------
        window
            The channels; above 0 if a background is fitted.
        place
            Indices of the leading axes.
        background
            Channels over which a power law is fitted at each place (`can_be_fitted`), to be
            subtracted.
        """
        kept = self.subject.map
        at = dict(zip(self.subject.leading, place, strict=True))

        def read(array: Array) -> Flat:
            total, _, remark = self._over(array, Windows(window, background), kept, at)
            return self._flat(total, kept, remark)

        return self._answer(("map", window, background, *place), Aspect.AMPLITUDE, read)

    def profile(self, window: range, background: range | None = None) -> Curve:
        """Return the same along the line of a line scan."""
        along = 1 - self._spectral

        def read(array: Array) -> Curve:
            total, picks, remark = self._over(array, Windows(window, background), (along,), {})
            axis = self.subject.shape.axes[along]
            return Curve(total, axis, points_at(axis, picks[along]), remark)

        return self._answer(("profile", window, background), Aspect.AMPLITUDE, read)

    def mean_pattern(self) -> Flat:
        """Return the mean of a scan's patterns, or of some of them at equal distances."""

        def read(array: Array) -> Flat:
            every_one = self._at({})
            picks = thinned(array, every_one, (0, 1), MEAN)
            groups = {axis: -(-len(picks[axis]) // SIDE) for axis in (2, 3)}
            used = len(picks[0]) * len(picks[1])
            whole = len(every_one[0]) * len(every_one[1])
            remark = f"Mean of {used:,} of {whole:,} patterns." if used < whole else ""
            return self._flat(summed(array, picks, (2, 3), groups=groups).means, (2, 3), remark)

        return self._answer(("mean",), Aspect.AMPLITUDE, read)

    def beam(self) -> Beam | None:
        """Return where the unscattered beam falls; None where nothing looks like it."""
        mean = self.mean_pattern().values  # first: whoever makes a look must not wait for another
        groups = -(-self.subject.sizes[2] // mean.shape[0])

        def find() -> tuple[Beam | None]:
            beam = found_beam(mean)
            return (beam and beam.enlarged(groups),)

        (beam,) = self._services.looks.get(self._name("beam"), find, lambda _: 0)
        return beam

    def virtual_image(self, detector: Detector) -> Flat:
        """Return the sum of what falls on a virtual detector, at each point of the scan."""

        def read(array: Array) -> Flat:
            inside = detector.inside(*self.subject.sizes[2:])
            every_one = self._at({})
            picks = thinned(array, every_one, (0, 1), self._most)
            rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
            if not rows.size:
                return self._flat(np.zeros([len(one) for one in picks[:2]]), (0, 1))
            box = (range(rows[0], rows[-1] + 1), range(columns[0], columns[-1] + 1))
            mask = inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            values = summed(array, [*picks[:2], *box], (0, 1), inside=mask).totals
            remark = self._sampled("patterns", every_one[:2], picks[:2])
            return self._flat(values, (0, 1), remark)

        return self._answer(("virtual", detector), Aspect.AMPLITUDE, read)

    @property
    def _spectral(self) -> int:
        spectral = self.subject.spectral
        if spectral is None:
            raise TypeError("no axis of this array is spectral")
        return spectral

    def _over(
        self, array: Array, windows: Windows, kept: Sequence[int], at: dict[int, int]
    ) -> tuple[NDArray[np.float64], Picks, str]:
        """Return sums at the places along `kept`, where they lie, and what is to be said."""
        spectral, picks = self._spectral, self._at(at)
        picks[spectral] = windows.span
        fewer = thinned(array, picks, kept, self._most)
        energies = numbers_of(self.subject.shape.axes[spectral])
        total, odd = windows.summed(array, fewer, spectral, kept, energies)
        remark = " ".join(filter(None, (self._sampled("spectra", picks, fewer), odd)))
        return total, fewer, remark

    def _at(self, place: dict[int, int]) -> list[range]:
        """Return all picks, but one along each axis of `place`."""
        return [
            range(place[axis], place[axis] + 1) if axis in place else range(size)
            for axis, size in enumerate(self.subject.sizes)
        ]

    def _frame(self, array: Array, at: dict[int, int], aspect: Aspect) -> Flat:
        kept = tuple(axis for axis in range(len(self.subject.sizes)) if axis not in at)
        whole = self._at(at)
        picks = thinned(array, whole, kept[:2], self._most)
        groups = {axis: -(-len(picks[axis]) // SIDE) for axis in kept[:2]}
        told = (self._sampled("pixels", whole, picks), grouping(list(groups.values()), aspect))
        remark = " ".join(filter(None, told))
        if aspect is Aspect.PHASE:
            picks = [one[:: groups.get(axis, 1)] for axis, one in enumerate(picks)]
            groups = {}
        if max(groups.values(), default=1) == 1:
            values = picked(array, picks)
            sizes = [len(picks[axis]) for axis in kept]
            return self._flat(values.reshape(sizes), kept, remark)
        return self._flat(summed(array, picks, kept, groups=groups).means, kept, remark)

    def _flat(self, values: NDArray[Any], kept: Sequence[int], remark: str = "") -> Flat:
        axes = self.subject.shape.axes
        return Flat(values, (axes[kept[0]], axes[kept[1]]), remark)

    def _sampled(self, what: str, before: Picks, after: Picks) -> str:
        return sampling(what, before, after, self._most)

    def _fetch(self, start: int, stop: int) -> bytes:
        with self._services.lake.open(self._key, start, stop) as stream:
            return stream.read()

    def _answer(self, choice: tuple[object, ...], aspect: Aspect, read: Callable[[Array], T]) -> T:
        def make() -> T:
            seconds = SLOW if self._thorough else FAST
            with opened(self._services, self._key) as file:
                with damage(self._key):
                    group = file[self.subject.path]
                    array = Array(group, self.subject.shape.signal, aspect, self._fetch, seconds)
                return read(array)

        return self._services.looks.get(self._name(*choice), make, lambda made: made.nbytes)

    def _name(self, *choice: object) -> tuple[object, ...]:
        return self.measurement.container_sha256, self._most, *choice


def look_at(
    granted: Granted[ExperimentRow], measurement: Measurement, *, thorough: bool = False
) -> Look:
    """Look at a measurement of an experiment whose containers someone may take.

    Raises
    ------
    NotFound
        The lake has lost its container.
    BadData
        It is damaged.
    """
    services, row = granted.access.services, granted.row
    key = layout.container(row.place, measurement.measurement)

    def make() -> Subject:
        with opened(services, key) as file, damage(key):
            return subject_of(file, measurement)

    name = (measurement.container_sha256, "subject")
    subject = services.looks.get(
        name, make, lambda made: sum(one.points.nbytes for one in made.shape.axes)
    )
    return Look(services, key, measurement, subject, thorough=thorough)
