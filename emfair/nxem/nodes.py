"""A NeXus tree as values, before any file exists."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np

Attrs = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """An HDF5 dataset that is small enough to be a value (all but the signal itself)."""

    value: Any
    attrs: Attrs = field(default_factory=dict)


@dataclass
class Group:
    """An HDF5 group with its NeXus class."""

    nx_class: str
    attrs: Attrs = field(default_factory=dict)
    children: dict[str, Group | Field] = field(default_factory=dict)

    def group(self, name: str, nx_class: str) -> Group:
        """Return the child group `name`, made if it is not there."""
        child = self.children.get(name)
        if child is None:
            child = self.children[name] = Group(nx_class)
        if not isinstance(child, Group):
            raise TypeError(f"{name} is a field")
        return child

    def put(self, name: str, value: Any, **attrs: Any) -> None:
        """Set a field; None and empty text are left out."""
        if value is not None and (not isinstance(value, str) or value.strip() != ""):
            self.children[name] = Field(value, attrs)


def tag_tree(tags: Any) -> tuple[Group, int]:
    """Return a vendor's tags as nested NXcollections, and how many leaves they have.

    Values stay as they are. A name that NeXus does not allow is changed to the nearest one; the
    attribute ``vendor_name`` then holds it verbatim.
    """
    root = Group("NXcollection")
    return root, _fill(root, tags)


def _fill(group: Group, tags: dict[str, Any]) -> int:
    count = 0
    for given, value in tags.items():
        items = _as_branches(value)
        name = nexus_name(str(given)) if items is not None else _unreserved(nexus_name(str(given)))
        name = _free_name(group, name)
        child: Field | Group
        if items is None:
            child = Field(_leaf(value))
            count += 1
        else:
            child = Group("NXcollection")
            count += _fill(child, items)
        group.children[name] = child
        if name != given:
            child.attrs["vendor_name"] = storable(str(given))
    return count


def _as_branches(value: Any) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value
    if isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value):
        return {f"item_{index}": item for index, item in enumerate(value)}
    return None


def nexus_name(name: str) -> str:
    """Return the nearest name that NeXus allows: ``[A-Za-z0-9_]`` with ``.`` inside.

    https://manual.nexusformat.org/datarules.html#naming-conventions
    """
    plain = re.sub(r"[^A-Za-z0-9_.]+", "_", name)[:63].strip(".")
    return plain if plain == name != "" else plain.strip("_.") or "_"


def _unreserved(name: str) -> str:
    """Return a field's name without an ending or beginning that NeXus keeps for its own use."""
    name = f"tag_{name}" if name.startswith("DECTRIS_") else name
    return f"{name}_" if name.endswith(_RESERVED_SUFFIXES) else name


_RESERVED_SUFFIXES = (
    *("_end", "_increment_set", "_errors", "_indices", "_mask", "_set", "_weights"),
    *("_scaling_factor", "_offset"),
)
"""https://manual.nexusformat.org/datarules.html#reserved-suffixes"""


def _free_name(group: Group, name: str) -> str:
    free, number = name, 2
    while free in group.children:
        free, number = f"{name}_{number}", number + 1
    return free


def _leaf(value: Any) -> Any:  # noqa: PLR0911  one way out a type
    """Return a tag's value as something HDF5 holds without loss, else its text."""
    if value is None:
        return ""
    if isinstance(value, bytes | np.bytes_):
        return storable(bytes(value).decode("utf-8", "backslashreplace"))
    if isinstance(value, bool | np.bool_):
        return np.bool_(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    if isinstance(value, int | float | np.number):
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.names is None and value.dtype.kind in "biufc":
            return value
        value = value.tolist()
    if isinstance(value, list | tuple):
        array = _numbers(value)
        return array if array is not None else storable(json.dumps(value, default=_spelled))
    return storable(str(value))


def _numbers(value: list[Any] | tuple[Any, ...]) -> Any:
    """Return a list of numbers as an array that holds exactly these numbers, else None."""
    if not value or not all(isinstance(item, bool | int | float | np.number) for item in value):
        return None
    if len({isinstance(item, bool) for item in value}) > 1:
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        return None
    pairs = zip(array.tolist(), value, strict=True)
    exact = all(kept == item or (isinstance(item, float) and isnan(item)) for kept, item in pairs)
    return array if exact else None


def _spelled(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def storable(text: str) -> str:
    """Return a text as HDF5 keeps it: without NUL, which would end it, and without half signs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
