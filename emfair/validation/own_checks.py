"""What pynxtools lets pass, each a small pure function over an open entry.

What does not belong here: how NXdata groups hang together (``nxdata_checks``), and the words
(``rules.yaml``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isnan

import h5py
import numpy as np

from emfair.model.annotations import ELEMENTS
from emfair.nxem.keys import Key, keys
from emfair.units import convert, pint_unit
from emfair.validation.concepts import fields_at, path_of
from emfair.validation.container import class_of, text_of
from emfair.validation.judge import crash
from emfair.validation.nxdata_checks import data_group_is_sound
from emfair.validation.rules import Breach, rules
from emfair.validation.views import GroupView
from emfair.validation.walk import TooMany, inside

MOST_VALUES = 1000
"""Of a quantity; longer ones (a series) are not looked at one by one."""

Check = Callable[[GroupView], Iterator[Breach]]


def has_a_sample(entry: GroupView) -> Iterator[Breach]:
    """Ask for an NXsample: pynxtools takes ``sample_reference_frame`` for one, by its name."""
    if not any(class_of(entry.get(name)) == "NXsample" for name in entry):
        yield Breach("MissingRequiredGroup", f"{entry.name}/sampleID")


def elements_exist(entry: GroupView) -> Iterator[Breach]:
    """Look each of ``atom_types`` up: pynxtools takes any text, ``Qq`` or a formula."""
    for path, field in fields_at(entry, keys()["atom_types"]):
        symbols = [part.strip() for text in _texts(field) for part in text.split(",")]
        unknown = [symbol for symbol in symbols if symbol and symbol not in ELEMENTS]
        if unknown:
            yield Breach("unknown-element", path, (("symbol", ", ".join(unknown)[:80]),))


def required_text_is_not_blank(entry: GroupView) -> Iterator[Breach]:
    """Refuse a vendor of no letters: it satisfies the schema, and nobody else."""
    for name in rules().never_empty:
        for path, field in fields_at(entry, keys()[name]):
            if not any(_texts(field)):
                yield Breach("empty-value", path)


def fields_and_groups_are_sound(entry: GroupView) -> Iterator[Breach]:
    """Look at each field and each NXdata group outside a vendor's collections, on one way.

    Then at the values of the fields that have a key.
    """
    for parent, child in inside(entry):
        if isinstance(child, h5py.Dataset):
            yield from unit_is_a_unit(child)
        elif isinstance(child, GroupView) and class_of(child) == "NXdata":
            yield from data_group_is_sound(parent, child)
    yield from values_can_be(entry)


def unit_is_a_unit(field: h5py.Dataset) -> Iterator[Breach]:
    """Refuse ``px`` and ``counts``, which pass where a schema leaves the unit open."""
    unit = text_of(field.attrs.get("units", ""))
    if unit not in ("", "1") and not pint_unit(unit):
        yield Breach("not-a-unit", field.name, (("unit", unit),))


def values_can_be(entry: GroupView) -> Iterator[Breach]:
    """Compare quantities with what is possible at all: no beam has 0 V, no image is 10¹² larger.

    NaN stands for what nobody knows (the other coordinates of a stage), and passes.
    """
    quantities = {key.path: key for key in keys().values() if key.kind == "number"}
    for key in quantities.values():
        for path, field in fields_at(entry, key):
            value = _impossible(key, field)
            if value:
                yield Breach("impossible-value", path, (("value", value),), key=key.key)


def recommended_is_given(entry: GroupView) -> Iterator[Breach]:
    """Tell what NXem merely recommends: pynxtools never does."""
    for name in rules().recommended:
        key = keys()[name]
        if not _given(entry, key):
            yield Breach("missing-recommended", path_of(entry.name, key), key=name)


CHECKS: dict[str, Check] = {
    "sample": has_a_sample,
    "elements": elements_exist,
    "blank text": required_text_is_not_blank,
    "fields and groups": fields_and_groups_are_sound,
    "recommended": recommended_is_given,
}


def own_breaches(entry: GroupView) -> Iterator[Breach]:
    """Run all checks; one that cannot read on says so, and does not stop the others."""
    for name, check in CHECKS.items():
        try:
            yield from check(entry)
        except TooMany as error:
            yield error.breach
        except Exception as error:  # noqa: BLE001  h5py raises many kinds on damaged files
            yield crash("check-crashed", entry.name, error, check=name)


def _given(entry: h5py.Group, key: Key) -> bool:
    return any(any(_texts(field)) for _, field in fields_at(entry, key))


def _impossible(key: Key, field: h5py.Dataset) -> str:
    """Return the first value of a field, with its unit, that cannot be, or nothing.

    Text and wrong units are pynxtools' business.
    """
    if field.dtype.kind not in "iuf" or field.size > MOST_VALUES:
        return ""
    unit = text_of(field.attrs.get("units", ""))
    known = pint_unit(unit)
    for value in np.ravel(field[()]).tolist():
        try:
            number = convert(float(value), known or "", key.unit)
        except ValueError:
            return ""
        if not isnan(number) and not key.possible(number):
            return f"{value:g} {unit}".strip()
    return ""


def _texts(field: h5py.Dataset) -> list[str]:
    """Return the texts of a field of text; those of any other type are pynxtools' business."""
    if h5py.check_string_dtype(field.dtype) is None:
        return ["?"]
    value = field[()]
    return [text_of(one) for one in getattr(value, "flat", [value])]
