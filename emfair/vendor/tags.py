"""Finding a tag in a vendor's tag tree: by its path, a pattern, or a path that names another tag.

What does not belong here: what a tag means (`emfair.vendor.table`, `emfair.vendor.mapping`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

_NOTHING = ("", None)


class Unreadable(str):
    """Stands where a tag's value could not be read, and says why."""

    __slots__ = ()


def find(tree: Any, tag: str) -> tuple[str, Any]:
    """Return the path that `tag` leads to, and the value there; ``("", None)`` if nothing is there.

    `tag` is a ``/``-path. ``*`` in a name is anything but ``/``, and the first name that fits is
    taken. ``{other tag}`` stands for another tag's value, which the path goes on with:
    ``Detectors/Detector-{BinaryResult/DetectorIndex}/ExposureTime``.
    """
    path: str | None = tag
    if "{" in tag:
        path = _filled(tree, tag)
    if path is not None and "*" in path:
        path = _named(tree, path)
    if path is None:
        return _NOTHING
    value = tag_at(tree, path)
    return _NOTHING if value is None or isinstance(value, Unreadable) else (path, value)


def tag_at(tree: Any, path: str) -> Any:
    """Return the value at a ``/``-path of a tag tree, or None.

    Names may hold ``/`` or ``.`` themselves: the longest name that leads on is taken. A number is
    a place in a list or an array, from 0.
    """
    if path == "":
        return tree
    if isinstance(tree, list | tuple | np.ndarray):
        return _item(tree, path)
    if not isinstance(tree, Mapping) or path in tree:
        return tree.get(path) if isinstance(tree, Mapping) else None
    parts = path.split("/")
    for end in range(len(parts), 0, -1):
        for name in ("/".join(parts[:end]), ".".join(parts[:end])):
            value = tag_at(tree[name], "/".join(parts[end:])) if name in tree else None
            if value is not None:
                return value
    return None


def _item(items: list[Any] | tuple[Any, ...] | np.ndarray, path: str) -> Any:
    place, _, rest = path.partition("/")
    if not place.isdecimal() or np.ndim(items) == 0 or int(place) >= len(items):
        return None
    return tag_at(items[int(place)], rest)


def _filled(tree: Any, tag: str) -> str | None:
    """Return `tag` with the values of the tags that it names, or None if one is not there."""
    path = tag
    for named in re.findall(r"\{([^{}]*)\}", tag):
        value = tag_at(tree, named)
        if value is None:
            return None
        path = path.replace(f"{{{named}}}", str(value).strip())
    return path


def _named(tree: Any, path: str) -> str | None:
    """Return `path` with the first names that fit its patterns, or None."""
    names: list[str] = []
    branch = tree
    for part in path.split("/"):
        found = part
        if "*" in part:
            if not isinstance(branch, Mapping):
                return None
            found = next((name for name in branch if fits(name, part)), "")
        branch = tag_at(branch, found) if found else None
        if branch is None:
            return None
        names.append(found)
    return "/".join(names)


def fits(text: str, pattern: str) -> bool:
    """Tell whether `text` is `pattern`, in which ``*`` stands for anything."""
    wanted = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(wanted, text, re.DOTALL) is not None
