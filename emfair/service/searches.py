"""Searching the index by words, facets and what people type of numbers; each search has its SQL.

A search is what stands in an address, so that it can be kept and passed on: `read_search` is its
only door. What does not belong here: the SQL itself (`emfair.catalogue.search_sql`), and questions
that people write in SQL (`questions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, get_args

from emfair.catalogue.search import FACETS, Condition, Level, Search
from emfair.catalogue.search_sql import column_of, facets_sql, rows_sql
from emfair.catalogue.words import terms_of
from emfair.errors import BadCall
from emfair.identity.table import Action
from emfair.model.days import read_day
from emfair.nxem.keys import Key, keys
from emfair.registry import Kept as KeptSearch
from emfair.registry.texts import encodable, storable
from emfair.service import questions
from emfair.service.access import Access
from emfair.service.ranges import read_range

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "FACETS",
    "MOST_COLUMNS",
    "MOST_CONDITIONS",
    "FacetValue",
    "Search",
    "SearchCounts",
    "Table",
    "column_of",
    "counts",
    "find",
    "forget_search",
    "keep_search",
    "kept_searches",
    "read_condition",
    "read_search",
    "rows_sql",
    "take",
]

MOST_ROWS = 100_000
"""Rows of a table that is taken away."""
MOST_COLUMNS = 12
"""Keys that are shown besides."""
MOST_CONDITIONS = 12
"""Keys that are asked for a value."""
_WORDS_LIMIT, _MOST_WORDS, _MOST_VALUES = 200, 12, 50
_NAMES = ("level", "q", "where", "since", "until", "columns", "sort", *FACETS)


@dataclass(frozen=True)
class FacetValue:
    """A value of a facet, what people call it, and how much there is of it."""

    value: str
    title: str
    n: int


@dataclass(frozen=True)
class SearchCounts:
    """How much a search finds, and of each facet's values how much there is beside the others."""

    total: int
    facets: Mapping[str, tuple[FacetValue, ...]]


@dataclass(frozen=True)
class Table:
    """What a search finds, whole; `truncated` if there is more than `MOST_ROWS`."""

    rows: pa.Table
    truncated: bool


def read_search(said: Mapping[str, Sequence[str]]) -> Search:
    """Return the search that an address says; names that no search has are left to others.

    Parameters
    ----------
    said
        ``level`` (experiments or measurements), ``q`` (words), the facets' names, ``where`` (a key
        and what it must be: ``acceleration_voltage:80-200 kV``, or ``detector:haadf``), ``since``
        and ``until`` (days), ``columns`` (keys), ``sort`` (date, title, size or a key that is
        shown; ``-`` before it: largest first). All but level, q, since, until and sort can be said
        several times.

    Raises
    ------
    BadCall
        Something of it cannot be; says which.
    """
    for name, values in said.items():
        for value in values if name in _NAMES else ():
            encodable(value, name)
    columns = tuple(dict.fromkeys(_key("columns", key).key for key in said.get("columns", ())))
    _check_number("columns", columns, MOST_COLUMNS)
    where = said.get("where", ())
    _check_number("where", where, MOST_CONDITIONS)
    sort, descending = _sort(_one(said, "sort") or "-date", columns)
    return Search(
        level=_level(_one(said, "level") or "experiments"),
        words=_words("q", _one(said, "q")),
        chosen={name: _values(name, said[name]) for name in FACETS if any(said.get(name, ()))},
        conditions=tuple(read_condition(one) for one in where),
        since=_day(said, "since"),
        until=_day(said, "until"),
        columns=columns,
        sort=sort,
        descending=descending,
    )


def find(access: Access, search: Search, *, limit: int, offset: int = 0) -> pa.Table:
    """Return a part of what a search finds, in its order, of what they may see.

    Raises
    ------
    BadQuery, Unavailable
        It takes too long, or too many ask.
    """
    sql = rows_sql(search, limit=limit, offset=offset)
    return questions.search(access, sql, limit=limit).table


def take(access: Access, search: Search) -> Table:
    """Return all that a search finds, to be taken away. Raises as `find`."""
    answer = questions.search(access, rows_sql(search), limit=MOST_ROWS)
    return Table(answer.table, answer.truncated)


def counts(access: Access, search: Search) -> SearchCounts:
    """Return how much a search finds, and the facets' values. Raises as `find`."""
    sql = facets_sql(search)
    rows = questions.search(access, sql, limit=MOST_ROWS).rows
    found: dict[str, list[FacetValue]] = {name: [] for name in ("", *FACETS)}
    for facet, value, title, n in rows:
        found[facet].append(FacetValue(value, title, n))
    total = found.pop("")[0].n
    return SearchCounts(
        total,
        {
            name: tuple(sorted(values, key=lambda one: (-one.n, one.value)))
            for name, values in found.items()
        },
    )


def kept_searches(access: Access) -> tuple[KeptSearch, ...]:
    """Return the searches that someone keeps; a content is the query of an address."""
    access.service(Action.KEEP)
    return access.services.registry.shelves.list(access.subject, "search")


def keep_search(access: Access, name: str, query: str) -> None:
    """Keep a search under a name; of the same name the later counts.

    Raises
    ------
    BadCall, TooMuch
        The name cannot be stored, or too many are kept.
    """
    access.service(Action.KEEP)
    access.services.registry.shelves.put(access.subject, "search", name, query)


def forget_search(access: Access, name: str) -> None:
    """Keep a search no longer."""
    access.service(Action.KEEP)
    access.services.registry.shelves.remove(access.subject, "search", name)


def _one(said: Mapping[str, Sequence[str]], name: str) -> str:
    values = said.get(name, ())
    if len(values) > 1:
        raise BadCall("is said more than once.", subject=name, remedy="Say it once.")
    return values[0] if values else ""


def _level(said: str) -> Level:
    for level in get_args(Level):
        if said == level:
            return level  # type: ignore[no-any-return]
    raise _not_one_of("level", said, get_args(Level))


def _words(name: str, said: str) -> str:
    if not said.strip():
        return ""
    words = storable(said, name, _WORDS_LIMIT)
    _check_number(name, terms_of(words), _MOST_WORDS)
    return words


def _values(name: str, said: Sequence[str]) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for value in said if value))
    _check_number(name, values, _MOST_VALUES)
    return values


def _key(name: str, said: str) -> Key:
    key = keys().get(said)
    if key is None:
        raise BadCall(
            f"there is no key {said[:80]!r}.",
            subject=name,
            remedy=f"Say one of: {', '.join(keys())}.",
        )
    return key


def _sort(said: str, columns: Sequence[str]) -> tuple[str, bool]:
    sort, descending = said.removeprefix("-"), said.startswith("-")
    if sort not in (known := ("date", "title", "size", *columns)):
        raise _not_one_of("sort", sort, known)
    return sort, descending


def read_condition(said: str) -> Condition:
    """Return one condition of an address: ``defocus:-50 nm to 20 nm``, ``detector:haadf``.

    Raises
    ------
    BadCall
        It cannot be read; says what to write instead.
    """
    name, _, rest = said.partition(":")
    key, subject = _key("where", name.strip()), f"where {name.strip()}"
    if not rest.strip():
        raise BadCall("says nothing about it.", subject=subject, remedy="Say what it must be.")
    if key.kind != "number":
        return Condition(key.key, words=_words(subject, rest))
    found = read_range(rest, key, subject)
    return Condition(key.key, found.low, found.high, strict=found.strict)


def _day(said: Mapping[str, Sequence[str]], name: str) -> date | None:
    text = _one(said, name)
    day = read_day(text)
    if text and day is None:
        raise BadCall(f"{text[:80]!r} is no day.", subject=name, remedy="Say it like 2026-01-22.")
    return day


def _check_number(name: str, said: Sequence[object], most: int) -> None:
    if len(said) > most:
        raise BadCall(
            f"has {len(said)} parts; at most {most} can be.", subject=name, remedy="Say less."
        )


def _not_one_of(name: str, said: str, known: Iterable[str]) -> BadCall:
    return BadCall(
        f"{said[:80]!r} is none.", subject=name, remedy=f"Say one of: {', '.join(known)}."
    )
