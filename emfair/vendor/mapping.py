"""From a vendor's tags to facts: the tables of `emfair.vendor.table`, applied.

What does not belong here: a vendor's peculiarity. It is a row or a column of a table.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from emfair.model.facts import Fact, Source
from emfair.units import convert, pint_unit
from emfair.vendor.signal import Signal
from emfair.vendor.table import Parse, Row, Table, tables

RAW_LIMIT = 500


class Reading(BaseModel):
    """A tag's value before any key's rules: a number in `unit`, or text."""

    model_config = ConfigDict(frozen=True)

    number: float | None = None
    unit: str = ""
    text: str = ""
    raw: str


def vendor_facts(signal: Signal, si_units: Mapping[str, str]) -> list[Fact]:
    """Return everything that the tables read from a signal's tags, the most telling first.

    A key can have several facts: whoever settles them sees all, so that a tag that cannot be
    (0 V) hides none that can.

    Parameters
    ----------
    signal : Signal
        Its `tags` and `metadata` are read.
    si_units : mapping
        The SI unit of each key that holds a number; a key that is not in it holds text.
    """
    return [
        fact
        for table in tables()
        if table.fits(signal.reader)
        for fact in table_facts(table, signal, si_units)
    ]


def table_facts(table: Table, signal: Signal, units: Mapping[str, str]) -> Iterator[Fact]:
    """Yield what one table reads: a fact for each of its rows and roots that is there."""
    tree = signal.tags if table.tree == "tags" else signal.metadata
    for root in table.roots:
        branch = tag_at(tree, root)
        if not isinstance(branch, Mapping):
            continue
        for row in table.rows:
            if _applies(row, branch):
                reading = _read(row, row.parse or table.parse, branch)
                if reading is not None:
                    yield _fact(table, row, f"{root}/{row.tag}".strip("/"), reading, units)
        for constant in table.constants:
            if not constant.needs or tag_at(branch, constant.needs) is not None:
                yield Fact(
                    key=constant.key,
                    value_text=constant.value,
                    source=Source.DERIVED,
                    source_path=root,
                    raw=constant.value,
                    extractor=table.extractor,
                    extractor_version=table.version,
                )


def tag_at(tree: Any, path: str) -> Any:
    """Return the value at a ``/``-path of a tag tree, or None.

    Names may hold ``/`` or ``.`` themselves: the longest name that fits is taken.
    """
    if path == "":
        return tree
    if not isinstance(tree, Mapping):
        return None
    if path in tree:
        return tree[path]
    parts = path.split("/")
    for end in range(len(parts) - 1, 0, -1):
        name = "/".join(parts[:end])
        if name in tree:
            return tag_at(tree[name], "/".join(parts[end:]))
        dotted = ".".join(parts[: end + 1])
        if dotted in tree:
            return tag_at(tree[dotted], "/".join(parts[end + 1 :]))
    return None


def _applies(row: Row, branch: Mapping[str, Any]) -> bool:
    return all(_holds(branch, tag, value) for tag, value in row.when.items()) and not any(
        _holds(branch, tag, value) for tag, value in row.unless.items()
    )


def _holds(branch: Mapping[str, Any], tag: str, value: str) -> bool:
    found = tag_at(branch, tag)
    return found is not None and (value == "*" or str(found).strip() == value)


def _read(row: Row, parse: Parse, branch: Mapping[str, Any]) -> Reading | None:
    value = tag_at(branch, row.tag)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if _is_nothing(value):
        return None
    raw = str(value)[:RAW_LIMIT]
    if parse == "epoch":
        return _epoch(value, raw)
    if parse == "date_and_time":
        return _date_and_time(branch, raw)
    if parse in ("labelled", "label"):
        parts = list(value) if isinstance(value, tuple | list) else ["", value]
        if parse == "label" or len(parts) < 2:
            return Reading(text=str(parts[-1]).strip(), raw=raw)
        unit = str(parts[2]) if len(parts) > 2 else row.unit
        return _checked(row, Reading(number=_number(parts[1]), unit=unit, raw=raw))
    return _checked(
        row, Reading(number=_number(value), unit=row.unit, text=str(value).strip(), raw=raw)
    )


def _is_nothing(value: Any) -> bool:
    """Whether a tag says nothing: not there, a branch, an empty list, no text."""
    if value is None or isinstance(value, Mapping) or np.size(value) == 0:
        return True
    return isinstance(value, str) and value.strip() == ""


def _epoch(value: Any, raw: str) -> Reading | None:
    seconds = _number(value)
    if not seconds:
        return None
    try:
        text = datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, OSError, ValueError):
        text = raw  # kept, and told to be no time
    return Reading(text=text, raw=raw)


def _checked(row: Row, reading: Reading) -> Reading | None:
    number = reading.number
    if row.zero == "unset" and number == 0:
        return None
    if row.sign == "drop" and number is not None:
        return reading.model_copy(update={"number": abs(number)})
    return reading


def _number(value: Any) -> float | None:
    """Return the number in a tag: ``2e-5``, ``"114999 X"``, ``"4.53 K X"``; None if none."""
    if isinstance(value, str):
        match = re.fullmatch(
            r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(K|M)?\s*[xX]?\s*", value
        )
        if not match:
            return None
        number = float(match[1]) * {"K": 1e3, "M": 1e6, None: 1.0}[match[2]]
    else:
        try:
            number = float(value)
        except (TypeError, ValueError):
            return None
    return number if math.isfinite(number) else None


def _date_and_time(branch: Mapping[str, Any], raw: str) -> Reading:
    clock = str(branch.get("time") or "").strip()
    zone = str(branch.get("time_zone") or "").strip()
    text = f"{raw.strip()}T{clock}" if clock else raw.strip()
    offset = zone if re.fullmatch(r"[+-]\d\d:\d\d", zone) else ""
    return Reading(text=text + (offset if clock else ""), raw=f"{raw} {clock} {offset}".strip())


def _fact(table: Table, row: Row, path: str, reading: Reading, units: Mapping[str, str]) -> Fact:
    warning = "" if row.trust else "often left over from another session: not used"
    number: float | None = None
    text = reading.text
    if row.key in units:
        text = ""
        unit = pint_unit(reading.unit)
        if reading.number is None:
            warning = warning or "not a number"
        elif unit is None:
            warning = warning or f"unknown unit {reading.unit!r}"
        else:
            try:
                number = convert(reading.number, unit, units[row.key])
            except ValueError as error:
                warning = warning or str(error)
    return Fact(
        key=row.key,
        value_num=number,
        value_text=text,
        unit=units.get(row.key, ""),
        source=Source.VENDOR,
        source_path=path,
        raw=reading.raw,
        extractor=table.extractor,
        extractor_version=table.version,
        reason=row.note,
        warning=warning,
    )
