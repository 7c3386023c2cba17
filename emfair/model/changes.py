"""What an edit of a JSON document changed: field by field, what was there before and what is now.

Pure. A field is named by its path (``sample.name``, ``files["scan.dm4"].title``); lists are
compared as a whole, and a field that is null counts as one that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

_PLAIN = re.compile(r"\w+")
_STEP = re.compile(r'(?:^|\.)(\w+)|\["((?:[^"\\]|\\.)*)"\]', re.DOTALL)


class Change(BaseModel):
    """One field that an edit changed; None where there was or is nothing."""

    model_config = ConfigDict(frozen=True)

    field: str
    old: Any = None
    new: Any = None


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the fields in which two documents differ, in the order of their names."""
    before, after = dict(_fields(old)), dict(_fields(new))
    return tuple(
        Change(field=field, old=before.get(field), new=after.get(field))
        for field in sorted(before.keys() | after.keys())
        if _differ(before.get(field), after.get(field))
    )


def steps(field: str) -> tuple[str, ...]:
    r"""Return the keys that lead to a field that a `Change` names.

    >>> steps('files["a.dm3"].title')
    ('files', 'a.dm3', 'title')
    """
    return tuple(plain or re.sub(r"(?s)\\(.)", r"\1", quoted)
                 for plain, quoted in _STEP.findall(field))  # fmt: skip


def _differ(old: Any, new: Any) -> bool:
    """Whether two values differ; 1 and true do, though Python calls them equal."""
    return bool(old != new) or isinstance(old, bool) is not isinstance(new, bool)


def _fields(document: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        inner = _joined(above, key)
        if isinstance(value, Mapping):
            yield from _fields(value, inner)
        elif value is not None:
            yield inner, value


def _joined(above: str, key: str) -> str:
    if not _PLAIN.fullmatch(key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{above}["{escaped}"]'
    return f"{above}.{key}" if above else key
