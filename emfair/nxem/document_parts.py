"""What stands in an annotation document, before anybody knows whether it is one.

What does not belong here: whether it is right (`annotations`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

THICKNESS = "sample.thickness"
"""The only quantity outside of ``measurement``."""
_SECTIONS = ("sample", "instrument", "user", "measurement", "files")
_NAMES = {"sample": ("name",), "instrument": ("vendor", "model", "name"), "user": ("name",)}
"""Fields of the sections that hold what people call something by."""
_DEEPEST = 8
"""Levels of a document, and some more: what lies deeper is refused for what it is."""


def endless(part: Any, field: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the fields of a document that hold NaN or infinity: a text would be made of them."""
    inside: Iterable[tuple[Any, Any]] = ()
    if isinstance(part, dict):
        inside = part.items()
    elif isinstance(part, list | tuple):
        inside = enumerate(part)
    elif isinstance(part, float) and not isfinite(part):
        yield field
    for name, value in inside if depth < _DEEPEST else ():
        yield from endless(value, f"{field}.{name}" if field else str(name), depth + 1)


def texts(part: Any, field: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield field and text of all that a document says in words; a list's are the list's."""
    if isinstance(part, str):
        yield field, part
    elif depth < _DEEPEST and isinstance(part, list | tuple):
        for value in part:
            yield from texts(value, field, depth + 1)
    elif depth < _DEEPEST and isinstance(part, dict):
        for name, value in part.items():
            yield from texts(value, f"{field}.{name}" if field else str(name), depth + 1)


def quantities(document: Any) -> Iterator[tuple[str, str, str]]:
    """Yield field, key and text of all that a document has measured, as far as it is a document."""
    whole = _part(document)
    parts = {"measurement": _part(whole.get("measurement"))}
    for name, part in _part(whole.get("files")).items():
        parts[f"files.{name}.measurement"] = _part(_part(part).get("measurement"))
    for where, part in parts.items():
        for name, value in part.items():
            if (text := _text(value)) and isinstance(name, str):
                yield f"{where}.{name}", name, text
    if text := _text(_part(whole.get("sample")).get("thickness")):
        yield THICKNESS, "thickness", text


def names(document: Any) -> Iterator[tuple[str, str]]:
    """Yield field and text of all that people call something by: they stand in headings and lists.

    They are checked when they are given: what the lake holds stays readable.
    """
    whole = _part(document)
    named = [("title", whole.get("title"))]
    named += [
        (f"files.{n}.title", _part(one).get("title"))
        for n, one in _part(whole.get("files")).items()
    ]
    for section, fields in _NAMES.items():
        part = _part(whole.get(section))
        named += [(f"{section}.{field}", part.get(field)) for field in fields]
    for field, value in named:
        if text := _text(value):
            yield field, text


def _part(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """Return a value as the document takes it; nothing where it does not."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def filled_in(document: Any) -> Any:
    """Return a document without what its template left blank (``sample:`` is no value at all)."""
    if not isinstance(document, dict):
        return {} if document is None else document
    filled = {
        name: {} if part is None and name in _SECTIONS else part for name, part in document.items()
    }
    if isinstance(files := filled.get("files"), dict):
        filled["files"] = {
            name: _measured({} if one is None else one) for name, one in files.items()
        }
    return _measured(filled)


def _measured(part: Any) -> Any:
    """Return `part` without the quantities of its ``measurement`` that were left blank."""
    if not isinstance(part, dict) or "measurement" not in part:
        return part
    measured = {} if part["measurement"] is None else part["measurement"]
    if isinstance(measured, dict):
        measured = {key: text for key, text in measured.items() if text is not None}
    return {**part, "measurement": measured}
