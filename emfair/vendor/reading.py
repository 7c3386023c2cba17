"""One tag's value, read in the way that its row says: a number with a unit, or a text.

What does not belong here: finding the tag (`emfair.vendor.tags`), the key's own rules and SI units
(`emfair.vendor.mapping`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from emfair.vendor.table import Parse, Row
from emfair.vendor.tags import tag_at
from emfair.vendor.times import (
    TWO_READINGS,
    from_clock,
    from_epoch,
    from_filetime,
    from_iso,
    readings,
)

RAW_LIMIT = 500
_NUMBER = r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"

Branch = Mapping[str, Any]


class Reading(BaseModel):
    """A tag's value before any key's rules: a number in `unit`, or text.

    `warning` says why it cannot be used, if it cannot.
    """

    model_config = ConfigDict(frozen=True)

    number: float | None = None
    unit: str = ""
    text: str = ""
    raw: str
    warning: str = ""


def read(row: Row, parse: Parse, value: Any, branch: Branch) -> Reading | None:
    """Return what `row` reads from `value`, a tag below `branch`; None if it says nothing."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if _is_nothing(value):
        return None
    raw = str(value)[:RAW_LIMIT]
    if parse in _TIMES:
        told, raw = _TIMES[parse](value, raw, row, branch)
        warning = TWO_READINGS if len(told) > 1 else ""
        text = " or ".join(told) or raw
        return Reading(text=text, raw=raw, warning=warning) if raw else None
    number, unit, text = _parts(parse, value)
    if number is None and text == "" and parse in ("labelled", "label", "pair"):
        return None
    if row.values:
        if text not in row.values and "*" not in row.values:
            return None
        text = row.values.get(text, text)
    if row.zero == "unset" and number == 0:
        return None
    if row.sign == "drop" and number is not None:
        number = abs(number)
    beside = tag_at(branch, row.unit_at) if row.unit_at else None
    return Reading(number=number, unit=unit or str(beside or "") or row.unit, text=text, raw=raw)


def number_in(value: Any) -> float | None:
    """Return the number in a tag: ``2e-5``, ``"114999 X"``, ``"4.53 K X"``; None if none."""
    if isinstance(value, str):
        match = re.fullmatch(rf"{_NUMBER}\s*(K|M)?\s*[xX]?\s*", value)
        if not match:
            return None
        number = float(match[1]) * {"K": 1e3, "M": 1e6, None: 1.0}[match[2]]
    else:
        if np.ndim(value) != 0:
            return None
        try:
            number = float(value)
        except (TypeError, ValueError):
            return None
    return number if math.isfinite(number) else None


def _parts(parse: Parse, value: Any) -> tuple[float | None, str, str]:
    """Return the number, the unit that the tag itself holds, and the text of a value."""
    items = list(value) if isinstance(value, tuple | list) else [value]
    if parse == "label":
        return None, "", str(items[-1]).strip()
    if parse == "labelled":
        items = items[1:] or items
    if parse in ("labelled", "pair"):
        unit = str(items[1] or "") if len(items) > 1 else ""
        return number_in(items[0]), unit, str(items[0]).strip()
    if parse == "ratio":
        top, bottom = (number_in(items[0]), number_in(items[-1]))
        whole = len(items) == 2 and top is not None and bool(bottom)
        return (top / bottom if whole and top is not None and bottom else None), "", ""
    if parse == "quantity" and isinstance(value, str):
        match = re.fullmatch(rf"{_NUMBER}\s*(\D.*?)?\s*", value)
        return (
            (float(match[1]) if match else None),
            (match[2] or "") if match else "",
            value.strip(),
        )
    return number_in(value), "", str(value).strip()


def _is_nothing(value: Any) -> bool:
    """Whether a tag says nothing: not there, a branch, an empty list, no text."""
    if value is None or isinstance(value, Mapping) or np.size(value) == 0:
        return True
    return isinstance(value, str) and value.strip() == ""


Told = tuple[tuple[str, ...], str]
"""A time as ISO 8601 in each way that it can be read, and the raw text.

None: the raw text is kept, and told to be no time.
"""


def _iso(value: Any, raw: str, row: Row, branch: Branch) -> Told:  # noqa: ARG001
    return (from_iso(raw.strip()),), raw


def _epoch(value: Any, raw: str, row: Row, branch: Branch) -> Told:  # noqa: ARG001
    seconds = number_in(value)
    return _one(from_epoch(seconds), raw) if seconds else _NO_TIME


def _filetime(value: Any, raw: str, row: Row, branch: Branch) -> Told:  # noqa: ARG001
    ticks = number_in(value)
    return _one(from_filetime(ticks), raw) if ticks else _NO_TIME


def _clock(value: Any, raw: str, row: Row, branch: Branch) -> Told:  # noqa: ARG001
    moment = row.moment
    ticks = number_in(tag_at(branch, moment.utc)) if moment else None
    if moment is None or not ticks:
        return _NO_TIME
    return _one(from_clock(raw, ticks, str(tag_at(branch, moment.clock))), raw)


def _date_and_time(value: Any, raw: str, row: Row, branch: Branch) -> Told:  # noqa: ARG001
    clock = str(branch.get("time") or "").strip()
    zone = str(branch.get("time_zone") or "").strip()
    text = f"{raw.strip()}T{clock}" if clock else raw.strip()
    offset = re.fullmatch(r"([+-]\d\d):?(\d\d)", zone)
    told = f"{offset[1]}:{offset[2]}" if offset and clock else ""
    return (text + told,), f"{raw} {clock} {told}".strip()


def _day_and_clock(value: Any, raw: str, row: Row, branch: Branch) -> Told:  # noqa: ARG001
    words = [_words(value)]
    if row.clock_at:
        words.append(_words(tag_at(branch, row.clock_at)))
    text = " ".join(words).strip()
    return readings(text), text


def _words(value: Any) -> str:
    """Return a tag's text; of (label, text), the text."""
    last = value[-1] if isinstance(value, tuple | list) and value else value
    return "" if last is None else str(last).strip()[:RAW_LIMIT]


def _one(text: str, raw: str) -> Told:
    return ((text,) if text else ()), raw


_NO_TIME: Told = ((), "")
_TIMES: dict[str, Callable[[Any, str, Row, Branch], Told]] = {
    "iso": _iso,
    "epoch": _epoch,
    "filetime": _filetime,
    "clock": _clock,
    "date_and_time": _date_and_time,
    "day_and_clock": _day_and_clock,
}
