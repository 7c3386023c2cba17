"""From a path in a container to NXem's concept, and to the annotation that sets it.

Containers number their groups (``event1``, ``detector2``), NXem's concepts end in ``ID``
(``sampleID``), the keys say ``event`` and ``sample1``: all are compared without these endings.
What does not belong here: the keys themselves (`emfair.nxem.keys`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import h5py

from emfair.nxem.keys import Key, keys
from emfair.validation.rules import rules

_ENDING = re.compile(r"(?<=.)(ID|_?\d+)$")


def concept_path(path: str) -> str:
    """Return `path`, below the entry, with the endings of its groups' names taken off.

    The last name stays whole: ``tilt1`` and ``tilt2`` are two fields.

    >>> concept_path("measurement/event12/instrument/stage1/tilt1")
    'measurement/event/instrument/stage/tilt1'
    """
    *groups, last = path.strip("/").split("/")
    return "/".join([*(_ENDING.sub("", group) for group in groups), last])


def group_concept(path: str) -> str:
    """Return the concept path of a group: like `concept_path`, its own name's ending taken off."""
    return concept_path(f"{path.strip('/')}/x")[:-2]


@cache
def _keys_by_concept() -> dict[str, Key]:
    table: dict[str, Key] = {}
    for key in (one for one in keys().values() if one.path):
        table.setdefault(concept_path(key.path), key)
    return table


def key_at(path: str) -> Key | None:
    """Return the key that sets the field at `path` (absolute: ``/entry/sample1/name``).

    An attribute without a key of its own (``…/voltage/@units``) is its field's.
    """
    _, _, below = path.strip("/").partition("/")
    table = _keys_by_concept()
    return table.get(concept_path(below)) or table.get(concept_path(below.split("/@")[0]))


def example_of(key: Key) -> str:
    """Return how a person writes `key` in the annotations (``[Si, O]``, ``1.5 kV``)."""
    written = rules().examples.get(key.field)
    return written if written is not None else f"1.5 {key.shown}".rstrip()


def fields_at(entry: h5py.Group, key: Key) -> Iterator[tuple[str, h5py.Dataset]]:
    """Yield path and dataset of each field of `entry` that `key` is about."""
    yield from _descend(entry, concept_path(key.path).split("/"))


def path_of(entry_name: str, key: Key) -> str:
    """Return where `key` would stand in an entry, each numbered group being the first."""
    groups, _, last = key.path.rpartition("/")
    numbered = {"event": "event1", "detector": "detector1", "image": "image1"}
    steps = [numbered.get(step, step) for step in groups.split("/") if step]
    return "/".join([entry_name, *steps, last])


def _descend(group: h5py.Group, steps: list[str]) -> Iterator[tuple[str, h5py.Dataset]]:
    step, *rest = steps
    for name in group:
        if (_ENDING.sub("", name) if rest else name) != step:
            continue
        child = group.get(name)
        if rest and isinstance(child, h5py.Group):
            yield from _descend(child, rest)
        elif not rest and isinstance(child, h5py.Dataset):
            yield f"{group.name.rstrip('/')}/{name}", child
