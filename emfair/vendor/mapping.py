"""From a vendor's tags to facts: the tables in ``tables/``, read and applied.

A table says for one family of files at which tag which key stands, and in which unit the vendor
writes it there. What does not belong here: a vendor's peculiarity. It is a row or a column of a
table, so that a microscopist can read and mend it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field

from emfair.model.facts import Fact, Source
from emfair.units import convert, pint_unit
from emfair.vendor.signal import Signal

Parse = Literal["plain", "epoch", "labelled", "label", "date_and_time"]
RAW_LIMIT = 500


class Row(BaseModel):
    """One tag that holds one key.

    Attributes
    ----------
    tag, key, unit
        Where it stands below a root; which key it is; the unit the vendor writes there.
    parse
        ``plain``: a number or text. ``epoch``: seconds since 1970, UTC. ``labelled``: (label,
        value, unit), the unit in the tag wins. ``label``: (label, text). ``date_and_time``: a date
        with ``time`` and ``time_zone`` beside it.
    when, unless
        Only if these tags (below the same root) have, or have not, these values.
    zero
        ``unset``: the vendor writes 0 for "not recorded".
    sign
        ``drop``: the vendor writes a negative number for a positive quantity.
    trust
        ``no``: often left over from another session: kept as a fact with a warning, never used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tag: str
    key: str
    unit: str = ""
    parse: Parse | None = None
    when: dict[str, str] = Field(default_factory=dict)
    unless: dict[str, str] = Field(default_factory=dict)
    zero: Literal["number", "unset"] = "number"
    sign: Literal["keep", "drop"] = "keep"
    trust: bool = True
    note: str = ""


class Constant(BaseModel):
    """A value that the format itself implies, if tag `needs` is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    value: str
    needs: str = ""


class Table(BaseModel):
    """One file of ``tables/``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    readers: tuple[str, ...]
    tree: Literal["tags", "metadata"] = "tags"
    roots: tuple[str, ...]
    parse: Parse = "plain"
    rows: tuple[Row, ...]
    constants: tuple[Constant, ...] = ()

    @property
    def extractor(self) -> str:
        """How facts name this table."""
        return f"emfair.vendor.tables.{self.name}"

    def fits(self, reader: str) -> bool:
        """Whether the table is for files of `reader`."""
        return reader in self.readers or "*" in self.readers


class Reading(BaseModel):
    """A tag's value before any key's rules: a number in `unit`, or text."""

    model_config = ConfigDict(frozen=True)

    number: float | None = None
    unit: str = ""
    text: str = ""
    raw: str


@cache
def tables() -> tuple[Table, ...]:
    """Return all tables; those for any reader last, so that a vendor's own tag comes first."""
    found = []
    for entry in sorted(files("emfair.vendor").joinpath("tables").iterdir(), key=lambda e: e.name):
        name, dot, extension = entry.name.partition(".")
        if dot and extension == "yaml":
            document = yaml.load(entry.read_text("utf-8"), yaml.CSafeLoader)
            found.append(Table.model_validate({"name": name, **document}))
    return tuple(sorted(found, key=lambda table: "*" in table.readers))


def vendor_facts(signal: Signal, si_units: Mapping[str, str]) -> list[Fact]:
    """Return what the tables read from a signal's tags: at most one trusted fact a key.

    Parameters
    ----------
    signal : Signal
        Its `tags` and `metadata` are read.
    si_units : mapping
        The SI unit of each key that holds a number; a key that is not in it holds text.
    """
    facts: list[Fact] = []
    settled: set[str] = set()
    for table in tables():
        if table.fits(signal.reader):
            for fact in _table_facts(table, signal, si_units):
                if fact.key not in settled:
                    facts.append(fact)
                    if fact.warning == "":
                        settled.add(fact.key)
    return facts


def _table_facts(table: Table, signal: Signal, units: Mapping[str, str]) -> Iterator[Fact]:
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
    return all(str(tag_at(branch, tag)).strip() == value for tag, value in row.when.items()) and (
        not any(str(tag_at(branch, tag)).strip() == value for tag, value in row.unless.items())
    )


def _read(row: Row, parse: Parse, branch: Mapping[str, Any]) -> Reading | None:
    value = tag_at(branch, row.tag)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if value is None or isinstance(value, Mapping) or (np.size(value) == 0 or value == ""):
        return None
    raw = str(value)[:RAW_LIMIT]
    if parse == "epoch":
        seconds = _number(value)
        text = "" if not seconds else datetime.fromtimestamp(seconds, UTC).isoformat()
        return Reading(text=text, raw=raw) if text else None
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
    offset = {"UTC": "+00:00", "Z": "+00:00"}.get(
        zone, zone if re.fullmatch(r"[+-]\d\d:\d\d", zone) else ""
    )
    return Reading(text=text + (offset if clock else ""), raw=f"{raw} {clock} {zone}".strip())


def _fact(
    table: Table, row: Row, path: str, reading: Reading, units: Mapping[str, str]
) -> Fact:
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
        warning=warning,
    )
