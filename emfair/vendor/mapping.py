"""From a vendor's tags to facts: the tables of `emfair.vendor.table`, applied.

What does not belong here: a vendor's peculiarity (a row or a column of a table), how a value is
written (`emfair.vendor.reading`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emfair.model.facts import LEFT_OVER, Fact, Source
from emfair.units import convert, pint_unit
from emfair.vendor.fields import with_doubt
from emfair.vendor.reading import Reading, read
from emfair.vendor.signal import Signal
from emfair.vendor.table import Constant, Row, Table, tables
from emfair.vendor.tags import find, fits, tag_at


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
        with_doubt(fact, signal.axes) if fact.key == "field_of_view" else fact
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
            if not row.rank or len(signal.axes) in row.rank:
                yield from _row_facts(table, row, root, branch, units)
        for constant in table.constants:
            if not constant.needs or find(branch, constant.needs)[1] is not None:
                yield _constant_fact(table, constant, root)


def _row_facts(
    table: Table, row: Row, root: str, branch: Mapping[str, Any], units: Mapping[str, str]
) -> Iterator[Fact]:
    path, value = find(branch, row.tag)
    if value is not None and _applies(row, branch):
        reading = read(row, row.parse or table.parse, value, branch)
        if reading is not None:
            yield _fact(table, row, f"{root}/{path}".strip("/"), reading, units)


def _applies(row: Row, branch: Mapping[str, Any]) -> bool:
    return all(_holds(branch, tag, value) for tag, value in row.when.items()) and not any(
        _holds(branch, tag, value) for tag, value in row.unless.items()
    )


def _holds(branch: Mapping[str, Any], tag: str, pattern: str) -> bool:
    found = find(branch, tag)[1]
    return found is not None and (pattern == "*" or fits(str(found).strip(), pattern))


def _fact(table: Table, row: Row, path: str, reading: Reading, units: Mapping[str, str]) -> Fact:
    number, warning = None, reading.warning
    if row.key in units:
        number, warning = _in_si(reading, table.spelled, units[row.key])
    return Fact(
        key=row.key,
        value_num=number,
        value_text="" if row.key in units else reading.text,
        unit=units.get(row.key, ""),
        source=Source.VENDOR,
        source_path=path,
        raw=reading.raw,
        extractor=table.extractor,
        extractor_version=table.version,
        reason=row.note,
        warning=warning if row.trust else LEFT_OVER,
    )


def _in_si(reading: Reading, spelled: Mapping[str, str], si: str) -> tuple[float | None, str]:
    """Return a reading's number in unit `si`, and what is wrong with it if there is none."""
    if reading.number is None:
        return None, "not a number"
    unit = pint_unit(spelled.get(reading.unit, reading.unit))
    if unit is None:
        return None, f"unknown unit {reading.unit!r}"
    try:
        return convert(reading.number, unit, si), ""
    except ValueError as error:
        return None, str(error)


def _constant_fact(table: Table, constant: Constant, root: str) -> Fact:
    return Fact(
        key=constant.key,
        value_text=constant.value,
        source=Source.DERIVED,
        source_path=root,
        raw=constant.value,
        extractor=table.extractor,
        extractor_version=table.version,
    )
