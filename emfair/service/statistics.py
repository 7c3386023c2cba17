"""Figures of a lab over time: deposits, bytes, formats, instruments, verdicts, faults.

What the index holds is counted by SQL, under whoever asks: of what they may see, and of no other.
What is sealed and not indexed yet, the registry tells. Times are UTC; a week begins on Monday. What
does not belong here: charts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from operator import attrgetter

from emfair.errors import TooMuch
from emfair.identity.table import Action
from emfair.service import questions
from emfair.service.access import Access

WAITING = "not indexed"
"""What stands for the verdict of what the chain has not come to the end with."""
UNNAMED = "not told"
_LONGEST_IN_WEEKS = timedelta(weeks=27)
_MOST = 10_000  # rows of all the answers together
_FAULTS = 8


class Unit(StrEnum):
    """How long an interval is."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """From `begin` to before `end`, cut into intervals."""

    begin: date
    end: date

    @property
    def unit(self) -> Unit:
        """How it is cut: half a year into weeks, more into months."""
        return Unit.WEEK if self.end - self.begin <= _LONGEST_IN_WEEKS else Unit.MONTH

    def interval(self, day: date) -> date:
        """Return the first day of the interval that `day` lies in.

        >>> Period(date(2026, 1, 1), date(2026, 2, 1)).interval(date(2026, 1, 22)).isoformat()
        '2026-01-19'
        """
        if self.unit is Unit.MONTH:
            return day.replace(day=1)
        return day - timedelta(days=day.weekday())

    def following(self, begin: date) -> date:
        """Return the first day of the interval after the one that begins on `begin`."""
        if self.unit is Unit.WEEK:
            return begin + timedelta(days=7)
        return (begin + timedelta(days=31)).replace(day=1)

    @property
    def intervals(self) -> Iterator[date]:
        """The first days of all its intervals; the first one may begin before it does."""
        day = self.interval(self.begin)
        while day < self.end:
            yield day
            day = self.following(day)


@dataclass(frozen=True)
class Count:
    """So much of `name` in the interval that begins on `since`."""

    since: date
    name: str
    number: int
    bytes: int = 0


@dataclass(frozen=True)
class Amount:
    """So much of `name` in the whole period."""

    name: str
    number: int
    bytes: int = 0


@dataclass(frozen=True)
class Figures:
    """Figures of one period.

    Attributes
    ----------
    deposits
        Experiments and their bytes, by verdict.
    formats
        Files and their bytes, by format; files that hold nothing to measure are not counted.
    instruments
        Experiments and their bytes, by instrument; which one, is known once they are indexed.
    faults
        Experiments that are not valid, by what is wrong or missing; the most frequent first.
    measurements
        How many there are.
    questions
        The SQL behind each of these, by name.
    """

    period: Period
    deposits: tuple[Count, ...] = ()
    formats: tuple[Amount, ...] = ()
    instruments: tuple[Amount, ...] = ()
    faults: tuple[tuple[str, int], ...] = ()
    measurements: int = 0
    questions: dict[str, str] = field(default_factory=dict)


def first_day(access: Access) -> date | None:
    """Return the day on which the oldest experiment that they may see was begun."""
    sight = access.sight(Action.READ_EXPERIMENT)
    found = access.services.registry.standings.first(visible=sight)
    return found.astimezone(UTC).date() if found else None


def figures(access: Access, period: Period) -> Figures:
    """Return the figures of a period, of what they may see.

    All is asked at once: each question opens the index anew.

    Raises
    ------
    Forbidden, Unauthenticated
        They may not ask the index.
    Unavailable
        Too many ask at once.
    TooMuch
        There are more rows of figures than are looked at.
    """
    access.service(Action.QUERY_INDEX)
    asked = _questions(period)
    parts = (
        f"SELECT '{name}' AS part, * FROM ({sql})"  # noqa: S608  a person's bounds hold anyway
        for name, sql in asked.items()
    )
    answer = questions.search(access, " UNION ALL BY NAME ".join(parts), limit=_MOST)
    if answer.truncated:
        raise TooMuch(
            f"the figures of this period take more than {_MOST:,} rows.",
            remedy="Choose a shorter period.",
        )
    found: dict[str, list[tuple[datetime | None, str, int, int]]] = defaultdict(list)
    for part, since, name, number, size in questions.rows(answer):
        found[part].append((since, name, number, size))
    waiting = _waiting(access, period)
    faults = sorted(found["faults"], key=lambda row: (-row[2], row[1]))  # a union has no order
    return Figures(
        period=period,
        deposits=(*_counts(found["deposits"]), *waiting),
        formats=tuple(_amounts(found["formats"])),
        instruments=(*_amounts(found["instruments"]), *_in_all(waiting)),
        faults=tuple((name, number) for _, name, number, _ in faults),
        measurements=sum(number for _, _, number, _ in found["measurements"]),
        questions=asked,
    )


def _questions(period: Period) -> dict[str, str]:
    """Return the SQL of each part: since (if by interval), name, number, bytes."""
    since = f"date_trunc('{period.unit}', sealed_at)"
    within = f"sealed_at >= TIMESTAMPTZ '{period.begin}' AND sealed_at < TIMESTAMPTZ '{period.end}'"
    named = f"coalesce(nullif(instrument, ''), '{UNNAMED}')"
    return {
        "deposits": (
            f"SELECT {since} AS since, verdict AS name, count(*) AS number, sum(bytes) AS bytes\n"
            f"FROM experiments WHERE {within}\nGROUP BY ALL ORDER BY ALL"
        ),
        "formats": (
            f"SELECT reader AS name, count(*) AS number, sum(size) AS bytes\n"
            f"FROM files JOIN experiments USING (experiment_id)\n"
            f"WHERE reader <> '' AND {within}\nGROUP BY ALL ORDER BY ALL"
        ),
        "instruments": (
            f"SELECT {named} AS name, count(*) AS number, sum(bytes) AS bytes\n"
            f"FROM experiments WHERE {within}\nGROUP BY ALL ORDER BY ALL"
        ),
        "faults": (
            "SELECT coalesce(nullif(field, ''), rule) AS name,\n"
            "       count(DISTINCT experiment_id) AS number, 0 AS bytes\n"
            "FROM findings JOIN experiments USING (experiment_id)\n"
            f"WHERE severity IN ('error', 'missing') AND {within}\nGROUP BY ALL\n"
            f"ORDER BY number DESC, name LIMIT {_FAULTS}"
        ),
        "measurements": (
            "SELECT '' AS name,\n"
            "       coalesce(sum(n_measurements), 0)::BIGINT AS number, 0 AS bytes\n"
            f"FROM experiments WHERE {within}"
        ),
    }


def _counts(rows: Iterable[tuple[datetime | None, str, int, int]]) -> Iterator[Count]:
    for since, name, number, size in rows:
        if since is not None:
            yield Count(since.astimezone(UTC).date(), name, int(number), int(size or 0))


def _amounts(rows: Iterable[tuple[datetime | None, str, int, int]]) -> Iterator[Amount]:
    for _, name, number, size in rows:
        yield Amount(name, int(number), int(size or 0))


def _in_all(waiting: tuple[Count, ...]) -> Iterator[Amount]:
    if waiting:
        number, size = (sum(map(attrgetter(name), waiting)) for name in ("number", "bytes"))
        yield Amount(WAITING, number, size)


def _waiting(access: Access, period: Period) -> tuple[Count, ...]:
    """Return what is sealed and was never indexed, by interval."""
    begin, end = (datetime.combine(day, time(), UTC) for day in (period.begin, period.end))
    sight = access.sight(Action.READ_EXPERIMENT)
    rows = access.services.registry.standings.unindexed(begin, visible=sight)
    found: dict[date, list[int]] = defaultdict(list)
    for row in rows:
        if row.sealed_at < end:
            found[period.interval(row.sealed_at.astimezone(UTC).date())].append(row.bytes)
    return tuple(
        Count(since, WAITING, len(sizes), sum(sizes)) for since, sizes in sorted(found.items())
    )
