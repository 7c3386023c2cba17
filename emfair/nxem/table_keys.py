"""The vendors' tables against our keys: a row that does not fit is the table's fault, not a file's.

What does not belong here: a row's own form (`emfair.vendor.table`), and reading by it
(`emfair.vendor.mapping`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from emfair.errors import BadSetting
from emfair.nxem.keys import keys
from emfair.units import convert
from emfair.vendor.plugins import plugins
from emfair.vendor.table import Row, Table, tables


@cache
def si_units() -> dict[str, str]:
    """Return the SI unit of each key that holds a number, once all tables are known to fit.

    Raises
    ------
    BadSetting
        A table names a reader or key that there is none of, or a unit that is not the key's.
    """
    refuse_misfits(tables())
    return _units()


def _units() -> dict[str, str]:
    return {key.key: key.unit for key in keys().values() if key.kind == "number"}


def refuse_misfits(found: Iterable[Table]) -> None:
    """Raise `BadSetting` for the first row that does not fit; it says which, and why."""
    for table in found:
        for problem in _problems(table):
            raise BadSetting(
                problem,
                subject=f"emfair/vendor/tables/{table.name}.yaml",
                remedy="Keys, and their units, stand in emfair/nxem/keys.yaml.",
            )


def _problems(table: Table) -> Iterator[str]:
    for reader in sorted({*table.readers, *table.spared} - {*plugins(), "*"}):
        yield f"{reader!r} is the name of no reader."
    for number, row in enumerate(table.rows, 1):
        problem = _problem(row)
        if problem:
            yield f"row {number} ({row.tag}), {problem}."
    for constant in table.constants:
        if constant.key not in keys() or constant.key in _units():
            yield f"the constant {constant.key!r} is the name of no key that holds a text."


def _problem(row: Row) -> str:
    if row.key not in keys():
        return f"key: {row.key!r} is the name of no key"
    wanted = _units().get(row.key)
    if wanted is None:
        return f"unit: {row.key} holds a text, which has no unit" if row.unit else ""
    if row.parse == "quantity" and not row.unit:
        return ""  # the text's own unit counts
    try:
        convert(1.0, row.unit, wanted)
    except ValueError:
        return f"unit: {row.unit or 'none'!r} is no unit of {row.key}, which is kept in {wanted!r}"
    return ""
