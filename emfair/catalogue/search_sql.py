"""A search as SQL that a person can read, change and ask again.

What does not belong here: asking it (`query`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from emfair.catalogue.rows import NUMBERS, TEXTS
from emfair.catalogue.search import FACETS, OWN_INSTRUMENT, Condition, Level, Search
from emfair.catalogue.words import Term, terms_of
from emfair.nxem.keys import Key, keys

VALUES = 200
"""Values of a facet that are counted, the most frequent first."""
ROUNDING = 1e-9
"""Relative: what was typed in nm and what was stored in m may differ in the last digit."""

_LARGEST = sys.float_info.max
WHEN = "coalesce(m.start_time, e.start_time, e.sealed_at)"
_FROM = """FROM experiments AS e
LEFT JOIN measurements AS m ON m.experiment_id = e.experiment_id"""
_COLUMNS = {
    **{key: f"m.{column}" for column, key in NUMBERS.items()},
    **{key: f"m.{key}" for key in TEXTS},
}
"""Keys whose used value is a column of its own."""
_OF_EXPERIMENTS = (
    "title", "project_title", "proposal_title", "sample_title", "elements", "instrument",
    "operator", "deposited_by", "verdict", "n_measurements", "bytes",
)  # fmt: skip
_COUNTED = {"experiments": "DISTINCT experiment_id", "measurements": "measurement_id"}
_OF_ALL = {
    "techniques": "m.technique",
    "formats": "m.reader",
    "instruments": OWN_INSTRUMENT,
}
"""What an experiment shows of all its measurements, whether they fit or not."""
_OF_MEASUREMENTS = (
    "m.experiment_id", "m.measurement_id", "m.title", "e.title AS experiment", "e.project_title",
    "e.sample_title", "e.elements", "m.technique", "m.kind", "m.shape", "m.file", "m.reader",
    f"{OWN_INSTRUMENT} AS instrument", "e.operator", "e.deposited_by", "m.verdict", "m.size",
)  # fmt: skip
_WORDS = (
    "e.experiment_id, e.title, e.description, e.project_title, e.proposal_title, e.sample_title, "
    "e.sample_name, e.operator, e.deposited_by, m.title, m.file, m.technique"
)
_OF_MOST = f"CASE WHEN {OWN_INSTRUMENT} IS NOT DISTINCT FROM e.instrument THEN e.model END"
_INSTRUMENT_WORDS: dict[Level, str] = {
    "experiments": "e.instrument, e.model, m.instrument",
    "measurements": f"{OWN_INSTRUMENT}, {_OF_MOST}",
}


def rows_sql(search: Search, *, limit: int | None = None, offset: int = 0) -> str:
    """Return the SQL of what is found, in the order asked for."""
    part = f"\nLIMIT {limit}" if limit is not None else ""
    part += f" OFFSET {offset}" if offset else ""
    select = _experiments if search.level == "experiments" else _measurements
    return select(search, part)


def facets_sql(search: Search) -> str:
    """Return the SQL that counts what is found: rows of facet, value, title, n.

    The first row, of facet ``''``, counts all. A facet's values are counted as if nothing was
    chosen of it, unless all chosen values must hold.
    """
    fits = {name: _all(_chosen(search, name)) for name in FACETS}
    columns = [
        "e.experiment_id",
        "m.measurement_id",
        *(f"{facet.of(search.level)} AS {name}" for name, facet in FACETS.items()),
        *(f"{facet.title} AS {name}_title" for name, facet in FACETS.items() if facet.title),
        *(f"{condition} AS {name}_fits" for name, condition in fits.items()),
    ]
    n = f"count({_COUNTED[search.level]}) AS n"
    found = [_select(columns), _FROM, _where(_common(search))]
    everything = [f"SELECT '' AS facet, '' AS value, '' AS title, {n}", "FROM found", _fitting()]
    parts = ["\n".join(everything), *(_counts(name, n) for name in FACETS)]
    return "\n".join(["WITH found AS MATERIALIZED (", *found, ")", "\nUNION ALL\n".join(parts)])


def _counts(name: str, n: str) -> str:
    """Return the SQL that counts the values of one facet, the most frequent first."""
    facet = FACETS[name]
    value = f"unnest({name})" if facet.is_list else name
    title = f"any_value({name}_title)" if facet.title else "value"
    lines = [
        f"(SELECT '{name}' AS facet, value, {title} AS title, {n}",
        f"FROM (SELECT *, {value} AS value FROM found {_fitting(but=name)})",  # noqa: S608 -- names of ours
        f"WHERE value <> '' GROUP BY value ORDER BY n DESC, value LIMIT {VALUES})",
    ]
    return "\n".join(lines)


def _fitting(but: str = "") -> str:
    """Return the condition that all facets fit but one, of which any value will do."""
    return f"WHERE {_all(f'{one}_fits' for one in FACETS if one != but or FACETS[one].is_list)}"


def column_of(key: Key) -> str:
    """Return what a key's value is called in an answer: ``acceleration_voltage_V``."""
    name = f"{key.key}_{key.unit}" if key.unit else key.key
    return f"{name}_value" if name in (*_OF_EXPERIMENTS, "title", "technique") else name


def text(value: str) -> str:
    """Return a text as SQL.

    >>> text("O'Brien")
    "'O''Brien'"
    """
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    """Return the name of a column as SQL."""
    return value if value.isidentifier() else '"' + value.replace('"', '""') + '"'


def _experiments(search: Search, part: str) -> str:
    """Return what fits of each experiment; of those that are shown, what they are."""
    shown = _shown(search)
    end = "max" if search.descending else "min"
    order = {
        "date": f"min({WHEN})",
        "title": "any_value(e.title)",
        "size": "any_value(e.bytes)",
        **{one.key: f"{end}({_place(one)})" for one in shown},
    }
    columns = [
        "e.experiment_id",
        f"min({WHEN}) AS date",
        "count(m.measurement_id) AS fitting",
        *(column for one in shown for column in _range(one)),
        f"{order[search.sort]} AS sorted",
    ]
    found = [
        _select(columns),
        _joined(shown),
        _where([*_common(search), *_all_chosen(search)]),
        "GROUP BY e.experiment_id",
        _order(search, "sorted", "e.experiment_id") + part,
    ]
    kinds = [
        _select(
            ["e.experiment_id", *(f"{_values(one)} AS {name}" for name, one in _OF_ALL.items())]
        ),
        _FROM,
        "SEMI JOIN found ON found.experiment_id = e.experiment_id",
        "GROUP BY e.experiment_id",
    ]
    told = [
        _select(
            [
                "e.experiment_id",
                *_OF_EXPERIMENTS,
                *_OF_ALL,
                "found.* EXCLUDE (experiment_id, sorted)",
            ]
        ),
        "FROM found",
        "JOIN experiments AS e ON e.experiment_id = found.experiment_id",
        "LEFT JOIN kinds ON kinds.experiment_id = found.experiment_id",
        _order(search, "sorted", "e.experiment_id"),
    ]
    return "\n".join(["WITH found AS (", *found, "), kinds AS (", *kinds, ")", *told])


def _values(column: str) -> str:
    """Return the expression of all values of a column in a group, sorted; of none, no values."""
    return f"coalesce(list_sort(list(DISTINCT {column}) FILTER ({column} IS NOT NULL)), [])"


def _measurements(search: Search, part: str) -> str:
    shown = _shown(search)
    columns = [
        *_OF_MEASUREMENTS,
        f"{WHEN} AS date",
        *(f"{_place(one)} AS {_name(column_of(one))}" for one in shown),
    ]
    order = {
        "date": "date",
        "title": "m.title",
        "size": "m.size",
        **{one.key: _place(one) for one in shown},
    }
    there = "m.measurement_id IS NOT NULL"
    return "\n".join(
        [
            _select(columns),
            _joined(shown),
            _where([there, *_common(search), *_all_chosen(search)]),
            _order(search, order[search.sort], "m.experiment_id, m.measurement_id") + part,
        ]
    )


def _shown(search: Search) -> list[Key]:
    return [keys()[key] for key in search.columns]


def _range(key: Key) -> list[str]:
    """Return what an experiment shows of a key: its measurements' least and most, or all texts."""
    column = column_of(key)
    if key.kind == "number":
        ends = ("min", "max")
        return [f"{end}({_place(key)}) AS {_name(f'{column}_{end}')}" for end in ends]
    return [f"list_sort(list(DISTINCT {_place(key)})) AS {_name(column)}"]


def _place(key: Key) -> str:
    """Return where a measurement has a key's value: in a column of its own, or of the facts."""
    return _COLUMNS.get(key.key, f"{key.key}.value_{'num' if key.kind == 'number' else 'text'}")


def _joined(shown: Iterable[Key]) -> str:
    """Return the tables, with the facts of each key that is shown."""
    far = [one.key for one in shown if one.key not in _COLUMNS]
    return "\n".join([_FROM, *(f"LEFT JOIN facts AS {key} ON {_used(key)}" for key in far)])


def _used(key: str) -> str:
    """Return the condition that the fact `key` is the one used of its key for measurement `m`."""
    return (
        f"{key}.experiment_id = m.experiment_id AND {key}.measurement_id = m.measurement_id\n"
        f"  AND {key}.key = '{key}' AND {key}.replaced_by = '' AND {key}.warning = ''"
    )


def _common(search: Search) -> Iterator[str]:
    """Yield the conditions but those of the facets."""
    for term in terms_of(search.words):
        yield _term(term, search.level)
    if search.since:
        yield f"{WHEN} >= TIMESTAMPTZ '{search.since.isoformat()}'"
    if search.until and search.until < date.max:
        yield f"{WHEN} < TIMESTAMPTZ '{(search.until + timedelta(days=1)).isoformat()}'"
    for condition in search.conditions:
        yield _condition(condition)


def _term(term: Term, level: Level) -> str:
    """Return the condition on a word; an experiment is left out for any of its measurements.

    Names stand in lines of their own, so that no phrase begins in one and ends in the next.
    """
    places = f"{_WORDS}, {_INSTRUMENT_WORDS[level]}"
    holds = f"contains(lower(concat_ws(chr(10), {places})), lower({text(term.text)}))"
    if term.wanted:
        return holds
    if level == "measurements":
        return f"NOT {holds}"
    return f"e.experiment_id NOT IN (SELECT e.experiment_id {_FROM} WHERE {holds})"


def _condition(condition: Condition) -> str:
    key = keys()[condition.key]
    fits = _all(_bounds(_place(key), condition))
    if key.key in _COLUMNS:
        return fits
    return f"EXISTS (FROM facts AS {key.key} WHERE {_used(key.key)}\n  AND {fits})"


def _bounds(place: str, condition: Condition) -> Iterator[str]:
    """Yield the conditions on a value; what differs by rounding alone is equal."""
    equal, outward = ("", -1) if condition.strict else ("=", 1)
    if condition.low is not None:
        low = condition.low - outward * ROUNDING * abs(condition.low)
        yield f"{place} >{equal} {max(low, -_LARGEST)!r}"
    if condition.high is not None:
        high = condition.high + outward * ROUNDING * abs(condition.high)
        yield f"{place} <{equal} {min(high, _LARGEST)!r}"
    for term in terms_of(condition.words):
        holds = f"contains(lower({place}), lower({text(term.text)}))"
        yield holds if term.wanted else f"NOT {holds}"


def _all_chosen(search: Search) -> Iterator[str]:
    for facet in FACETS:
        yield from _chosen(search, facet)


def _chosen(search: Search, facet: str) -> Iterator[str]:
    """Yield the condition of one facet; it is never null."""
    values = search.chosen.get(facet, ())
    place = FACETS[facet].of(search.level)
    if values and FACETS[facet].is_list:
        for value in values:
            yield f"coalesce(list_contains({place}, {text(value)}), false)"
    elif values:
        yield f"coalesce({place} IN ({', '.join(map(text, values))}), false)"


def _select(columns: list[str]) -> str:
    return "SELECT\n  " + ",\n  ".join(columns)


def _where(conditions: Iterable[str]) -> str:
    return "WHERE " + ("\n  AND ".join(conditions) or "true")


def _all(conditions: Iterable[str]) -> str:
    return " AND ".join(conditions) or "true"


def _order(search: Search, by: str, last: str) -> str:
    return f"ORDER BY {by} {'DESC' if search.descending else 'ASC'} NULLS LAST, {last}"
