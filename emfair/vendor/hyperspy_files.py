"""HyperSpy's own formats, read so that an odd tag costs that tag.

RosettaSciIO's reader of both stops at the first tag that it cannot take: text that is no UTF-8, a
name of such bytes, a date that is none, groups nested hundreds deep. What does not belong here:
what tags mean (`emfair.vendor.mapping`), and keeping them (`emfair.nxem.nodes`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np

from emfair.vendor.bounds import refuse_too_large
from emfair.vendor.tags import Unreadable
from emfair.vendor.zarr_stores import refuse_code

DEEPEST = 100
"""Groups within groups that are followed; readers and NeXus tools go down by recursion."""

Tags = dict[str, Any]


def read_hspy(reader: ModuleType, path: Path) -> list[Tags]:
    """Read a ``.hspy`` file, lazily if its arrays can be."""
    from rsciio.hspy import _api

    with _sparing(_api, "HyperspyReader"):
        found = _read("HSPY", reader, path)
    _api._lazy_file_handles.pop(str(path.absolute()), None)  # noqa: SLF001  it would never close it
    return found


def read_zspy(reader: ModuleType, path: Path) -> list[Tags]:
    """Read a ``.zspy`` folder or archive likewise; it is not opened for writing."""
    from rsciio.zspy import _api

    refuse_code(path)
    with _sparing(_api, "ZspyReader"):
        return _read("ZSPY", reader, path, mode="r")


def _read(name: str, reader: ModuleType, path: Path, **options: str) -> list[Tags]:
    found: list[Tags]
    try:
        found = reader.file_reader(str(path), lazy=True, **options)
    except Exception:  # noqa: BLE001  ragged arrays, and whatever else its parser trips over
        refuse_too_large(name, path)
        found = reader.file_reader(str(path), lazy=False, **options)
    return found


_READERS = Lock()


@contextlib.contextmanager
def _sparing(api: ModuleType, name: str) -> Iterator[None]:
    """Let RosettaSciIO read tags one by one where it cannot read a group of them."""
    with _READERS:
        original = getattr(api, name)
        setattr(api, name, _sparing_kind_of(original))
        try:
            yield
        finally:
            setattr(api, name, original)


def _sparing_kind_of(original: type[Any]) -> type[Any]:
    def read(self: Any, group: Any, dictionary: Tags | None = None, lazy: bool = False) -> Tags:
        found: Tags = {} if dictionary is None else dictionary
        if group.name.count("/") > DEEPEST:
            found["deeper"] = Unreadable(f"lies more than {DEEPEST} groups deep")
            return found

        def part(one: Any) -> Tags:
            tags: Tags = original._group2dict(self, one, {}, lazy)  # noqa: SLF001
            return tags

        try:
            found.update(part(group))
        except Exception:  # noqa: BLE001  whatever it trips over
            for name in group.attrs:
                found.update(_one(part, _Part(group, attrs=(name,)), name))
            for name in group.keys():  # noqa: SIM118  a group of Zarr is no mapping
                found.update(_one(part, _Part(group, names=(name,)), name))
        return found

    return type(original.__name__, (original,), {"_group2dict": read})


def _one(read: Any, part: _Part, name: Any) -> Tags:
    """Return one tag: as the reader reads it, else as it stands there, else why it cannot be."""
    try:
        found: Tags = read(part)
    except Exception as error:  # noqa: BLE001  whatever the reader trips over
        shown = _spelled(name)
        try:
            found = {shown: _spelled(part.value(name))}
        except Exception:  # noqa: BLE001  whatever is wrong there
            found = {shown: Unreadable(f"{type(error).__name__}: {error}")}
    return found


class _Part:
    """One attribute or member of a group, in a group's guise."""

    def __init__(self, group: Any, attrs: Iterable[Any] = (), names: Iterable[Any] = ()) -> None:
        self._group = group
        self._names = tuple(names)
        self._attrs = tuple(attrs)
        self.name = group.name

    @property
    def attrs(self) -> Mapping[Any, Any]:
        return {name: self._group.attrs[name] for name in self._attrs}

    def keys(self) -> tuple[Any, ...]:
        return self._names

    def __contains__(self, name: object) -> bool:
        return name in self._group

    def __getitem__(self, name: Any) -> Any:
        return self._group[name]

    def value(self, name: Any) -> Any:
        """Return what stands there, whatever it is. Raises what h5py and Zarr raise."""
        return self._group.attrs[name] if self._attrs else np.asarray(self._group[name])


def _spelled(value: Any) -> Any:
    r"""Return text for bytes, those that are no UTF-8 as ``\xb5``, also of a list of them."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, np.ndarray) and value.dtype.kind == "S":
        return [_spelled(one) for one in value.ravel().tolist()]
    return value
