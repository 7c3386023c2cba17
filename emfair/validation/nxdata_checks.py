"""How NXdata groups hang together: names, signal, axes, their order and their lengths.

pynxtools compares lengths alone, so reversed axes of a square image pass; an axis that is not
there, or an index stored as an array, it skips. What does not belong here: other groups
(``own_checks``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from emfair.validation.container import class_of, text_of
from emfair.validation.rules import Breach, rules
from emfair.validation.views import GroupView

_INDICES = "_indices"


def data_group_is_sound(parent: GroupView, group: GroupView) -> Iterator[Breach]:
    """Check an NXdata group, and its name within `parent`."""
    yield from _name_is_known(parent, group)
    yield from _axes_fit(group)


def _name_is_known(parent: GroupView, group: GroupView) -> Iterator[Breach]:
    known = rules().data_names.get(class_of(parent), ())
    if known and _last(group) not in known:
        details = (("parent_class", class_of(parent)), ("expected", ", ".join(known)))
        yield Breach("misnamed-data", group.name, details)


def _axes_fit(group: GroupView) -> Iterator[Breach]:
    signal_name = text_of(group.attrs.get("signal", ""))
    signal = group.get(signal_name) if signal_name else None
    if not isinstance(signal, h5py.Dataset):
        if signal_name:
            yield Breach("no-signal", f"{group.name}/{signal_name}")
        return
    axes = _names(group.attrs.get("axes"))
    for axis in axes:
        if axis != "." and not isinstance(group.get(axis), h5py.Dataset):
            yield Breach("no-axis", f"{group.name}/{axis}")
    yield from _indices_agree(group, signal.shape, axes)
    yield from _lengths_agree(group, signal.shape, axes)


def _indices_agree(group: GroupView, shape: tuple[int, ...], axes: list[str]) -> Iterator[Breach]:
    """Compare each ``AXISNAME_indices`` with the array's dimensions and the order of ``axes``.

    The order binds only where ``axes`` names one axis a dimension: shorter lists are placed by
    their indices alone.
    """
    for attribute, indices in _all_indices(group).items():
        axis = attribute.removesuffix(_INDICES)
        path = f"{group.name}/@{attribute}"
        said = ", ".join(map(str, indices))
        if any(not 0 <= index < len(shape) for index in indices):
            needed = ("needed", str(len(shape)))
            yield Breach("axis-index-out-of-range", path, (("index", said), needed))
        elif len(axes) == len(shape) and axis in axes and axes.index(axis) not in indices:
            details = (("axis", axis), ("position", str(axes.index(axis))), ("index", said))
            yield Breach("axis-order", path, details)


def _lengths_agree(group: GroupView, shape: tuple[int, ...], axes: list[str]) -> Iterator[Breach]:
    """Compare each axis' length with the dimension that ``axes`` gives it."""
    if axes and len(axes) != len(shape) and not _all_indices(group):
        counts = (("given", str(len(axes))), ("needed", str(len(shape))))
        yield Breach("axes-count", f"{group.name}/@axes", counts)
        return
    for position, axis in enumerate(axes):
        values = group.get(axis)
        dimension = _dimension(group, axis, position)
        if not isinstance(values, h5py.Dataset) or not 0 <= dimension < len(shape):
            continue
        length = int(np.prod(values.shape))
        if values.ndim < 2 and length not in (shape[dimension], shape[dimension] + 1):
            yield Breach(
                "axis-length",
                f"{group.name}/{axis}",
                (
                    ("length", str(length)),
                    ("dimension", str(dimension)),
                    ("size", str(shape[dimension])),
                ),
            )


def _dimension(group: GroupView, axis: str, position: int) -> int:
    indices = _all_indices(group).get(f"{axis}{_INDICES}", [])
    return indices[0] if len(indices) == 1 else position


def _all_indices(group: GroupView) -> dict[str, list[int]]:
    """Return each ``AXISNAME_indices`` as a list, however it is stored, but none of text."""
    found = {name: np.atleast_1d(group.attrs[name]) for name in group.attrs if _INDICES in name}
    return {
        name: [int(index) for index in values]
        for name, values in found.items()
        if name.endswith(_INDICES) and values.dtype.kind in "iu"
    }


def _names(axes: Any) -> list[str]:
    if axes is None:
        return []
    if isinstance(axes, str | bytes):
        return [text_of(axes)]
    return [text_of(one) for one in np.atleast_1d(axes)]


def _last(group: GroupView) -> str:
    return str(group.name).rpartition("/")[2]
