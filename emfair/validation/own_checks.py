"""What pynxtools lets pass, each a small pure function over an open entry.

What does not belong here: how NXdata groups hang together (``nxdata_checks``), and the words
(``rules.yaml``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import h5py

from emfair.model.annotations import ELEMENTS
from emfair.nxem.keys import Key, keys
from emfair.units import pint_unit
from emfair.validation.concepts import fields_at, path_of
from emfair.validation.container import class_of, text_of
from emfair.validation.judge import crash
from emfair.validation.nxdata_checks import data_groups_are_sound
from emfair.validation.rules import Breach, rules

Check = Callable[[h5py.Group], Iterator[Breach]]


def has_a_sample(entry: h5py.Group) -> Iterator[Breach]:
    """Ask for an NXsample: pynxtools takes ``sample_reference_frame`` for one, by its name."""
    if not any(class_of(entry.get(name)) == "NXsample" for name in entry):
        yield Breach("MissingRequiredGroup", f"{entry.name}/sampleID")


def elements_exist(entry: h5py.Group) -> Iterator[Breach]:
    """Look each of ``atom_types`` up: pynxtools takes any text, ``Qq`` or a formula."""
    for path, field in fields_at(entry, keys()["atom_types"]):
        symbols = [part.strip() for text in _texts(field) for part in text.split(",")]
        unknown = [symbol for symbol in symbols if symbol and symbol not in ELEMENTS]
        if unknown:
            yield Breach("unknown-element", path, (("symbol", ", ".join(unknown)[:80]),))


def required_text_is_not_blank(entry: h5py.Group) -> Iterator[Breach]:
    """Refuse a vendor of no letters: it satisfies the schema, and nobody else."""
    for name in rules().never_empty:
        for path, field in fields_at(entry, keys()[name]):
            if not any(_texts(field)):
                yield Breach("empty-value", path)


def units_are_units(entry: h5py.Group) -> Iterator[Breach]:
    """Refuse ``px`` and ``counts``, which pass where a schema leaves the unit open."""
    for path, field in _fields(entry):
        unit = text_of(field.attrs.get("units", ""))
        if unit not in ("", "1") and not pint_unit(unit):
            yield Breach("not-a-unit", path, (("unit", unit),))


def recommended_is_given(entry: h5py.Group) -> Iterator[Breach]:
    """Tell what NXem merely recommends: pynxtools never does."""
    for name in rules().recommended:
        key = keys()[name]
        if not _given(entry, key):
            yield Breach("missing-recommended", path_of(entry.name, key), key=name)


CHECKS: dict[str, Check] = {
    "sample": has_a_sample,
    "elements": elements_exist,
    "blank text": required_text_is_not_blank,
    "units": units_are_units,
    "NXdata": data_groups_are_sound,
    "recommended": recommended_is_given,
}


def own_breaches(entry: h5py.Group) -> Iterator[Breach]:
    """Run all checks; one that cannot read the file says so and does not stop the others."""
    for name, check in CHECKS.items():
        try:
            yield from list(check(entry))
        except Exception as error:  # noqa: BLE001  h5py raises many kinds on damaged files
            yield crash("check-crashed", entry.name, error, check=name)


def _given(entry: h5py.Group, key: Key) -> bool:
    return any(any(_texts(field)) for _, field in fields_at(entry, key))


def _texts(field: h5py.Dataset) -> list[str]:
    """Return the texts of a field of text; those of any other type are pynxtools' business."""
    if h5py.check_string_dtype(field.dtype) is None:
        return ["?"]
    value = field[()]
    return [text_of(one) for one in getattr(value, "flat", [value])]


def _fields(group: h5py.Group) -> Iterator[tuple[str, h5py.Dataset]]:
    """Yield all fields below `group`, but none of a vendor's collections, and no link twice."""
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        child = group[name]
        if isinstance(child, h5py.Dataset):
            yield child.name, child
        elif isinstance(child, h5py.Group) and class_of(child) != "NXcollection":
            yield from _fields(child)
