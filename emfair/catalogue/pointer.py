"""The pointer: which version of each Delta table is the index.

One small object, replaced as a whole, makes six commits one. Before that it is put under
``index/history/`` with its serial number; an object can be made there once, so of two writers
one is told that it was too late. A writer that dies between the two has its change completed by
the next. Earlier pointers stay for as long as their data do.
"""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from emfair.errors import BadData, NotFound
from emfair.lake.base import Lake
from emfair.lake.layout import INDEX
from emfair.model.canonical import canonical_json

CURRENT = f"{INDEX}/current.json"
HISTORY = f"{INDEX}/history/"


class Pointer(BaseModel):
    """One state of the index. `serial` counts them from 1; `versions` are the Delta tables'."""

    model_config = ConfigDict(frozen=True)

    serial: int
    committed_at: AwareDatetime
    versions: dict[str, int]


def read_current(lake: Lake) -> Pointer | None:
    """Return the pointer; None before anything was written. Raises `BadData` if it is damaged."""
    try:
        return _read(lake, CURRENT)
    except NotFound:
        return None


def read_at(lake: Lake, when: datetime) -> Pointer | None:
    """Return the pointer as it was at `when`; None before anything was written.

    Raises
    ------
    NotFound
        The index has changed since, and the state of that time is no longer kept.
    BadData
        A pointer is damaged.
    """
    current = read_current(lake)
    if current is None or current.committed_at <= when:
        return current
    oldest: Pointer | None = None
    for key in reversed(_history(lake)):
        pointer = _read(lake, key)
        if pointer.serial >= current.serial:
            continue  # its writer died before it became the current one
        if pointer.committed_at <= when:
            return pointer
        oldest = pointer
    if (oldest or current).serial == 1:
        return None
    raise NotFound(
        f"the index of {when:%Y-%m-%d %H:%M} is no longer kept.",
        subject="index",
        remedy="Ask for a later time; compaction drops what is older than it was told to keep.",
    )


def read_latest(lake: Lake) -> Pointer | None:
    """Return the pointer that a writer goes on from, and make it the current one."""
    current = latest = read_current(lake)
    while lake.info(key := _key(latest.serial + 1 if latest else 1)):
        latest = _read(lake, key)
    if latest is not None and latest != current:
        lake.put_bytes(CURRENT, canonical_json(latest), replace=True)
    return latest


def write(lake: Lake, pointer: Pointer) -> None:
    """Make `pointer` the current one.

    Raises
    ------
    Conflict
        Another writer has made a pointer of this serial number.
    """
    content = canonical_json(pointer)
    lake.put_bytes(_key(pointer.serial), content)
    lake.put_bytes(CURRENT, content, replace=True)


def forget(lake: Lake, before: datetime) -> None:
    """Remove the pointers that were replaced before `before`."""
    keys = _history(lake)
    for key, successor in pairwise(keys):
        if _read(lake, successor).committed_at >= before:
            return
        lake.delete(key)


def _read(lake: Lake, key: str) -> Pointer:
    try:
        return Pointer.model_validate_json(lake.read_bytes(key))
    except ValidationError as error:
        raise BadData(
            "is damaged: it is no pointer to a state of the index.",
            subject=key,
            remedy=f"Put a copy of the newest object below {HISTORY} in its place."
            if key == CURRENT
            else "Restore it from a backup of the lake.",
        ) from error


def _key(serial: int) -> str:
    return f"{HISTORY}{serial:010d}.json"


def _history(lake: Lake) -> list[str]:
    return [found.key for found in lake.list(HISTORY)]
